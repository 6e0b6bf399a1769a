namespace Broker.Transports;

/// <summary>Frames of RawSocket (WAMP specification, "RawSocket Transport").</summary>
internal sealed class RawSocketFrameWriter : FrameWriter
{
    private RawSocketFrameWriter()
    {
    }

    /// <summary>The one instance.</summary>
    public static RawSocketFrameWriter Instance { get; } = new();

    /// <inheritdoc/>
    public override bool IsWebSocket => false;

    /// <inheritdoc/>
    public override int WriteHeader(Span<byte> destination, OutboundFrame frame, int length)
    {
        var type = frame switch
        {
            OutboundFrame.Message => RawSocketFrameType.Wamp,
            OutboundFrame.Ping => RawSocketFrameType.Ping,
            OutboundFrame.Pong => RawSocketFrameType.Pong,
            _ => throw new ArgumentOutOfRangeException(nameof(frame), "RawSocket has no close frame."),
        };
        RawSocketFrame.WriteHeader(destination, type, length);
        return RawSocketFrame.HeaderLength;
    }
}
