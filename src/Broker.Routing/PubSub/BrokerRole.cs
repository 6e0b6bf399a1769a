using Broker.Ids;
using Broker.Messages;
using Broker.Options;
using Broker.Patterns;
using Broker.Realms;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>The broker of a realm: who gets which event (WAMP specification, "Publish and Subscribe"). PUBLISH takes no lock but the receivers'.</summary>
internal sealed class BrokerRole(RealmOptions options, IIdGenerator globalIds)
{
    /// <summary>What the broker announces in WELCOME.</summary>
    public const Features Announced = Features.PatternBasedSubscription | Features.PublisherExclusion;

    private readonly Lock _lock = new();
    private readonly SubscriptionIndex _index = new();
    private readonly Dictionary<long, Subscription> _byId = [];
    private long _lastSubscriptionId;
    private long _eventsDropped;

    /// <summary>How many subscriptions there are.</summary>
    public int SubscriptionCount => _index.Count;

    /// <summary>Events that were not delivered because their receiver read too slowly, took no message of that length, or cannot express them.</summary>
    public long EventsDropped => Volatile.Read(ref _eventsDropped);

    /// <summary>SUBSCRIBE (BRK-01..03): SUBSCRIBED is queued in the section that makes the subscriber visible to publishers (ORD-02).</summary>
    public void Subscribe(Session session, scoped in WampMessage message)
    {
        var request = SubscribeOptions.Parse(session.Serializer, message.Dict);
        if (!options.UriRules.IsValidPattern(message.Uri, request.Match) || HasTooManyComponents(message.Uri, request.Match))
        {
            session.SendError(MessageType.Subscribe, message.RequestId, ErrorUris.InvalidUri, "The topic is not a valid URI for this match policy.");
            return;
        }

        lock (_lock)
        {
            if (session.HasEnded)
            {
                return;
            }

            var subscription = _index.Find(message.Uri, request.Match);
            if (subscription is not null && session.Subscriptions?.ContainsKey(subscription.Id) == true)
            {
                SendSubscribed(session, message.RequestId, subscription.Id);
                return;
            }

            if (subscription is null)
            {
                subscription = new Subscription(++_lastSubscriptionId, message.Uri.ToArray(), request.Match);
                _byId.Add(subscription.Id, subscription);
                _index.Add(subscription);
            }

            Add(session, subscription, message.RequestId);
        }
    }

    /// <summary>UNSUBSCRIBE (BRK-04): after UNSUBSCRIBED no EVENT follows (BRK-05).</summary>
    public void Unsubscribe(Session session, scoped in WampMessage message)
    {
        lock (_lock)
        {
            if (session.Subscriptions is { } held && held.Remove(message.SubscriptionId, out var subscriber))
            {
                Remove(subscriber, new WampMessage { Type = MessageType.Unsubscribed, RequestId = message.RequestId });
                return;
            }
        }

        session.SendError(
            MessageType.Unsubscribe, message.RequestId, ErrorUris.NoSuchSubscription, $"The session has no subscription {message.SubscriptionId}.");
    }

    /// <summary>PUBLISH (PUB-01..10).</summary>
    public void Publish(Session session, scoped in WampMessage message)
    {
        var publish = PublishOptions.Parse(session.Serializer, message.Dict);
        if (!options.UriRules.IsValid(message.Uri) || UriRules.IsReserved(message.Uri))
        {
            if (publish.Acknowledge)
            {
                session.SendError(MessageType.Publish, message.RequestId, ErrorUris.InvalidUri, "The topic is not a valid URI, or is reserved.");
            }

            return;
        }

        var fanOut = new FanOut(session, publish, globalIds.Next(), message);
        if (_index.FindExact(message.Uri) is { } exact)
        {
            fanOut.Deliver(exact);
        }

        foreach (var subscription in _index.MatchPatterns(message.Uri))
        {
            fanOut.Deliver(subscription);
        }

        if (fanOut.Dropped > 0)
        {
            Interlocked.Add(ref _eventsDropped, fanOut.Dropped);
        }

        if (publish.Acknowledge)
        {
            session.Send(new WampMessage { Type = MessageType.Published, RequestId = message.RequestId, PublicationId = fanOut.PublicationId });
        }
    }

    /// <summary>Takes away all that a session holds.</summary>
    public void RemoveSession(Session session)
    {
        lock (_lock)
        {
            if (session.Subscriptions is not { } held)
            {
                return;
            }

            session.Subscriptions = null;
            foreach (var subscriber in held.Values)
            {
                Remove(subscriber, default);
            }
        }
    }

    private static bool HasTooManyComponents(ReadOnlySpan<byte> uri, MatchPolicy match) =>
        match == MatchPolicy.Wildcard && uri.Count((byte)'.') >= WildcardShape.MaxComponents;

    private static void SendSubscribed(Session session, long requestId, long subscriptionId) =>
        session.Send(new WampMessage { Type = MessageType.Subscribed, RequestId = requestId, SubscriptionId = subscriptionId });

    private static void Add(Session session, Subscription subscription, long requestId)
    {
        var subscriber = new Subscriber(session, subscription);
        (session.Subscriptions ??= []).Add(subscription.Id, subscriber);
        subscription.Subscribers.Add(subscriber);
        var reply = RoutingScratch.Current.Reply;
        reply.Encode(
            session.Serializer,
            new WampMessage { Type = MessageType.Subscribed, RequestId = requestId, SubscriptionId = subscription.Id });
        lock (session.Gate)
        {
            session.SendLocked(reply);
            subscriber.IsActive = true;
        }
    }

    /// <summary>Removes a subscriber, queueing <paramref name="reply"/> to it if it has a type.</summary>
    private void Remove(Subscriber subscriber, scoped in WampMessage reply)
    {
        var subscription = subscriber.Subscription;
        subscription.Subscribers.Remove(subscriber);
        if (subscription.Subscribers.Count == 0)
        {
            _index.Remove(subscription);
            _byId.Remove(subscription.Id);
        }

        var encoded = RoutingScratch.Current.Reply;
        if (reply.Type != MessageType.None)
        {
            encoded.Encode(subscriber.Session.Serializer, reply);
        }

        lock (subscriber.Session.Gate)
        {
            subscriber.IsActive = false;
            if (reply.Type != MessageType.None)
            {
                subscriber.Session.SendLocked(encoded);
            }
        }
    }
}
