using System.Buffers;

namespace Broker.Serialization;

/// <summary>
/// A growing run of bytes on pooled memory, to encode into and to reuse. Not thread-safe. Spans it hands out are valid until the next write.
/// </summary>
public sealed class ByteBuffer : IBufferWriter<byte>, IDisposable
{
    private const int KeptCapacity = 64 * 1024;
    private byte[] _bytes;
    private int _count;

    /// <summary>An empty buffer.</summary>
    /// <param name="capacity">How many bytes fit before it grows.</param>
    public ByteBuffer(int capacity = 512) => _bytes = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>How many bytes are written.</summary>
    public int Count => _count;

    /// <summary>The bytes written; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _count);

    /// <summary>The bytes written; valid until the next write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, _count);

    /// <summary>Empties the buffer; memory beyond 64 KiB goes back to the pool.</summary>
    public void Clear()
    {
        _count = 0;
        if (_bytes.Length > KeptCapacity)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = ArrayPool<byte>.Shared.Rent(512);
        }
    }

    /// <summary>Cuts what was written back to its first <paramref name="count"/> bytes.</summary>
    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)_count);
        _count = count;
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_bytes.Length - _count));
        _count += count;
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        if (_bytes.Length - _count < Math.Max(sizeHint, 1))
        {
            Grow(Math.Max(sizeHint, 1));
        }

        return _bytes.AsSpan(_count);
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        GetSpan(sizeHint);
        return _bytes.AsMemory(_count);
    }

    /// <summary>Appends one byte.</summary>
    public void Append(byte value)
    {
        if (_count == _bytes.Length)
        {
            Grow(1);
        }

        _bytes[_count++] = value;
    }

    /// <summary>Appends bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - _count < bytes.Length)
        {
            Grow(bytes.Length);
        }

        bytes.CopyTo(_bytes.AsSpan(_count));
        _count += bytes.Length;
    }

    /// <summary>Makes room for <paramref name="count"/> bytes at <paramref name="offset"/>, moving what is behind it, and returns that room.</summary>
    public Span<byte> Insert(int offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)offset, (uint)_count);
        if (_bytes.Length - _count < count)
        {
            Grow(count);
        }

        _bytes.AsSpan(offset, _count - offset).CopyTo(_bytes.AsSpan(offset + count));
        _count += count;
        return _bytes.AsSpan(offset, count);
    }

    /// <summary>The byte at <paramref name="offset"/>, to patch.</summary>
    public ref byte At(int offset) => ref _bytes.AsSpan(0, _count)[offset];

    /// <summary>Gives the memory back to the pool; the buffer is unusable afterwards.</summary>
    public void Dispose()
    {
        var bytes = _bytes;
        _bytes = [];
        _count = 0;
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Grow(int atLeast)
    {
        var bigger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, checked(_count + atLeast)));
        Written.CopyTo(bigger);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = bigger;
    }
}
