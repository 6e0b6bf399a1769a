using System.Collections.Concurrent;
using System.Text;
using Broker.Ids;
using Broker.Messages;
using Broker.Options;
using Broker.Patterns;
using Broker.Realms;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>The broker of a realm: who gets which event (WAMP specification, "Publish and Subscribe").</summary>
internal sealed partial class BrokerRole
{
    /// <summary>What the broker announces in WELCOME.</summary>
    public const Features Announced =
        Features.PatternBasedSubscription | Features.PublisherExclusion | Features.SubscriberBlackWhiteListing
        | Features.PublisherIdentification | Features.PublicationTrustLevels | Features.PayloadPassthruMode | Features.EventRetention
        | Features.SubscriptionRevocation | Features.SessionMetaApi | Features.SubscriptionMetaApi
        | Features.EventHistory;

    private readonly RealmOptions _options;
    private readonly IIdGenerator _globalIds;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly SubscriptionIndex _index = new();
    private readonly ConcurrentDictionary<long, Subscription> _byId = new(); // changed with the lock held
    private readonly TrustLevels _trustLevels;
    private readonly RetainedEvents _retained;
    private readonly RouterIds _routerIds;
    private readonly Refusals _refusals;
    private long _eventsDropped;

    public BrokerRole(RealmOptions options, IIdGenerator globalIds, RouterIds routerIds, Refusals refusals, TimeProvider time)
    {
        _refusals = refusals;
        _routerIds = routerIds;
        _options = options;
        _globalIds = globalIds;
        _time = time;
        _trustLevels = new TrustLevels(options.PublicationTrustLevels, options.UriRules);
        _retained = new RetainedEvents(options.Retention);
        foreach (var rule in options.History)
        {
            AddHistory(rule);
        }
    }

    /// <summary>How many subscriptions there are.</summary>
    public int SubscriptionCount => _index.Count;

    /// <summary>Events that were not delivered because their receiver read too slowly, took no message of that length, or cannot express them.</summary>
    public long EventsDropped => Volatile.Read(ref _eventsDropped);

    /// <summary>SUBSCRIBE (BRK-01..03): SUBSCRIBED is queued in the section that makes the subscriber visible to publishers (ORD-02).</summary>
    public void Subscribe(Session session, scoped in WampMessage message)
    {
        var request = SubscribeOptions.Parse(session.Serializer, message.Dict);
        if (!_options.UriRules.IsValidPattern(message.Uri, request.Match) || HasTooManyComponents(message.Uri, request.Match))
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
            if (subscription is not null && session.Subscriptions?.TryGetValue(subscription.Id, out var held) == true)
            {
                Activate(held, message.RequestId, request.GetRetained);
                return;
            }

            if (_options.SessionLimits.Subscriptions is > 0 and var most && session.Subscriptions?.Count >= most)
            {
                _refusals.Add(RefusalReason.SubscriptionLimit);
                session.SendError(
                    MessageType.Subscribe, message.RequestId, ErrorUris.Unavailable,
                    $"The session has {most} subscriptions, as many as it may: unsubscribe from some, or subscribe to a pattern.");
                return;
            }

            var isNew = subscription is null;
            if (subscription is null)
            {
                subscription = new Subscription(_routerIds.NextSubscription(), message.Uri.ToArray(), request.Match) { Created = _time.GetUtcNow() };
                Add(subscription);
            }

            var subscriber = new Subscriber(session, subscription);
            (session.Subscriptions ??= []).Add(subscription.Id, subscriber);
            subscription.Subscribers.Add(subscriber);
            Activate(subscriber, message.RequestId, request.GetRetained);
            Events.OnSubscribe(session, subscription, isNew);
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

    /// <summary>
    /// Takes a subscription away from a session (WAMP specification, "Subscription Revocation"): no EVENT follows. The session is told if it has announced that
    /// it understands (SRV-02).
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="subscriptionId">Which of its subscriptions.</param>
    /// <param name="reason">The URI told as the reason, or null.</param>
    /// <returns>False when the session has no such subscription.</returns>
    public bool Revoke(Session session, long subscriptionId, string? reason)
    {
        lock (_lock)
        {
            if (session.Subscriptions is not { } held || !held.Remove(subscriptionId, out var subscriber))
            {
                return false;
            }

            var reply = default(WampMessage);
            if (session.Roles.Subscriber?.HasFlag(Features.SubscriptionRevocation) == true)
            {
                // [UNSUBSCRIBED, 0, Details|dict]
                var details = RoutingScratch.Current.Details;
                details.Clear();
                ValueEncoder.Encode(session.Serializer, details, new RevocationDetails { Subscription = subscriptionId, Reason = reason });
                reply = new WampMessage { Type = MessageType.Unsubscribed, Dict = details.Written };
            }

            Remove(subscriber, reply);
            return true;
        }
    }

    /// <summary><c>wamp.subscription.get_events</c> for a caller who may subscribe what it asks for (HIS-02..08, HIS-12).</summary>
    public HistoryAnswer GetEvents(long subscriptionId, in HistoryFilter filter, SessionIdentity caller)
    {
        if (FindSubscription(subscriptionId) is not { } subscription)
        {
            return new HistoryAnswer { Error = ErrorUris.NoSuchSubscription, Text = $"There is no subscription {subscriptionId}." };
        }

        var isLimitReached = false;
        var events = subscription.History is null ? [] : subscription.History.Find(filter, caller, _time.GetUtcNow(), out isLimitReached);
        return events is null
            ? new HistoryAnswer { Error = ErrorUris.InvalidArgument, Text = "A publication named is not in the history of the subscription." }
            : new HistoryAnswer { SubscriptionId = subscriptionId, Match = subscription.Match, Events = events, IsLimitReached = isLimitReached };
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

    private void AddHistory(HistoryRule rule)
    {
        var uri = Encoding.UTF8.GetBytes(rule.Uri);
        if (!_options.UriRules.IsValidPattern(uri, rule.Match) || HasTooManyComponents(uri, rule.Match))
        {
            throw new ArgumentException($"{rule.Uri} is no valid topic for the match policy {rule.Match}.", nameof(rule));
        }

        if (_index.Find(uri, rule.Match) is not null)
        {
            throw new ArgumentException($"{rule.Uri} has two history rules for the match policy {rule.Match}.", nameof(rule));
        }

        Add(new Subscription(_routerIds.NextSubscription(), uri, rule.Match) { Created = _time.GetUtcNow(), History = new EventHistory(rule) });
    }

    private void Add(Subscription subscription)
    {
        _byId[subscription.Id] = subscription;
        _index.Add(subscription);
    }

    /// <summary>
    /// Queues SUBSCRIBED, then the retained events if they are asked for, and lets live events through (ORD-02, RET-07). For a subscriber that is active
    /// already, nothing but the messages (BRK-03, RET-10).
    /// </summary>
    private void Activate(Subscriber subscriber, long requestId, bool getRetained)
    {
        var session = subscriber.Session;
        var reply = RoutingScratch.Current.Reply;
        reply.Encode(
            session.Serializer,
            new WampMessage { Type = MessageType.Subscribed, RequestId = requestId, SubscriptionId = subscriber.Subscription.Id });
        List<StoredPublication>? retained = getRetained ? [] : null;
        var dropped = 0;
        lock (session.Gate)
        {
            session.SendLocked(reply);
            if (retained is not null)
            {
                // Looked up with the gate held: whatever is retained later reaches this subscriber live.
                _retained.Find(subscriber.Subscription, session, _time.GetUtcNow(), retained);
                dropped = RetainedDelivery.Send(subscriber, retained);
            }

            subscriber.IsActive = true;
        }

        Interlocked.Add(ref _eventsDropped, dropped);
    }

    /// <summary>Removes a subscriber, queueing <paramref name="reply"/> to it if it has a type.</summary>
    private void Remove(Subscriber subscriber, scoped in WampMessage reply)
    {
        var subscription = subscriber.Subscription;
        subscription.Subscribers.Remove(subscriber);
        var isLast = subscription.Subscribers.Count == 0 && subscription.History is null;
        if (isLast)
        {
            _index.Remove(subscription);
            _byId.TryRemove(subscription.Id, out _);
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

        Events.OnUnsubscribe(subscriber.Session, subscription, isLast);
    }
}
