using System.Buffers;
using System.Text.Unicode;

namespace Broker.Transports;

/// <summary>
/// Reads what a RawSocket peer sends after the handshake (WAMP specification, "RawSocket Transport", framing). A frame that
/// arrives whole and in one piece is not copied; all others are assembled in pooled memory.
/// </summary>
/// <param name="text">Whether messages are JSON and therefore must be valid UTF-8.</param>
/// <param name="maxMessageSize">The longest payload to take, in bytes: what the handshake announced.</param>
internal sealed class RawSocketFrameReader(bool text, int maxMessageSize) : IFrameReader
{
    // _inFrame while a frame of type _type is being moved out of the pipe; _missing is what has not arrived of it.
    private AssemblyBuffer _frame;
    private bool _inFrame;
    private RawSocketFrameType _type;
    private int _missing;

    // The last payload lies in _frame, which the next call gives back.
    private bool _lent;

    /// <inheritdoc/>
    public ushort CloseCode => ReferenceEquals(Reason, RawSocketFrame.TooLong) ? WebSocketCloseCode.MessageTooBig : (ushort)0;

    /// <inheritdoc/>
    public string? Reason { get; private set; }

    /// <inheritdoc/>
    public int PartBytes => _lent ? 0 : _frame.Count;

    /// <inheritdoc/>
    public int HeldBytes => _frame.HeldBytes;

    /// <inheritdoc/>
    public FrameKind Read(ref ReadOnlySequence<byte> buffer, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (_lent)
        {
            _lent = false;
            _frame.Release();
        }

        if (Reason is not null)
        {
            buffer = buffer.Slice(buffer.End);
            return FrameKind.Violation;
        }

        if (!_inFrame)
        {
            if (buffer.Length < RawSocketFrame.HeaderLength)
            {
                return FrameKind.NeedMore;
            }

            var first = buffer.FirstSpan;
            if (!TryReadHeader(buffer, first, out var length, out var violation))
            {
                return Fail(violation);
            }

            var frameSize = RawSocketFrame.HeaderLength + length;
            if (first.Length >= frameSize)
            {
                payload = first.Slice(RawSocketFrame.HeaderLength, length);
                buffer = buffer.Slice(frameSize);
                return Checked(ref payload);
            }

            if (buffer.Length < frameSize && frameSize <= WebSocketFrameReader.StaysInPipe)
            {
                return FrameKind.NeedMore;
            }

            buffer = buffer.Slice(RawSocketFrame.HeaderLength);
            (_inFrame, _missing) = (true, length);
        }

        var count = (int)Math.Min(_missing, buffer.Length);
        _frame.Append(buffer.Slice(0, count));
        buffer = buffer.Slice(count);
        _missing -= count;
        _inFrame = _missing > 0;
        if (_inFrame)
        {
            return FrameKind.NeedMore;
        }

        _lent = true;
        payload = _frame.Written;
        return Checked(ref payload);
    }

    /// <inheritdoc/>
    public void Dispose() => _frame.Release();

    private bool TryReadHeader(in ReadOnlySequence<byte> buffer, scoped ReadOnlySpan<byte> first, out int length, out string violation)
    {
        Span<byte> header = stackalloc byte[RawSocketFrame.HeaderLength];
        if (first.Length < RawSocketFrame.HeaderLength)
        {
            buffer.Slice(0, RawSocketFrame.HeaderLength).CopyTo(header);
            first = header;
        }

        var valid = RawSocketFrame.TryReadHeader(first, maxMessageSize, out _type, out length, out var wrong);
        violation = wrong ?? "";
        return valid;
    }

    private FrameKind Checked(ref ReadOnlySpan<byte> payload)
    {
        switch (_type)
        {
            case RawSocketFrameType.Ping:
                return FrameKind.Ping;
            case RawSocketFrameType.Pong:
                return FrameKind.Pong;
            default:
                if (!text || Utf8.IsValid(payload))
                {
                    return FrameKind.Message;
                }

                payload = default;
                return Fail("A JSON message is not valid UTF-8.");
        }
    }

    private FrameKind Fail(string reason)
    {
        _frame.Release();
        Reason = reason;
        return FrameKind.Violation;
    }
}
