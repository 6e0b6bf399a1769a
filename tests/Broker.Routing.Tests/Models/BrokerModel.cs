using System.Text.Json.Nodes;
using Broker.Options;
using Broker.Realms;
using static Broker.Models.Expected;

namespace Broker.Models;

/// <summary>Publish and subscribe, as naively as the specification can be written down: lists, searched from end to end.</summary>
/// <param name="setting">How the realm behaves.</param>
/// <param name="permissions">What sessions may do.</param>
internal sealed class BrokerModel(Setting setting, ModelPermissions permissions)
{
    private readonly HashSet<long> _subscriptionIds = [];
    private readonly HashSet<long> _publicationIds = [];
    private readonly List<Retained> _retained = []; // oldest first

    public List<ModelSubscription> Subscriptions { get; } = [];

    public void Subscribe(ModelSession session, long request, JsonObject options, string topic)
    {
        var match = options.TextAt("match") ?? "exact";
        if (!ModelUri.IsValidPattern(topic, match))
        {
            session.Tell(Refusal(32, request, "wamp.error.invalid_uri"));
            return;
        }

        if (!permissions.Allow(session, ModelRights.Subscribe, topic, match))
        {
            session.Tell(Refusal(32, request, "wamp.error.not_authorized"));
            return;
        }

        var subscription = Subscriptions.Find(each => each.Topic == topic && each.Match == match);
        var isHeld = subscription?.Sessions.Contains(session) == true;
        if (!isHeld && setting.MaxHeld > 0 && Subscriptions.Count(each => each.Sessions.Contains(session)) >= setting.MaxHeld)
        {
            session.Tell(Refusal(32, request, "wamp.error.unavailable"));
            return;
        }

        if (subscription is null)
        {
            Subscriptions.Add(subscription = new ModelSubscription(topic, match, new RouterChosenId("subscription", _subscriptionIds)));
        }

        if (!isHeld) // BRK-03
        {
            subscription.Sessions.Add(session);
        }

        session.Tell(Ranked(1, [], 33, request, subscription.Id)); // ORD-02, RET-07
        if (options.Says("get_retained"))
        {
            SendRetained(session, subscription);
        }
    }

    public void Unsubscribe(ModelSession session, long request, long id)
    {
        var subscription = Subscriptions.Find(each => each.Id.Value == id && each.Sessions.Contains(session));
        if (subscription is null)
        {
            session.Tell(Refusal(34, request, "wamp.error.no_such_subscription"));
            return;
        }

        Remove(subscription, session);
        session.Tell(Message([], 35, request));
    }

    public void Publish(ModelSession publisher, long request, JsonObject options, string topic, JsonArray payload, long now)
    {
        var isAcknowledged = options.Says("acknowledge");
        var rights = permissions.On(publisher, topic);
        var refusal = !ModelUri.IsValid(topic) || ModelUri.IsReserved(topic) ? "wamp.error.invalid_uri" // URI-05, PBS-08
            : !rights.HasFlag(ModelRights.Publish) ? "wamp.error.not_authorized"
            : options.Says("disclose_me") && setting.Publishers == DisclosePolicy.Never && !rights.HasFlag(ModelRights.DisclosePublisher) // PID-03
                ? "wamp.error.option_disallowed.disclose_me"
                : null;
        if (refusal is not null)
        {
            if (isAcknowledged) // PUB-02
            {
                publisher.Tell(Refusal(16, request, refusal));
            }

            return;
        }

        var details = new JsonObject();
        if (options.Says("disclose_me") || setting.Publishers == DisclosePolicy.Always || rights.HasFlag(ModelRights.DisclosePublisher))
        {
            details["publisher"] = publisher.Id;
            details["publisher_authid"] = publisher.AuthId;
            details["publisher_authrole"] = publisher.AuthRole;
        }

        var id = new RouterChosenId("publication", _publicationIds);
        var publication = new Retained(topic, publisher, options, details, payload, id, now);
        if (options.Says("retain"))
        {
            Retain(publication);
        }

        foreach (var subscription in Subscriptions.Where(each => ModelUri.Matches(each.Topic, each.Match, topic)))
        {
            foreach (var session in subscription.Sessions.Where(publication.IsFor))
            {
                session.Tell(Event(subscription, publication, rank: null));
            }
        }

        if (isAcknowledged)
        {
            publisher.Tell(Message([], 17, request, publication.Id));
        }
    }

    /// <summary>Takes away the subscriptions that are not allowed any more, and tells those who understand (SRV-02).</summary>
    public void RevokeDenied()
    {
        foreach (var subscription in Subscriptions.ToList())
        {
            foreach (var session in subscription.Sessions.ToList())
            {
                if (permissions.Allow(session, ModelRights.Subscribe, subscription.Topic, subscription.Match))
                {
                    continue;
                }

                Remove(subscription, session);
                if (session.Subscriber.HasFlag(Features.SubscriptionRevocation))
                {
                    var details = new JsonObject { ["subscription"] = subscription.Id.Value, ["reason"] = "wamp.error.not_authorized" };
                    session.Tell(Message([], 35, 0, details));
                }
            }
        }
    }

    public void Leave(ModelSession session)
    {
        foreach (var subscription in Subscriptions.Where(each => each.Sessions.Contains(session)).ToList())
        {
            Remove(subscription, session);
        }
    }

    /// <summary>Forgets what has been retained for as long as the realm retains events.</summary>
    public void Expire(long now)
    {
        if (setting.RetainedFor > 0)
        {
            _retained.RemoveAll(publication => now - publication.Since >= setting.RetainedFor);
        }
    }

    private static Expected Event(ModelSubscription subscription, Retained publication, int? rank)
    {
        var details = (JsonObject)publication.Details.DeepClone();
        if (subscription.Match != "exact")
        {
            details["topic"] = publication.Topic; // PBS-05
        }

        if (rank is not { } place)
        {
            return Message(publication.Payload, 36, subscription.Id, publication.Id, details);
        }

        details["retained"] = true;
        return Ranked(place, publication.Payload, 36, subscription.Id, publication.Id, details);
    }

    private void Remove(ModelSubscription subscription, ModelSession session)
    {
        subscription.Sessions.Remove(session);
        if (subscription.Sessions.Count == 0)
        {
            Subscriptions.Remove(subscription);
        }
    }

    /// <summary>For each topic that matches the last event that the session may have (RET-05, RET-06, RET-09).</summary>
    private void SendRetained(ModelSession session, ModelSubscription subscription)
    {
        foreach (var topic in _retained.Select(each => each.Topic).Distinct())
        {
            if (!ModelUri.Matches(subscription.Topic, subscription.Match, topic))
            {
                continue;
            }

            if (_retained.LastOrDefault(each => each.Topic == topic && each.IsFor(session)) is { } publication)
            {
                session.Tell(Event(subscription, publication, rank: 2));
            }
        }
    }

    /// <summary>One for everybody, and after it some for some (RET-04, RET-06).</summary>
    private void Retain(Retained publication)
    {
        var before = _retained.FindAll(each => each.Topic == publication.Topic && (each.IsRestricted || !publication.IsRestricted));
        if (!publication.IsRestricted)
        {
            _retained.RemoveAll(before.Contains);
        }
        else if (before.Count >= setting.RestrictedPerTopic)
        {
            _retained.Remove(before[0]);
        }

        _retained.Add(publication);
    }

    private sealed record Retained(
        string Topic, ModelSession Publisher, JsonObject Options, JsonObject Details, JsonArray Payload, RouterChosenId Id, long Since)
    {
        public bool IsRestricted => Options.Any(option => option.Value is JsonArray); // all the lists, and nothing else

        /// <summary>BWL-01, PEX-01, RET-06.</summary>
        public bool IsFor(ModelSession session) =>
            (session != Publisher || Options["exclude_me"]?.GetValue<bool>() == false)
            && Lists("exclude", session.Id) != true
            && Lists("exclude_authid", session.AuthId) != true
            && Lists("exclude_authrole", session.AuthRole) != true
            && Lists("eligible", session.Id) != false
            && Lists("eligible_authid", session.AuthId) != false
            && Lists("eligible_authrole", session.AuthRole) != false;

        /// <summary>Whether the list is there and names it; null if it is not there.</summary>
        private bool? Lists(string list, JsonNode item) =>
            Options[list] is JsonArray items ? items.Any(each => JsonNode.DeepEquals(each, item)) : null;
    }
}
