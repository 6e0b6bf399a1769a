using System.Collections.Concurrent;
using Broker.Patterns;
using Broker.Realms;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>Finds the subscriptions that match a topic. Read without a lock; changed by one thread at a time, which holds the broker's lock.</summary>
internal sealed class SubscriptionIndex
{
    private readonly ConcurrentDictionary<byte[], Subscription> _exact = new(Utf8Comparer.Instance);
    private readonly ConcurrentDictionary<byte[], Subscription>.AlternateLookup<ReadOnlySpan<byte>> _exactByUri;
    private readonly PrefixTable<Subscription> _prefixes = new();
    private readonly WildcardTable<Subscription> _wildcards = new();

    public SubscriptionIndex() => _exactByUri = _exact.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>How many subscriptions there are.</summary>
    public int Count => _exact.Count + _prefixes.Count + _wildcards.Count;

    /// <summary>The subscription of a topic or pattern itself.</summary>
    public Subscription? Find(ReadOnlySpan<byte> uri, MatchPolicy match) => match switch
    {
        MatchPolicy.Prefix => _prefixes.Find(uri),
        MatchPolicy.Wildcard => _wildcards.Find(uri),
        _ => FindExact(uri),
    };

    /// <summary>The exact subscription of a topic.</summary>
    public Subscription? FindExact(ReadOnlySpan<byte> topic) => _exactByUri.TryGetValue(topic, out var subscription) ? subscription : null;

    /// <summary>The prefix and wildcard subscriptions that match a topic, in no order.</summary>
    public PatternMatches MatchPatterns(ReadOnlySpan<byte> topic) => new(_prefixes, _wildcards, topic);

    public void Add(Subscription subscription)
    {
        switch (subscription.Match)
        {
            case MatchPolicy.Prefix:
                _prefixes.Add(subscription);
                break;
            case MatchPolicy.Wildcard:
                _wildcards.Add(subscription);
                break;
            default:
                _exact[subscription.Uri] = subscription;
                break;
        }
    }

    public void Remove(Subscription subscription)
    {
        switch (subscription.Match)
        {
            case MatchPolicy.Prefix:
                _prefixes.Remove(subscription);
                break;
            case MatchPolicy.Wildcard:
                _wildcards.Remove(subscription);
                break;
            default:
                _exact.TryRemove(subscription.Uri, out _);
                break;
        }
    }
}
