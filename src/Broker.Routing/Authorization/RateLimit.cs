namespace Broker.Authorization;

/// <summary>
/// How much each session of a role may send; 0: as much as it likes. A session that sends more is not ended but held up: its connection is
/// not read until it may send again.
/// </summary>
public sealed record RateLimit
{
    /// <summary>Messages a second; the pings and pongs of the transport count, too. 0.</summary>
    public int Messages { get; init; }

    /// <summary>
    /// Bytes of messages a second. 0. A message that is longer than what may be sent at once is taken, and holds up what follows.
    /// </summary>
    public long Bytes { get; init; }

    /// <summary>For how many seconds' worth a session may save up what it does not send: so much it may send at once. 1.</summary>
    public int Burst { get; init; } = 1;
}
