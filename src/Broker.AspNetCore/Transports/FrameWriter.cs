using System.IO.Pipelines;

namespace Broker.Transports;

/// <summary>
/// How one kind of connection frames what the router sends. Most are stateless and thread-safe, one instance for each kind, shared by all connections; that of
/// batches belongs to one connection and is used under the gate of its queue.
/// </summary>
internal abstract class FrameWriter
{
    /// <summary>The longest header in bytes.</summary>
    public const int MaxHeaderLength = WebSocketFrame.MaxHeaderLength + sizeof(uint);

    /// <summary>Whether the frames are WebSocket's: only there a close frame exists.</summary>
    public abstract bool IsWebSocket { get; }

    /// <summary>Writes a frame into <paramref name="output"/>; returns how many bytes that takes, at most. The frame may be held back until
    /// <see cref="EndBatch"/>.</summary>
    public virtual int Write(PipeWriter output, OutboundFrame frame, ReadOnlySpan<byte> payload)
    {
        var span = output.GetSpan(MaxHeaderLength + payload.Length);
        var length = WriteHeader(span, frame, payload.Length);
        payload.CopyTo(span[length..]);
        length += payload.Length;
        output.Advance(length);
        return length;
    }

    /// <summary>Writes the header of a frame whose payload of <paramref name="length"/> bytes the caller writes himself, piece by piece, and
    /// <see cref="WriteTrailer"/> behind it; returns the header's length. No batch may be open.</summary>
    public abstract int WriteHeader(Span<byte> destination, OutboundFrame frame, int length);

    /// <summary>Writes what stands behind the payload of a frame that was begun by <see cref="WriteHeader"/>; returns its length, at most one byte.</summary>
    public virtual int WriteTrailer(Span<byte> destination, OutboundFrame frame) => 0;

    /// <summary>Ends the batch that is open in <paramref name="output"/>, if one is: before a flush, and before anything else is written there.</summary>
    public virtual void EndBatch(PipeWriter output)
    {
    }
}
