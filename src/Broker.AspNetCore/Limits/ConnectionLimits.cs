namespace Broker.Limits;

/// <summary>
/// How many connections the router takes; 0: as many as come. Those beyond are told so in the words of their transport, and counted. WebSockets that share an HTTP/2 connection
/// count one by one.
/// </summary>
public sealed record ConnectionLimits
{
    /// <summary>Connections of the whole router, those included that have not said what they are. 0.</summary>
    public int Total { get; init; }

    /// <summary>
    /// Connections from one address; of IPv6 addresses the first 64 bits count. Local ones, by Unix domain sockets, are not counted, nor are
    /// those of trusted proxies that name no client. 0.
    /// </summary>
    public int PerAddress { get; init; }

    /// <summary>New connections a second, of the whole router; as many may come at once after a quiet second. 0.</summary>
    public int PerSecond { get; init; }

    /// <summary>Sessions of one authid in one realm. 0.</summary>
    public int PerAuthId { get; init; }
}
