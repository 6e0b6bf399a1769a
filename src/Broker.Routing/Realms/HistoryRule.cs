using Broker.Uris;

namespace Broker.Realms;

/// <summary>
/// A topic or pattern whose events are recorded (WAMP specification, "Event History"), in memory, whether anybody subscribed it or not. Beyond a bound the oldest
/// events are forgotten.
/// </summary>
public sealed record HistoryRule
{
    /// <summary>The topic or pattern. Its history is that of the subscription of this <see cref="Uri"/> and <see cref="Match"/>.</summary>
    public required string Uri { get; init; }

    /// <summary>How <see cref="Uri"/> matches topics.</summary>
    public MatchPolicy Match { get; init; }

    /// <summary>The most events recorded.</summary>
    public int MaxEvents { get; init; } = 1000;

    /// <summary>The most bytes recorded.</summary>
    public long MaxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How long an event is kept; null: until a bound is reached.</summary>
    public TimeSpan? MaxAge { get; init; }
}
