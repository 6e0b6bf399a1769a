using System.Buffers;

namespace Broker.Sessions;

/// <summary>
/// Bytes on pooled memory that several receivers read at their own pace: each holder counts as one reference, and the last one to let go gives the
/// memory back. Thread-safe.
/// </summary>
public sealed class SharedBytes
{
    /// <summary>What the memory costs besides the bytes: the objects around them.</summary>
    public const int Overhead = 64;

    private readonly int _count;
    private readonly ByteCount _held;
    private byte[]? _bytes;
    private int _references = 1;

    /// <summary>A copy of <paramref name="bytes"/> with one reference, the creator's.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="held">Counts the memory, once for all receivers, as long as it is held.</param>
    public SharedBytes(ReadOnlySpan<byte> bytes, ByteCount held)
    {
        _bytes = ArrayPool<byte>.Shared.Rent(bytes.Length);
        _count = bytes.Length;
        _held = held;
        bytes.CopyTo(_bytes);
        held.Add(_bytes.Length + Overhead);
    }

    /// <summary>How many bytes there are.</summary>
    public int Count => _count;

    /// <summary>The bytes; valid as long as the caller holds a reference.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _count);

    /// <summary>Whether the caller's reference is the only one, so that letting go of it frees the memory.</summary>
    public bool IsHeldOnce => Volatile.Read(ref _references) == 1;

    /// <summary>Adds a reference; the caller holds one already.</summary>
    public SharedBytes AddReference()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    /// <summary>Gives one reference back.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0 && Interlocked.Exchange(ref _bytes, null) is { } bytes)
        {
            _held.Add(-bytes.Length - Overhead);
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
