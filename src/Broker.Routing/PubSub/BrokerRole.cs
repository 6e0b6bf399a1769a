using Broker.Ids;
using Broker.Messages;
using Broker.Options;
using Broker.Realms;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>The broker of a realm: who gets which event (WAMP specification, "Publish and Subscribe"). PUBLISH takes no lock but the receivers'.</summary>
internal sealed class BrokerRole(RealmOptions options, IIdGenerator globalIds, TimeProvider time)
{
    /// <summary>What the broker announces in WELCOME.</summary>
    public const Features Announced =
        Features.PatternBasedSubscription | Features.PublisherExclusion | Features.SubscriberBlackWhiteListing
        | Features.PublisherIdentification | Features.PublicationTrustLevels | Features.PayloadPassthruMode | Features.EventRetention;

    private readonly Lock _lock = new();
    private readonly SubscriptionIndex _index = new();
    private readonly Dictionary<long, Subscription> _byId = [];
    private readonly TrustLevels _trustLevels = new(options.PublicationTrustLevels, options.UriRules);
    private readonly RetainedEvents _retained = new(options.Retention);
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
            if (subscription is not null && session.Subscriptions?.TryGetValue(subscription.Id, out var held) == true)
            {
                Activate(held, message.RequestId, request.GetRetained);
                return;
            }

            if (subscription is null)
            {
                subscription = new Subscription(++_lastSubscriptionId, message.Uri.ToArray(), request.Match);
                _byId.Add(subscription.Id, subscription);
                _index.Add(subscription);
            }

            var subscriber = new Subscriber(session, subscription);
            (session.Subscriptions ??= []).Add(subscription.Id, subscriber);
            subscription.Subscribers.Add(subscriber);
            Activate(subscriber, message.RequestId, request.GetRetained);
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
    /// <exception cref="WampProtocolException">The payload is sealed, and the session has not announced that as a publisher (PPT-03).</exception>
    public void Publish(Session session, scoped in WampMessage message)
    {
        var request = PublishOptions.Parse(session.Serializer, message.Dict);
        if (request.Passthru.IsActive && session.Roles.Publisher?.HasFlag(Features.PayloadPassthruMode) != true)
        {
            throw new WampProtocolException("PUBLISH has ppt_scheme, but the session has not announced payload_passthru_mode as a publisher.");
        }

        if (!options.UriRules.IsValid(message.Uri) || UriRules.IsReserved(message.Uri))
        {
            Refuse(session, request, message.RequestId, ErrorUris.InvalidUri, "The topic is not a valid URI, or is reserved.");
            return;
        }

        if (request.DiscloseMe && options.DisclosePublisher == DisclosePolicy.Never)
        {
            Refuse(session, request, message.RequestId, ErrorUris.DiscloseMeDisallowed, "Publishers are not disclosed in this realm.");
            return;
        }

        var details = CommonDetails(session, request, message.Uri, out var hasDetails);
        var publication = new Publication
        {
            Id = globalIds.Next(),
            Publisher = session,
            Serializer = session.Serializer,
            Topic = message.Uri,
            Payload = message.Payload,
            IncludesPublisher = request.IncludeMe,
            IsRetained = request.Retain,
            Lists = BlackWhiteLists.Of(request),
            HasDetails = hasDetails,
            Details = details,
        };
        Dispatch(publication);
        if (request.Acknowledge)
        {
            session.Send(new WampMessage { Type = MessageType.Published, RequestId = message.RequestId, PublicationId = publication.Id });
        }
    }

    /// <summary>Queues the EVENTs of a publication, whoever published it.</summary>
    public void Dispatch(scoped in Publication publication)
    {
        StoredPublication? stored = null;
        if (publication.IsRetained)
        {
            stored = new StoredPublication(publication, time.GetUtcNow());
            _retained.Keep(stored);
        }

        var fanOut = new FanOut(publication);
        if (_index.FindExact(publication.Topic) is { } exact)
        {
            fanOut.Deliver(exact);
        }

        foreach (var subscription in _index.MatchPatterns(publication.Topic))
        {
            fanOut.Deliver(subscription);
        }

        stored?.IsDispatched = true;
        if (fanOut.Dropped > 0)
        {
            Interlocked.Add(ref _eventsDropped, fanOut.Dropped);
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

    /// <summary>A publication that is not acknowledged is dropped without a word (PUB-02).</summary>
    private static void Refuse(Session session, in PublishOptions request, long requestId, string error, string text)
    {
        if (request.Acknowledge)
        {
            session.SendError(MessageType.Publish, requestId, error, text);
        }
    }

    private EventDetails CommonDetails(Session publisher, in PublishOptions request, ReadOnlySpan<byte> topic, out bool hasDetails)
    {
        var details = default(EventDetails);
        hasDetails = false;
        if (request.DiscloseMe || options.DisclosePublisher == DisclosePolicy.Always)
        {
            details.Publisher = publisher.Id;
            details.PublisherAuthId = publisher.Identity.AuthId;
            details.PublisherAuthRole = publisher.Identity.AuthRole;
            hasDetails = true;
        }

        if (!_trustLevels.IsEmpty && _trustLevels.Find(topic, publisher.Identity.AuthRole) is { } level)
        {
            details.TrustLevel = level;
            hasDetails = true;
        }

        if (request.Passthru.IsActive)
        {
            details.Passthru = request.Passthru;
            hasDetails = true;
        }

        return details;
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
                _retained.Find(subscriber.Subscription, session, time.GetUtcNow(), retained);
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
