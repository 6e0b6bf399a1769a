namespace Broker.Tracing;

/// <summary>By what a trace finds its connections.</summary>
public enum TraceSubject
{
    /// <summary>The id of a session.</summary>
    Session,

    /// <summary>An authid: all sessions that have it, in all realms, also those that come while the trace runs.</summary>
    AuthId,

    /// <summary>The server's name for a connection, as the log tells it.</summary>
    Connection,
}

/// <summary>Which messages are traced, and for how long: a trace ends by itself.</summary>
public sealed record WampTraceOptions
{
    /// <summary>The most messages that a trace may be asked for.</summary>
    public const int MostMessages = 1_000_000;

    /// <summary>The most traces that run at once.</summary>
    public const int MostTraces = 100;

    /// <summary>The most bytes of each payload.</summary>
    public const int MostPayloadBytes = 64 * 1024;

    /// <summary>The longest time.</summary>
    public static readonly TimeSpan MostTime = TimeSpan.FromDays(1);

    /// <summary>By what connections are found.</summary>
    public required TraceSubject Subject { get; init; }

    /// <summary>The session id, authid or connection.</summary>
    public required string Name { get; init; }

    /// <summary>After how many messages it ends. 1,000.</summary>
    public int MaxMessages { get; init; } = 1000;

    /// <summary>After what time it ends. 5 minutes.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many bytes of each payload are logged, as JSON. 0, the default: nothing of it.</summary>
    public int PayloadBytes { get; init; }

    /// <summary>What is wrong with the numbers, in one sentence, or null.</summary>
    public string? Fault => this switch
    {
        { MaxMessages: < 1 or > MostMessages } => $"A trace ends after 1 to {MostMessages} messages.",
        _ when MaxTime <= TimeSpan.Zero || MaxTime > MostTime => $"A trace ends after a time of up to {MostTime.TotalHours} h.",
        { PayloadBytes: < 0 or > MostPayloadBytes } => $"A trace tells 0 to {MostPayloadBytes} bytes of each payload.",
        _ => null,
    };
}
