using System.Buffers;

namespace Broker.Transports;

/// <summary>Sequences over fresh copies of bytes, cut where a test wants them cut.</summary>
internal sealed class Segments : ReadOnlySequenceSegment<byte>
{
    private Segments(byte[] bytes, long runningIndex)
    {
        Memory = bytes;
        RunningIndex = runningIndex;
    }

    /// <summary>All bytes in one segment.</summary>
    public static ReadOnlySequence<byte> One(ReadOnlySpan<byte> bytes) => Of(bytes.ToArray());

    /// <summary>Two segments.</summary>
    public static ReadOnlySequence<byte> Two(ReadOnlySpan<byte> bytes, int split) => Of(bytes[..split].ToArray(), bytes[split..].ToArray());

    /// <summary>Segments of the same length.</summary>
    public static ReadOnlySequence<byte> Every(ReadOnlySpan<byte> bytes, int length) => Of([.. bytes.ToArray().Chunk(length)]);

    public static ReadOnlySequence<byte> Of(params byte[][] parts)
    {
        if (parts.Length == 0)
        {
            return ReadOnlySequence<byte>.Empty;
        }

        var first = new Segments(parts[0], 0);
        var last = first;
        foreach (var part in parts.AsSpan(1))
        {
            var next = new Segments(part, last.RunningIndex + last.Memory.Length);
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
