using Broker.Authorization;
using Broker.Messages;
using Broker.Options;
using Broker.Realms;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>Other options while sessions go on, and what these take away.</summary>
internal sealed partial class BrokerRole
{
    /// <summary>Has other options from now on. What is retained and recorded is kept, as far as the new bounds allow.</summary>
    public void Reconfigure(RealmPolicy policy)
    {
        lock (_lock)
        {
            _policy = policy;
            _retained.Reconfigure(policy.Options.Retention);
            ReconfigureHistories();
            ReconfigureSlowConsumers();
        }
    }

    /// <summary>
    /// Takes away the subscriptions that the rules of their sessions deny. Call when all sessions have their new rules: a SUBSCRIBE that
    /// was allowed by the old ones is either seen here or sees the new ones. What only an authorizer could say is left as it is.
    /// </summary>
    public void RevokeDenied()
    {
        lock (_lock)
        {
            foreach (var subscription in _byId.Values.ToList())
            {
                var denied = new DeniedHolders(RealmAction.Subscribe, subscription.Uri, subscription.Match);
                foreach (var subscriber in subscription.Subscribers.Snapshot().ToArray())
                {
                    if (subscriber?.Session is { } session && denied.Holds(session) && session.Subscriptions!.Remove(subscription.Id))
                    {
                        Revoke(subscriber, ErrorUris.NotAuthorized);
                    }
                }
            }
        }
    }

    /// <summary>
    /// Removes a subscriber that its session does not hold any more, and tells the session if it has announced that it understands
    /// (SRV-02).
    /// </summary>
    private void Revoke(Subscriber subscriber, string? reason)
    {
        var reply = default(WampMessage);
        var session = subscriber.Session;
        if (session.Roles.Subscriber?.HasFlag(Features.SubscriptionRevocation) == true)
        {
            // [UNSUBSCRIBED, 0, Details|dict]
            var details = RoutingScratch.Current.Details;
            details.Clear();
            ValueEncoder.Encode(session.Serializer, details, new RevocationDetails { Subscription = subscriber.Subscription.Id, Reason = reason });
            reply = new WampMessage { Type = MessageType.Unsubscribed, Dict = details.Written };
        }

        Remove(subscriber, reply);
    }

    /// <summary>Gives the realm's policy to the subscribers that have named none. Events that wait already keep theirs.</summary>
    private void ReconfigureSlowConsumers()
    {
        foreach (var subscription in _byId.Values)
        {
            foreach (var subscriber in subscription.Subscribers.Snapshot())
            {
                if (subscriber is null)
                {
                    continue;
                }

                lock (subscriber.Session.Gate)
                {
                    if (!subscriber.HasOwnPolicy)
                    {
                        SetPolicy(subscriber, _policy.Options.SlowConsumer);
                    }
                }
            }
        }
    }

    /// <summary>Sees to it that there are the histories of the options, and no others.</summary>
    private void ReconfigureHistories()
    {
        var recorded = new HashSet<long>();
        foreach (var (uri, rule) in _policy.Histories)
        {
            var subscription = _index.Find(uri, rule.Match) ?? Add(uri, rule.Match);
            recorded.Add(subscription.Id);
            if (subscription.History is { } history)
            {
                history.Reconfigure(rule);
            }
            else
            {
                subscription.History = new EventHistory(rule, Forgotten);
            }
        }

        bool IsForgotten(Subscription subscription) => subscription.History is not null && !recorded.Contains(subscription.Id);
        foreach (var subscription in _byId.Values.Where(IsForgotten).ToList())
        {
            subscription.History = null;
            RemoveIfUnused(subscription);
        }
    }
}
