using System.IO.Pipelines;

namespace Broker.Transports;

/// <summary>
/// Writes WebSocket messages that are batches (WAMP specification, "Message Batching"). Messages gather in the pipe's own memory, behind room for a header that
/// is written when the batch ends, which is at the flush: so all that leaves together is one batch, as far as it fits a block of the pipe's memory, and nothing
/// waits longer than without batches. Longer messages are batches of one. Belongs to one connection; used under the gate of its queue.
/// </summary>
/// <param name="frames">Frames WebSocket messages.</param>
/// <param name="framing">How messages stand in a batch.</param>
internal sealed class BatchedFrameWriter(FrameWriter frames, BatchFraming framing) : FrameWriter
{
    /// <summary>The header of a frame of up to 64 KiB; a batch that turns out to need a shorter one moves up.</summary>
    private const int HeaderRoom = 4;

    /// <summary>What is left of a block is not worth a batch of its own when it is less.</summary>
    private const int LeastRoom = 1024;

    // The open batch: memory of the pipe that it has not been told of, filled up to _end; none is open while that is 0.
    private Memory<byte> _batch;
    private int _end;

    /// <inheritdoc/>
    public override bool IsWebSocket => true;

    /// <inheritdoc/>
    public override int Write(PipeWriter output, OutboundFrame frame, ReadOnlySpan<byte> payload)
    {
        if (frame != OutboundFrame.Message)
        {
            EndBatch(output);
            return base.Write(output, frame, payload);
        }

        var length = framing.Overhead + payload.Length;
        var written = length;
        if (_batch.Length - _end < length)
        {
            EndBatch(output);
            Open(output, length);
            written += HeaderRoom;
        }

        var room = _batch.Span[_end..];
        var at = framing.WriteHeader(room, payload.Length);
        payload.CopyTo(room[at..]);
        framing.WriteTrailer(room[(at + payload.Length)..]);
        _end += length;
        return written;
    }

    /// <inheritdoc/>
    public override int WriteHeader(Span<byte> destination, OutboundFrame frame, int length)
    {
        if (frame != OutboundFrame.Message)
        {
            return frames.WriteHeader(destination, frame, length);
        }

        var header = frames.WriteHeader(destination, frame, framing.Overhead + length);
        return header + framing.WriteHeader(destination[header..], length);
    }

    /// <inheritdoc/>
    public override int WriteTrailer(Span<byte> destination, OutboundFrame frame) => frame == OutboundFrame.Message ? framing.WriteTrailer(destination) : 0;

    /// <inheritdoc/>
    public override void EndBatch(PipeWriter output)
    {
        if (_end == 0)
        {
            return;
        }

        var length = _end - HeaderRoom;
        var bytes = _batch.Span;
        var header = frames.WriteHeader(bytes, OutboundFrame.Message, length);
        if (header < HeaderRoom)
        {
            bytes[HeaderRoom.._end].CopyTo(bytes[header..]);
        }

        output.Advance(header + length);
        (_batch, _end) = (default, 0);
    }

    private void Open(PipeWriter output, int length)
    {
        _batch = output.GetMemory(Math.Max(HeaderRoom + length, LeastRoom));
        _batch = _batch[..Math.Min(_batch.Length, HeaderRoom + ushort.MaxValue)];
        _end = HeaderRoom;
    }
}
