namespace Broker.Realms;

/// <summary>
/// How many retained events a realm keeps (WAMP specification, "Event Retention"). They are kept in memory, best effort: beyond a bound the oldest are
/// forgotten.
/// </summary>
public sealed record RetentionOptions
{
    /// <summary>The most events kept, over all topics; 0: none are.</summary>
    public int MaxEvents { get; init; } = 10_000;

    /// <summary>The most bytes kept, over all topics.</summary>
    public long MaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// The longest event that is kept, in bytes of its topic, its payload and, about, of its options in memory; a longer one is delivered, but not kept
    /// (<see cref="RefusalReason.RetainedTooLong"/>), and takes the place of what was kept of its topic: that is not the topic's state any more. 64 KiB.
    /// </summary>
    public int MaxEventBytes { get; init; } = 64 * 1024;

    /// <summary>How long an event is kept; null: until another takes its place.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>How many black- or whitelisted events a topic keeps beside the one that is for everybody.</summary>
    public int MaxRestrictedPerTopic { get; init; } = 16;

    /// <summary>The most events that one SUBSCRIBE of a pattern gets: the latest ones, of different topics.</summary>
    public int MaxEventsPerSubscribe { get; init; } = 1000;
}
