using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Broker.Transports;

/// <summary>
/// Reads what a WebSocket client sends (RFC 6455 sections 5, 7 and 8.1). A message that arrives whole and in one piece is
/// unmasked where it lies and not copied; all others are assembled in pooled memory.
/// </summary>
/// <param name="text">Whether the subprotocol uses text messages (JSON) or binary ones.</param>
/// <param name="maxMessageSize">The longest message to take, in bytes, over all of its fragments.</param>
internal sealed class WebSocketFrameReader(bool text, int maxMessageSize) : IFrameReader
{
    /// <summary>Incomplete frames up to this many bytes wait in the pipe, whose segments are about as long; longer ones are moved
    /// out.</summary>
    public const int StaysInPipe = 4096;

    // The message in parts: _fragmented while its last frame has not begun; _inFrame while a frame of it is being moved out.
    private AssemblyBuffer _message;
    private AssemblyBuffer _control;
    private bool _fragmented;
    private bool _inFrame;
    private uint _key;
    private int _missing;
    private int _known; // how much of a text message in parts is known to be UTF-8

    // The last payload lies in _message or _control, which the next call gives back.
    private bool _lent;
    private FrameKind _ended;

    /// <inheritdoc/>
    public ushort CloseCode { get; private set; }

    /// <inheritdoc/>
    public string? Reason { get; private set; }

    /// <inheritdoc/>
    public int PartBytes => _fragmented || _inFrame ? _message.Count : 0;

    /// <inheritdoc/>
    public int HeldBytes => _message.HeldBytes + _control.HeldBytes;

    /// <inheritdoc/>
    public FrameKind Read(ref ReadOnlySequence<byte> buffer, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (_lent)
        {
            TakeBack();
        }

        if (_ended != FrameKind.NeedMore)
        {
            buffer = buffer.Slice(buffer.End);
            return _ended;
        }

        Span<byte> scratch = stackalloc byte[WebSocketFrameHeader.MaxSize];
        while (true)
        {
            if (_inFrame)
            {
                var isWhole = TakeFrame(ref buffer) && !_fragmented;
                if (text && !IsTextSoFar(isWhole))
                {
                    return FailText();
                }

                if (isWhole)
                {
                    return Assembled(out payload);
                }

                if (_inFrame)
                {
                    return FrameKind.NeedMore;
                }
            }

            var first = buffer.FirstSpan;
            var head = first.Length >= WebSocketFrameHeader.MaxSize || buffer.IsSingleSegment ? first : CopyHead(buffer, scratch);
            if (!WebSocketFrameHeader.TryRead(head, out var header, out var violation))
            {
                return violation is null ? FrameKind.NeedMore : Fail(WebSocketCloseCode.ProtocolError, violation);
            }

            var frameSize = header.Size + header.Length;
            if (header.IsControl)
            {
                return buffer.Length < frameSize ? FrameKind.NeedMore : Control(ref buffer, header, out payload);
            }

            if (Check(header) is var refused && refused != FrameKind.NeedMore)
            {
                return refused;
            }

            if (first.Length >= frameSize && header.Final && !_fragmented)
            {
                payload = Unmask(first.Slice(header.Size, (int)header.Length), header.Key);
                buffer = buffer.Slice(frameSize);
                if (!text || Utf8.IsValid(payload))
                {
                    return FrameKind.Message;
                }

                payload = default;
                return FailText();
            }

            if (buffer.Length < frameSize && (frameSize <= StaysInPipe || buffer.Length < header.Size))
            {
                return FrameKind.NeedMore;
            }

            buffer = buffer.Slice(header.Size);
            (_inFrame, _fragmented, _key, _missing) = (true, !header.Final, header.Key, (int)header.Length);
        }
    }

    /// <summary>The message given to <see cref="Keep"/>, in the reader's own memory; valid until the next call of <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Kept => _message.Written;

    /// <summary>Keeps the message just read for the time when the caller has advanced the pipe: copies it, unless it lies in the reader's own memory.</summary>
    public void Keep(ReadOnlySpan<byte> payload)
    {
        if (!_lent)
        {
            payload.CopyTo(_message.Extend(payload.Length));
            _lent = true;
        }
    }

    /// <summary>Ends the reading at the message just read, whose framing is as it should be.</summary>
    public FrameKind Refuse(string reason) => End(FrameKind.BrokenMessage, WebSocketCloseCode.ProtocolError, reason);

    /// <inheritdoc/>
    public void Dispose()
    {
        _message.Release();
        _control.Release();
    }

    private static ReadOnlySpan<byte> CopyHead(in ReadOnlySequence<byte> buffer, Span<byte> scratch)
    {
        var length = (int)Math.Min(buffer.Length, scratch.Length);
        buffer.Slice(0, length).CopyTo(scratch);
        return scratch[..length];
    }

    // The pipe's memory is the caller's and writable; only its type says read-only.
    private static Span<byte> Unmask(ReadOnlySpan<byte> payload, uint key)
    {
        var writable = MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(payload), payload.Length);
        FrameMask.Apply(writable, key);
        return writable;
    }

    /// <summary>The checks of a data frame against the message it belongs to, before any of its payload is touched.</summary>
    private FrameKind Check(in WebSocketFrameHeader header)
    {
        if (header.Opcode == WebSocketOpcode.Continuation != _fragmented)
        {
            return Fail(
                WebSocketCloseCode.ProtocolError,
                _fragmented ? "A new message starts inside a fragmented one." : "A continuation frame continues no message.");
        }

        if (!_fragmented && header.Opcode == WebSocketOpcode.Text != text)
        {
            return End(
                FrameKind.BrokenMessage,
                WebSocketCloseCode.ProtocolError,
                text ? "The subprotocol demands text messages." : "The subprotocol demands binary messages.");
        }

        return header.Length > maxMessageSize - _message.Count
            ? Fail(WebSocketCloseCode.MessageTooBig, "A message is longer than the maximum message size.")
            : FrameKind.NeedMore;
    }

    /// <summary>Moves what is there of the current frame's payload into the message; true when that was all of it.</summary>
    private bool TakeFrame(ref ReadOnlySequence<byte> buffer)
    {
        var count = (int)Math.Min(_missing, buffer.Length);
        FrameMask.Apply(_message.Append(buffer.Slice(0, count)), _key);
        buffer = buffer.Slice(count);
        _key = FrameMask.Rotate(_key, count);
        _missing -= count;
        _inFrame = _missing > 0;
        return !_inFrame;
    }

    /// <summary>
    /// Whether what is there of a text message can be UTF-8, so that a message that cannot is refused before its last frame (RFC 6455 section 8.1). Looks at each
    /// byte once. The last character may be incomplete, unless the message is whole.
    /// </summary>
    private bool IsTextSoFar(bool isWhole)
    {
        var news = _message.Written[_known..];
        if (!isWhole && Rune.DecodeLastFromUtf8(news, out _, out var incomplete) == OperationStatus.NeedMoreData)
        {
            news = news[..^incomplete];
        }

        _known += news.Length;
        return Utf8.IsValid(news);
    }

    private FrameKind Assembled(out ReadOnlySpan<byte> payload)
    {
        _lent = true;
        _known = 0;
        payload = _message.Written;
        return FrameKind.Message;
    }

    private FrameKind FailText() => Fail(WebSocketCloseCode.InvalidPayload, "A text message is not valid UTF-8.");

    private FrameKind Control(ref ReadOnlySequence<byte> buffer, scoped in WebSocketFrameHeader header, out ReadOnlySpan<byte> payload)
    {
        var frame = buffer.Slice(header.Size, header.Length);
        buffer = buffer.Slice(frame.End);
        if (frame.IsSingleSegment)
        {
            payload = Unmask(frame.FirstSpan, header.Key);
        }
        else
        {
            _lent = true;
            FrameMask.Apply(_control.Append(frame), header.Key);
            payload = _control.Written;
        }

        return header.Opcode switch
        {
            WebSocketOpcode.Ping => FrameKind.Ping,
            WebSocketOpcode.Pong => FrameKind.Pong,
            _ => Close(ref payload),
        };
    }

    /// <summary>Close payload: nothing, or a code in two octets, big-endian, and a reason in UTF-8 (RFC 6455 section 5.5.1).</summary>
    private FrameKind Close(ref ReadOnlySpan<byte> payload)
    {
        var body = payload;
        payload = default;
        if (body.IsEmpty)
        {
            return End(FrameKind.Close, WebSocketCloseCode.NoStatusReceived, reason: null);
        }

        if (body.Length == 1)
        {
            return Fail(WebSocketCloseCode.ProtocolError, "A close frame has a payload of one byte.");
        }

        var code = BinaryPrimitives.ReadUInt16BigEndian(body);
        if (!WebSocketCloseCode.MayBeSent(code))
        {
            return Fail(WebSocketCloseCode.ProtocolError, "A close frame has a code that must not be sent.");
        }

        if (!Utf8.IsValid(body[sizeof(ushort)..]))
        {
            return Fail(WebSocketCloseCode.InvalidPayload, "The reason of a close frame is not valid UTF-8.");
        }

        payload = body[sizeof(ushort)..];
        return End(FrameKind.Close, code, reason: null);
    }

    private FrameKind Fail(ushort code, string reason) => End(FrameKind.Violation, code, reason);

    private FrameKind End(FrameKind kind, ushort code, string? reason)
    {
        _message.Release();
        if (kind == FrameKind.Close)
        {
            _lent = true;
        }
        else
        {
            _control.Release();
        }

        (_ended, CloseCode, Reason) = (kind, code, reason);
        return kind;
    }

    private void TakeBack()
    {
        _lent = false;
        _control.Release();
        if (!_fragmented)
        {
            _message.Release();
        }
    }
}
