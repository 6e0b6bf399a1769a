using System.Buffers;

namespace Broker.Transports;

/// <summary>
/// Reads a WebSocket whose messages are batches (WAMP specification, "Message Batching"), and gives out the WAMP messages in them one by one: a batch may be
/// left in the middle, so that whoever sends long ones gets no longer turns than others.
/// </summary>
/// <param name="frames">Reads the WebSocket messages; owned. Its limit on them bounds a batch, and so each message in it.</param>
/// <param name="framing">How messages stand in a batch.</param>
internal sealed class BatchedFrameReader(WebSocketFrameReader frames, BatchFraming framing) : IFrameReader
{
    private const string TooLong = "A batch is longer than one message of the maximum message size.";

    // How many bytes at the end of frames.Kept have not been given out.
    private int _left;

    /// <inheritdoc/>
    public ushort CloseCode => frames.CloseCode;

    /// <inheritdoc/>
    public string? Reason => frames.CloseCode == WebSocketCloseCode.MessageTooBig ? TooLong : frames.Reason;

    /// <inheritdoc/>
    public int PartBytes => frames.PartBytes + _left;

    /// <inheritdoc/>
    public int HeldBytes => frames.HeldBytes;

    /// <inheritdoc/>
    public FrameKind Read(ref ReadOnlySequence<byte> buffer, out ReadOnlySpan<byte> payload)
    {
        if (_left > 0)
        {
            return Next(ref buffer, out payload);
        }

        var unread = buffer;
        var kind = frames.Read(ref buffer, out var batch);
        if (kind != FrameKind.Message)
        {
            payload = batch;
            return kind;
        }

        var rest = batch;
        if (!framing.TryTake(ref rest, out payload, out var violation))
        {
            return frames.Refuse(violation);
        }

        if (!rest.IsEmpty)
        {
            // The last byte stays in the pipe until the last message is given out: the pipe would wait for more otherwise.
            frames.Keep(batch);
            _left = rest.Length;
            buffer = unread.Slice(unread.Length - buffer.Length - 1);
        }

        return FrameKind.Message;
    }

    /// <inheritdoc/>
    public void Dispose() => frames.Dispose();

    private FrameKind Next(ref ReadOnlySequence<byte> buffer, out ReadOnlySpan<byte> payload)
    {
        var rest = frames.Kept[^_left..];
        var isTaken = framing.TryTake(ref rest, out payload, out var violation);
        _left = isTaken ? rest.Length : 0;
        if (_left == 0)
        {
            buffer = buffer.Slice(1);
        }

        return isTaken ? FrameKind.Message : frames.Refuse(violation!);
    }
}
