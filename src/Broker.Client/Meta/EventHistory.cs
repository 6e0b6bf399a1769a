namespace Broker.Client.Meta;

/// <summary>Which events of a history are wanted: those that pass all that is set (WAMP specification, "Event History").</summary>
public sealed record HistoryFilter
{
    /// <summary>Whether the latest comes first.</summary>
    public bool Reverse { get; init; }

    /// <summary>The first so many of those that pass, at least 1. Null: the router's limit.</summary>
    public int? Limit { get; init; }

    /// <summary>Published at that time or later.</summary>
    public DateTimeOffset? FromTime { get; init; }

    /// <summary>Published later than that.</summary>
    public DateTimeOffset? AfterTime { get; init; }

    /// <summary>Published earlier than that.</summary>
    public DateTimeOffset? BeforeTime { get; init; }

    /// <summary>Published at that time or earlier.</summary>
    public DateTimeOffset? UntilTime { get; init; }

    /// <summary>Published to that topic: for pattern subscriptions.</summary>
    public string? Topic { get; init; }

    /// <summary>That publication id and those behind it.</summary>
    public long? FromPublication { get; init; }

    /// <summary>Those behind that publication id.</summary>
    public long? AfterPublication { get; init; }

    /// <summary>Those before that publication id.</summary>
    public long? BeforePublication { get; init; }

    /// <summary>That publication id and those before it.</summary>
    public long? UntilPublication { get; init; }
}

/// <summary>An event that the router has kept. Immutable, valid for ever.</summary>
public sealed class HistoricEvent
{
    internal HistoricEvent(ReceivedDict entry)
    {
        Timestamp = entry.Get<DateTimeOffset>("timestamp");
        SubscriptionId = entry.TryGet<long?>("subscription", out var subscription) ? subscription : null;
        PublicationId = entry.Get<long>("publication");
        Details = entry.DictAt("details");
        Arguments = entry.ListAt("args");
        ArgumentsKw = entry.DictAt("kwargs");
    }

    /// <summary>When the router took it. Times may repeat, and go backwards when the router's clock does.</summary>
    public DateTimeOffset Timestamp { get; }

    /// <summary>The subscription in whose history it is; null if the router does not say.</summary>
    public long? SubscriptionId { get; }

    /// <summary>The id of the publication.</summary>
    public long PublicationId { get; }

    /// <summary>EVENT.Details without what belongs to one receiver.</summary>
    public ReceivedDict Details { get; }

    /// <summary>The positional arguments.</summary>
    public ReceivedList Arguments { get; }

    /// <summary>The keyword arguments.</summary>
    public ReceivedDict ArgumentsKw { get; }
}
