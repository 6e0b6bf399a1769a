namespace Broker.Transports;

/// <summary>What a frame that the router sends carries.</summary>
internal enum OutboundFrame : byte
{
    /// <summary>One WAMP message.</summary>
    Message,

    /// <summary>A ping.</summary>
    Ping,

    /// <summary>The answer to a ping.</summary>
    Pong,

    /// <summary>A WebSocket close frame, the last frame of a connection.</summary>
    Close,
}
