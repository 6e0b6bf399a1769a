using System.Collections.Concurrent;
using Broker.Authorization;
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

    private readonly IIdGenerator _globalIds;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly SubscriptionIndex _index = new();
    private readonly ConcurrentDictionary<long, Subscription> _byId = new(); // changed with the lock held
    private readonly RetainedEvents _retained;
    private readonly RouterIds _routerIds;
    private readonly Refusals _refusals;
    private readonly EventDrops _drops = new();
    private volatile RealmPolicy _policy;

    public BrokerRole(RealmPolicy policy, IIdGenerator globalIds, RouterIds routerIds, Refusals refusals, TimeProvider time)
    {
        _refusals = refusals;
        _routerIds = routerIds;
        _policy = policy;
        _globalIds = globalIds;
        _time = time;
        _retained = new RetainedEvents(policy.Options.Retention, Forgotten);
        ReconfigureHistories();
    }

    /// <summary>How many subscriptions there are.</summary>
    public int SubscriptionCount => _index.Count;

    /// <summary>The events that were not delivered.</summary>
    public EventDrops Drops => _drops;

    /// <summary>Counts events that found no room any more.</summary>
    public ForgottenEvents Forgotten { get; } = new();

    /// <summary>About how many bytes retained events take.</summary>
    public long RetainedBytes => _retained.Bytes;

    /// <summary>About how many bytes the histories take.</summary>
    public long HistoryBytes => _policy.Histories.Sum(history => _index.Find(history.Uri, history.Rule.Match)?.History?.Bytes ?? 0);

    /// <summary>SUBSCRIBE (BRK-01..03): SUBSCRIBED is queued in the section that makes the subscriber visible to publishers (ORD-02).</summary>
    public void Subscribe(Session session, scoped in WampMessage message, in Decision decision)
    {
        var request = SubscribeOptions.Parse(session.Serializer, message.Dict);
        if (!Options.UriRules.IsValidPattern(message.Uri, request.Match) || WildcardShape.HasTooManyComponents(message.Uri, request.Match))
        {
            var (error, text) = _refusals.AddInvalidUri("topic", message.Uri, Options.UriRules, "not a valid URI for this match policy");
            session.SendError(MessageType.Subscribe, message.RequestId, error, text);
            return;
        }

        if (request.HasUnknownSlowConsumer)
        {
            session.SendError(
                MessageType.Subscribe,
                message.RequestId,
                ErrorUris.InvalidArgument,
                "_slow_consumer is none of drop_newest, drop_oldest, latest and disconnect.");
            return;
        }

        (string Error, string Text)? refusal;
        lock (_lock)
        {
            // With the lock held that revocation takes: what new rules deny is never subscribed behind its back.
            var renewed = session.Renew(decision, RealmAction.Subscribe, message.Uri, request.Match);
            refusal = renewed.IsAllowed ? AddSubscriber(session, message, request) : _refusals.Add(renewed);
        }

        if (refusal is { } refused)
        {
            session.SendError(MessageType.Subscribe, message.RequestId, refused.Error, refused.Text);
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

            Revoke(subscriber, reason);
            return true;
        }
    }

    /// <summary><c>wamp.subscription.get_events</c> for a caller who may subscribe what it asks for (HIS-02..08, HIS-11, HIS-12).</summary>
    public HistoryAnswer GetEvents(long subscriptionId, in HistoryFilter filter, Session caller)
    {
        if (FindSubscription(subscriptionId) is not { } subscription)
        {
            return new HistoryAnswer { Error = ErrorUris.NoSuchSubscription, Text = $"There is no subscription {subscriptionId}." };
        }

        // Whoever holds the subscription was allowed it, perhaps by an authorizer, who cannot be asked here.
        var decision = caller.Decide(RealmAction.Subscribe, subscription.Uri, subscription.Match);
        if (!decision.IsAllowed && !(decision.Outcome == DecisionOutcome.Unknown && IsHeld(subscription, caller)))
        {
            _refusals.Add(RefusalReason.SubscribeDenied);
            return new HistoryAnswer { Error = ErrorUris.NotAuthorized, Text = "A history is for those who may subscribe what it records." };
        }

        var isLimitReached = false;
        var events = subscription.History is { } history
            ? history.Find(filter, caller.Identity, _time.GetUtcNow(), out isLimitReached)
            : [];
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

    private RealmOptions Options => _policy.Options;

    /// <summary>Call with the lock held.</summary>
    /// <returns>Why the session cannot subscribe, or null.</returns>
    private (string Error, string Text)? AddSubscriber(Session session, scoped in WampMessage message, in SubscribeOptions request)
    {
        if (session.HasEnded)
        {
            return null;
        }

        var subscription = _index.Find(message.Uri, request.Match);
        if (subscription is not null && session.Subscriptions?.TryGetValue(subscription.Id, out var held) == true)
        {
            Activate(held, message.RequestId, request);
            return null;
        }

        if (Options.SessionLimits.Subscriptions is > 0 and var most && session.Subscriptions?.Count >= most)
        {
            _refusals.Add(RefusalReason.SubscriptionLimit);
            return (
                ErrorUris.Unavailable,
                $"The session has {most} subscriptions, as many as it may: unsubscribe from some, or subscribe to a pattern.");
        }

        var isNew = subscription is null;
        subscription ??= Add(message.Uri.ToArray(), request.Match);
        var terms = new EventTerms(request.SlowConsumer ?? Options.SlowConsumer, _drops);
        var subscriber = new Subscriber(session, subscription, terms);
        (session.Subscriptions ??= []).Add(subscription.Id, subscriber);
        subscription.Subscribers.Add(subscriber);
        Activate(subscriber, message.RequestId, request);
        Events.OnSubscribe(session, subscription, isNew);
        return null;
    }

    private Subscription Add(byte[] uri, MatchPolicy match)
    {
        var subscription = new Subscription(_routerIds.NextSubscription(), uri, match) { Created = _time.GetUtcNow() };
        _byId[subscription.Id] = subscription;
        _index.Add(subscription);
        return subscription;
    }

    /// <summary>
    /// Queues SUBSCRIBED, then the retained events if they are asked for and not all to come already, and lets live events through (ORD-02,
    /// RET-07). For a subscriber that is active already, nothing but the messages (BRK-03, RET-10) and, where it names one, another policy
    /// for when it reads slowly.
    /// </summary>
    private void Activate(Subscriber subscriber, long requestId, in SubscribeOptions request)
    {
        var session = subscriber.Session;
        var reply = RoutingScratch.Current.Reply;
        reply.Encode(
            session.Serializer,
            new WampMessage { Type = MessageType.Subscribed, RequestId = requestId, SubscriptionId = subscriber.Subscription.Id });
        lock (session.Gate)
        {
            session.SendLocked(reply);
            if (request.SlowConsumer is { } policy)
            {
                subscriber.HasOwnPolicy = true;
                SetPolicy(subscriber, policy);
            }

            subscriber.IsActive = true;
            if (request.GetRetained && subscriber.Retained is not { IsToCome: true })
            {
                // Looked up with the gate held: whatever is retained later reaches this subscriber live.
                var retained = new List<(RetainedEvent, StoredPublication)>();
                _retained.Find(subscriber.Subscription, session, _time.GetUtcNow(), retained);
                subscriber.Retained = retained.Count == 0 ? null : new RetainedDelivery(subscriber, retained);
                session.SendRetainedLocked(subscriber.Retained);
            }
        }
    }

    /// <summary>What happens to events from now on while the subscriber reads too slowly. Call with the session's gate held.</summary>
    private void SetPolicy(Subscriber subscriber, SlowConsumerPolicy policy)
    {
        if (policy != subscriber.Terms.Policy)
        {
            subscriber.Terms = new EventTerms(policy, _drops);
        }
    }

    /// <summary>Removes a subscriber, queueing <paramref name="reply"/> to it if it has a type.</summary>
    private void Remove(Subscriber subscriber, scoped in WampMessage reply)
    {
        var subscription = subscriber.Subscription;
        subscription.Subscribers.Remove(subscriber);
        var isLast = RemoveIfUnused(subscription);

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

    private bool IsHeld(Subscription subscription, Session session)
    {
        lock (_lock)
        {
            return session.Subscriptions?.ContainsKey(subscription.Id) == true;
        }
    }

    private bool RemoveIfUnused(Subscription subscription)
    {
        if (subscription.Subscribers.Count > 0 || subscription.History is not null)
        {
            return false;
        }

        _index.Remove(subscription);
        _byId.TryRemove(subscription.Id, out _);
        return true;
    }
}
