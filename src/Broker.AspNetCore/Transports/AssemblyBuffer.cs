using System.Buffers;
using System.Runtime.InteropServices;

namespace Broker.Transports;

/// <summary>
/// Pooled memory in which a message grows that does not arrive in one piece. It grows with the bytes that are there, never with
/// what a header promises, and holds nothing when empty. A mutable struct: keep it in a field that is not readonly.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct AssemblyBuffer
{
    private const int FirstCapacity = 8192;
    private byte[]? _bytes;
    private int _count;

    /// <summary>How many bytes were appended.</summary>
    public readonly int Count => _count;

    /// <summary>How much pooled memory is held, in bytes.</summary>
    public readonly int HeldBytes => _bytes?.Length ?? 0;

    /// <summary>The bytes appended; valid until the next change.</summary>
    public readonly ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _count);

    /// <summary>Appends a copy of <paramref name="bytes"/> and returns that copy, to be changed in place until the next change.</summary>
    public Span<byte> Append(in ReadOnlySequence<byte> bytes)
    {
        var copy = Extend((int)bytes.Length);
        bytes.CopyTo(copy);
        return copy;
    }

    /// <summary>Appends <paramref name="length"/> bytes, to be written by the caller before the next change.</summary>
    public Span<byte> Extend(int length)
    {
        if (HeldBytes - _count < length)
        {
            Grow(checked(_count + length));
        }

        var bytes = _bytes.AsSpan(_count, length);
        _count += length;
        return bytes;
    }

    /// <summary>Empties the buffer and gives its memory back.</summary>
    public void Release()
    {
        var bytes = _bytes;
        _bytes = null;
        _count = 0;
        if (bytes is not null)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Grow(int needed)
    {
        var doubled = (int)Math.Min(2L * HeldBytes, Array.MaxLength);
        // The first run of a small message gets a small array; one that keeps arriving in parts doubles.
        var bigger = ArrayPool<byte>.Shared.Rent(_bytes is null ? needed : Math.Max(needed, Math.Max(doubled, FirstCapacity)));
        if (_bytes is { } old)
        {
            old.AsSpan(0, _count).CopyTo(bigger);
            ArrayPool<byte>.Shared.Return(old);
        }

        _bytes = bigger;
    }
}
