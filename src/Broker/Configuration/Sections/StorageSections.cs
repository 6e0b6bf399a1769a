using Broker.Configuration.Keys;
using Broker.Options;
using Broker.Uris;

namespace Broker.Configuration.Sections;

/// <summary>A topic or pattern whose events are recorded.</summary>
internal sealed record HistorySection
{
    /// <summary>The topic or pattern.</summary>
    [Key("The topic or pattern.", Format = TextFormat.UriPattern)]
    public required string Uri { get; init; }

    /// <summary>How it matches.</summary>
    [Key("How the URI matches.")]
    public MatchPolicy Match { get; init; }

    /// <summary>The most events.</summary>
    [Key("The most events recorded; beyond it the oldest are forgotten.", Min = "1")]
    public int MaxEvents { get; init; } = 1000;

    /// <summary>The most bytes.</summary>
    [Key("The most bytes recorded; beyond it the oldest events are forgotten.", Min = "1B")]
    public ByteSize MaxBytes { get; init; } = ByteSize.FromMiB(16);

    /// <summary>The longest time.</summary>
    [Key("How long an event is kept. null: until a bound is reached.", Min = "1ms", Max = "3650d")]
    public TimeSpan? MaxAge { get; init; }
}

/// <summary>How many retained events are kept.</summary>
internal sealed record RetentionSection
{
    /// <summary>The most events.</summary>
    [Key("The most events kept, over all topics. 0: none are.", Min = "0")]
    public int MaxEvents { get; init; } = 10_000;

    /// <summary>The most bytes.</summary>
    [Key("The most bytes kept, over all topics.")]
    public ByteSize MaxBytes { get; init; } = ByteSize.FromMiB(64);

    /// <summary>The longest event.</summary>
    [Key(
        "The longest event that is kept, in bytes of topic, payload and options. A longer one reaches the subscribers, but is not kept, and neither is the one before.",
        Min = "1B",
        Max = "1GiB")]
    public ByteSize MaxEvent { get; init; } = ByteSize.FromKiB(64);

    /// <summary>The longest time.</summary>
    [Key("How long an event is kept. null: until another takes its place.", Min = "1ms", Max = "3650d")]
    public TimeSpan? MaxAge { get; init; }
}

/// <summary>What testaments may take.</summary>
internal sealed record TestamentsSection
{
    /// <summary>The most of them.</summary>
    [Key("How many testaments a session may leave.", Min = "0")]
    public int MaxCount { get; init; } = 32;

    /// <summary>The most bytes.</summary>
    [Key("How many bytes of topics, payloads and options the testaments of a session may hold.", Max = "1GiB")]
    public ByteSize MaxBytes { get; init; } = ByteSize.FromKiB(256);
}

/// <summary>What happens to events for slow peers.</summary>
internal sealed record SlowConsumerSection
{
    /// <summary>What happens.</summary>
    [Key(
        "Drop the events that find no room (drop_newest) or those that wait for longest (drop_oldest), keep one for each topic (latest), "
        + "or end the connection (disconnect). What was dropped is counted, and the next event says how many (_gap; not of what latest replaces). A subscription can "
        + "ask for another (_slow_consumer).")]
    public SlowConsumerPolicy Policy { get; init; } = SlowConsumerPolicy.DropNewest;
}
