namespace Broker.Transports;

/// <summary>Frames of a WebSocket server (RFC 6455): text messages for JSON, binary ones otherwise.</summary>
internal sealed class WebSocketFrameWriter : FrameWriter
{
    private readonly byte _messageOpcode;

    private WebSocketFrameWriter(byte messageOpcode) => _messageOpcode = messageOpcode;

    /// <summary>For text messages.</summary>
    public static WebSocketFrameWriter Text { get; } = new(WebSocketOpcode.Text);

    /// <summary>For binary messages.</summary>
    public static WebSocketFrameWriter Binary { get; } = new(WebSocketOpcode.Binary);

    /// <inheritdoc/>
    public override bool IsWebSocket => true;

    /// <inheritdoc/>
    public override int WriteHeader(Span<byte> destination, OutboundFrame frame, int length)
    {
        var opcode = frame switch
        {
            OutboundFrame.Message => _messageOpcode,
            OutboundFrame.Ping => WebSocketOpcode.Ping,
            OutboundFrame.Pong => WebSocketOpcode.Pong,
            _ => WebSocketOpcode.Close,
        };
        return WebSocketFrame.WriteHeader(destination, opcode, length);
    }
}
