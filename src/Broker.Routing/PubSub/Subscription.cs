using Broker.Patterns;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>A topic or pattern that somebody subscribed. Sessions that subscribe the same share it, and its id (BRK-06).</summary>
internal sealed class Subscription(long id, byte[] uri, MatchPolicy match) : IPatternEntry
{
    private EventHistory? _history;

    /// <summary>The subscription id.</summary>
    public long Id { get; } = id;

    /// <summary>The topic or pattern in UTF-8.</summary>
    public byte[] Uri { get; } = uri;

    /// <summary>How <see cref="Uri"/> matches topics.</summary>
    public MatchPolicy Match { get; } = match;

    /// <summary>When the first subscriber came.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Who subscribed.</summary>
    public SubscriberList Subscribers { get; } = new();

    /// <summary>
    /// Its recorded events, if the realm is configured so. Such a subscription is there without subscribers (HIS-10). Read without a lock,
    /// set with the broker's lock held.
    /// </summary>
    public EventHistory? History
    {
        get => Volatile.Read(ref _history);
        set => Volatile.Write(ref _history, value);
    }
}
