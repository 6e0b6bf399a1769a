namespace Broker.Transports;

/// <summary>
/// How one kind of connection frames what the router sends. Stateless and thread-safe: there is one instance for each kind, shared by all connections.
/// </summary>
internal abstract class FrameWriter
{
    /// <summary>The longest header in bytes.</summary>
    public const int MaxHeaderLength = WebSocketFrame.MaxHeaderLength;

    /// <summary>Whether the frames are WebSocket's: only there a close frame exists.</summary>
    public abstract bool IsWebSocket { get; }

    /// <summary>Writes the header of a frame whose payload has <paramref name="length"/> bytes; returns the header's length.</summary>
    public abstract int WriteHeader(Span<byte> destination, OutboundFrame frame, int length);
}
