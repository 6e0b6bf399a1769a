namespace Broker.Peers;

/// <summary>What a test peer read.</summary>
internal enum PeerFrame
{
    Message,
    Ping,
    Pong,
    Close,

    /// <summary>The router has closed the connection.</summary>
    End,
}
