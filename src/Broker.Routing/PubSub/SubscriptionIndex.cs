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

    public SubscriptionIndex() => _exactByUri = _exact.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The prefix subscriptions.</summary>
    public PrefixTable<Subscription> Prefixes { get; } = new();

    /// <summary>The wildcard subscriptions.</summary>
    public WildcardTable<Subscription> Wildcards { get; } = new();

    /// <summary>What <see cref="Prefixes"/> certainly do not hold.</summary>
    public PatternFilter PrefixFilter { get; } = new();

    /// <summary>What <see cref="Wildcards"/> certainly do not hold.</summary>
    public PatternFilter WildcardFilter { get; } = new();

    /// <summary>How many subscriptions there are.</summary>
    public int Count => _exact.Count + Prefixes.Count + Wildcards.Count;

    /// <summary>The subscription of a topic or pattern itself.</summary>
    public Subscription? Find(ReadOnlySpan<byte> uri, MatchPolicy match) => match switch
    {
        MatchPolicy.Prefix => Prefixes.Find(uri),
        MatchPolicy.Wildcard => Wildcards.Find(uri),
        _ => FindExact(uri),
    };

    /// <summary>The exact subscription of a topic.</summary>
    public Subscription? FindExact(ReadOnlySpan<byte> topic) => _exactByUri.TryGetValue(topic, out var subscription) ? subscription : null;

    /// <summary>The prefix and wildcard subscriptions that match a topic, in no order.</summary>
    public PatternMatches MatchPatterns(ReadOnlySpan<byte> topic) => new(this, topic);

    public void Add(Subscription subscription)
    {
        switch (subscription.Match)
        {
            case MatchPolicy.Prefix:
                PrefixFilter.Add(PatternFilter.Hash(subscription.Uri));
                Prefixes.Add(subscription);
                break;
            case MatchPolicy.Wildcard:
                WildcardFilter.Add(PatternFilter.HashWildcard(subscription.Uri));
                Wildcards.Add(subscription);
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
                Prefixes.Remove(subscription);
                PrefixFilter.Remove(PatternFilter.Hash(subscription.Uri));
                break;
            case MatchPolicy.Wildcard:
                Wildcards.Remove(subscription);
                WildcardFilter.Remove(PatternFilter.HashWildcard(subscription.Uri));
                break;
            default:
                _exact.TryRemove(subscription.Uri, out _);
                break;
        }
    }
}
