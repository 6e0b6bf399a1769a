using Broker.Authorization;
using Broker.Messages;
using Broker.Meta;
using Broker.Options;
using Broker.Realms;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>PUBLISH and what becomes of it. Takes no lock but the receivers' and, for what is stored, the store's.</summary>
internal sealed partial class BrokerRole
{
    /// <summary>PUBLISH (PUB-01..10).</summary>
    /// <exception cref="WampProtocolException">The payload is sealed, and the session has not announced that as a publisher (PPT-03).</exception>
    public void Publish(Session session, scoped in WampMessage message, in Decision decision)
    {
        var request = PublishOptions.Parse(session.Serializer, message.Dict);
        if (request.Passthru?.IsActive == true && session.Roles.Publisher?.HasFlag(Features.PayloadPassthruMode) != true)
        {
            throw new WampProtocolException("PUBLISH has ppt_scheme, but the session has not announced payload_passthru_mode as a publisher.");
        }

        if (RefusalOf(request, message.Uri, decision) is { } refusal)
        {
            Refuse(session, request, message.RequestId, refusal.Error, refusal.Text);
            return;
        }

        request.DiscloseMe |= decision.Discloses;
        var publicationId = Publish(session, request, message.Uri, message.Payload);
        if (request.Acknowledge)
        {
            session.Send(new WampMessage { Type = MessageType.Published, RequestId = message.RequestId, PublicationId = publicationId });
        }
    }

    /// <summary>Publishes in the name of a session, which may have ended and must be allowed to.</summary>
    /// <param name="publisher">The session.</param>
    /// <param name="request">Its options, to which <see cref="RefusalOf"/> had no objection.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="payload">The payload in the session's serializer.</param>
    /// <returns>The publication id.</returns>
    private long Publish(Session publisher, in PublishOptions request, ReadOnlySpan<byte> topic, Payload payload)
    {
        var details = CommonDetails(publisher, request, topic, out var hasDetails);
        var publication = new Publication(in details)
        {
            Id = _globalIds.Next(),
            Publisher = publisher,
            Serializer = publisher.Serializer,
            Topic = topic,
            Payload = payload,
            IncludesPublisher = request.IncludeMe,
            IsRetained = request.Retain,
            Lists = BlackWhiteLists.Of(request),
            HasDetails = hasDetails,
        };
        Dispatch(publication);
        return publication.Id;
    }

    /// <summary>Publishes what a session has left, unless it may not publish it any more (TST-07).</summary>
    public void Publish(Session publisher, Testament testament)
    {
        var decision = publisher.Decide(RealmAction.Publish, testament.Topic);
        var request = testament.Options;
        if (RefusalOf(request, testament.Topic, decision) is null)
        {
            request.DiscloseMe |= decision.Discloses;
            Publish(publisher, request, testament.Topic, new Payload(testament.Elements, testament.Count));
        }
    }

    /// <summary>Why a publication is not taken, or null.</summary>
    public (string Error, string Text)? RefusalOf(in PublishOptions request, ReadOnlySpan<byte> topic, in Decision decision)
    {
        if (!Options.UriRules.IsValid(topic) || UriRules.IsReserved(topic))
        {
            return _refusals.AddInvalidUri("topic", topic, Options.UriRules, "not a valid URI, or is reserved");
        }

        if (!decision.IsAllowed)
        {
            return _refusals.Add(decision);
        }

        // They go on to every subscriber, and are kept with what is retained, recorded or left as a testament.
        if (request.KeyLongerThan(Options.UriRules.MaxLength) is { } key)
        {
            return _refusals.AddTooLong(key, Options.UriRules.MaxLength);
        }

        return request.DiscloseMe && !decision.Discloses && Options.DisclosePublisher == DisclosePolicy.Never
            ? (ErrorUris.DiscloseMeDisallowed, "Publishers are not disclosed in this realm.")
            : null;
    }

    /// <summary>Retains and records a publication and queues its EVENTs, whoever published it.</summary>
    public void Dispatch(scoped in Publication publication)
    {
        StoredPublication? stored = null;
        if (publication.IsRetained)
        {
            stored = new StoredPublication(publication, _time.GetUtcNow());
            if (!_retained.TryKeep(stored))
            {
                _refusals.Add(RefusalReason.RetainedTooLong);
            }
        }

        var fanOut = new FanOut();
        if (_index.FindExact(publication.Topic) is { } exact)
        {
            Record(exact, publication, ref stored);
            fanOut.Deliver(publication, exact);
        }

        foreach (var subscription in _index.MatchPatterns(publication.Topic))
        {
            Record(subscription, publication, ref stored);
            fanOut.Deliver(publication, subscription);
        }

        stored?.IsDispatched = true;
    }

    /// <summary>Records a publication if its subscription has a history, unless it is for certain sessions only (HIS-06, HIS-13).</summary>
    private void Record(Subscription subscription, scoped in Publication publication, ref StoredPublication? stored)
    {
        if (subscription.History is { } history && publication.Lists?.ListsSessions != true)
        {
            history.Record(stored ??= new StoredPublication(publication, _time.GetUtcNow()));
        }
    }

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
        var levels = _policy.PublicationTrustLevels;
        var isDisclosed = request.DiscloseMe || Options.DisclosePublisher == DisclosePolicy.Always;
        var trustLevel = levels.IsEmpty ? null : levels.Find(topic, publisher.Identity.AuthRole);
        if (isDisclosed || trustLevel is not null)
        {
            details.Publisher = new DisclosedPeer
            {
                Session = isDisclosed ? publisher.Id : 0,
                AuthId = isDisclosed ? publisher.Identity.AuthId : null,
                AuthRole = isDisclosed ? publisher.Identity.AuthRole : null,
                TrustLevel = trustLevel,
            };
            hasDetails = true;
        }

        if (request.ResourceKey is not null)
        {
            details.ResourceKey = request.ResourceKey;
            hasDetails = true;
        }

        if (request.Passthru?.IsActive == true)
        {
            details.Passthru = request.Passthru;
            hasDetails = true;
        }

        return details;
    }
}
