using Broker.Messages;
using Broker.Meta;
using Broker.Options;
using Broker.Realms;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>What the router itself publishes, and what it tells of subscriptions.</summary>
internal sealed partial class BrokerRole
{
    /// <summary>Tells of the realm by events.</summary>
    public MetaEvents Events => new(this);

    /// <summary>Whether the realm has the meta API.</summary>
    public bool TellsOfItself => Options.MetaApi;

    /// <summary>Publishes an event of the router's own. Does nothing but a look-up when nobody has subscribed the topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="arguments">The Arguments list; encoded once for each serializer in use.</param>
    public void Publish<TArguments>(ReadOnlySpan<byte> topic, in TArguments arguments)
        where TArguments : IEncodable
    {
        if (_index.FindExact(topic) is null && !_index.MatchPatterns(topic).MoveNext())
        {
            return;
        }

        var elements = RoutingScratch.Current.Payload(SerializerKind.MessagePack);
        elements.Clear();
        ValueEncoder.Encode(SerializerKind.MessagePack, elements, arguments);
        var publication = new Publication
        {
            Id = _globalIds.Next(),
            Serializer = SerializerKind.MessagePack,
            Topic = topic,
            Payload = new Payload(elements.Written, 1),
        };
        Dispatch(publication);
    }

    /// <summary>The ids of all subscriptions.</summary>
    public IdsByPolicy ListSubscriptions()
    {
        var ids = new IdsByPolicy();
        lock (_lock)
        {
            foreach (var subscription in _byId.Values)
            {
                ids.Add(subscription.Match, subscription.Id);
            }
        }

        return ids;
    }

    /// <summary>The subscription with an id.</summary>
    public Subscription? FindSubscription(long id)
    {
        lock (_lock)
        {
            return _byId.GetValueOrDefault(id);
        }
    }

    /// <summary>The subscription of a topic or pattern itself.</summary>
    public Subscription? FindSubscription(ReadOnlySpan<byte> uri, MatchPolicy match) => _index.Find(uri, match);

    /// <summary>The ids of the subscriptions that would get an event of a topic, or null when there are none.</summary>
    public List<long>? MatchSubscriptions(ReadOnlySpan<byte> topic)
    {
        if (!Options.UriRules.IsValid(topic))
        {
            return null;
        }

        var ids = new List<long>();
        if (_index.FindExact(topic) is { } exact)
        {
            ids.Add(exact.Id);
        }

        foreach (var subscription in _index.MatchPatterns(topic))
        {
            ids.Add(subscription.Id);
        }

        return ids.Count == 0 ? null : ids;
    }

    /// <summary>The ids of the sessions that hold a subscription.</summary>
    public static List<long> SubscribersOf(Subscription subscription)
    {
        var ids = new List<long>();
        foreach (var subscriber in subscription.Subscribers.Snapshot())
        {
            if (subscriber is not null)
            {
                ids.Add(subscriber.Session.Id);
            }
        }

        return ids;
    }

    /// <summary>How many sessions hold a subscription.</summary>
    public int CountSubscribers(Subscription subscription)
    {
        lock (_lock)
        {
            return subscription.Subscribers.Count;
        }
    }
}
