using System.Buffers;

namespace Broker.Sessions;

/// <summary>
/// Bytes on pooled memory that several receivers read at their own pace: each holder counts as one reference, and the last one to let go gives the
/// memory back. Thread-safe.
/// </summary>
public sealed class SharedBytes
{
    private readonly int _count;
    private byte[]? _bytes;
    private int _references = 1;

    /// <summary>A copy of <paramref name="bytes"/> with one reference, the creator's.</summary>
    public SharedBytes(ReadOnlySpan<byte> bytes)
    {
        _bytes = ArrayPool<byte>.Shared.Rent(bytes.Length);
        _count = bytes.Length;
        bytes.CopyTo(_bytes);
    }

    /// <summary>How many bytes there are.</summary>
    public int Count => _count;

    /// <summary>The bytes; valid as long as the caller holds a reference.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _count);

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
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
