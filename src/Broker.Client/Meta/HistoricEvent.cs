namespace Broker.Client.Meta;

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
