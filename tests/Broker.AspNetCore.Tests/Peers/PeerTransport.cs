namespace Broker.Peers;

/// <summary>How a test peer reaches the router.</summary>
public enum PeerTransport
{
    /// <summary>A WebSocket on a port with <c>UseWamp</c>: straight on the transport.</summary>
    WebSocket,

    /// <summary>A WebSocket on a port without <c>UseWamp</c>: through the HTTP pipeline and <c>MapWamp</c>.</summary>
    MappedWebSocket,

    /// <summary>Like <see cref="WebSocket"/>, with a batched subprotocol.</summary>
    BatchedWebSocket,

    /// <summary>Like <see cref="MappedWebSocket"/>, with a batched subprotocol.</summary>
    MappedBatchedWebSocket,

    /// <summary>RawSocket over TCP.</summary>
    RawSocket,

    /// <summary>RawSocket over a Unix domain socket.</summary>
    UnixSocket,
}
