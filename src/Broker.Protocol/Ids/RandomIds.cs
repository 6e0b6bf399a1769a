using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Broker.Ids;

/// <summary>
/// Ids drawn uniformly from 1 to 2^53 by the system's cryptographic generator (WAMP specification, "IDs"), so that nobody can guess another
/// session's id. Each thread draws from a block of its own, filled 512 ids at a time: thread-safe without a lock.
/// </summary>
public sealed class RandomIds : IIdGenerator
{
    [ThreadStatic]
    private static byte[]? _block;

    [ThreadStatic]
    private static int _rest;

    private RandomIds()
    {
    }

    /// <summary>The one instance.</summary>
    public static RandomIds Shared { get; } = new();

    /// <inheritdoc/>
    public long Next()
    {
        // 2^64 is a multiple of 2^53: the low 53 bits are uniform and nothing has to be rejected.
        if (_rest == 0)
        {
            _block ??= new byte[512 * sizeof(ulong)];
            RandomNumberGenerator.Fill(_block);
            _rest = _block.Length;
        }

        _rest -= sizeof(ulong);
        var bits = BinaryPrimitives.ReadUInt64LittleEndian(_block.AsSpan(_rest));
        return (long)(bits & (WampId.Max - 1)) + 1;
    }
}
