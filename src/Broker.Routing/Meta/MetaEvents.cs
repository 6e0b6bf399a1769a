using Broker.PubSub;
using Broker.Rpc;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Meta;

/// <summary>
/// The events by which a realm tells of itself (WAMP specification, "Session Meta API", "Registration Meta API", "Subscription Meta API"). The roles call this
/// with their lock held, so that everybody gets the events of one subscription or registration in one order (ORD-08), and behind the reply to the request that
/// caused them. Costs one look-up while nobody has subscribed, nothing where the meta API is off.
/// </summary>
internal readonly struct MetaEvents(BrokerRole broker)
{
    public void OnJoin(Session session) =>
        Publish("wamp.session.on_join"u8, new ArgumentList<SessionDetails>(new SessionDetails(session)));

    public void OnLeave(Session session) => Publish(
        "wamp.session.on_leave"u8,
        new ArgumentList<IntegerValue, TextValue, TextValue>(
            new IntegerValue(session.Id), new TextValue(session.Identity.AuthId), new TextValue(session.Identity.AuthRole)));

    /// <summary>A session has subscribed. Subscriptions below <c>wamp</c> are not told: their own events would never end (SBM-05).</summary>
    public void OnSubscribe(Session session, Subscription subscription, bool isNew)
    {
        if (UriRules.IsReserved(subscription.Uri))
        {
            return;
        }

        if (isNew)
        {
            Publish(
                "wamp.subscription.on_create"u8,
                new ArgumentList<IntegerValue, SubscriptionDetails>(new IntegerValue(session.Id), new SubscriptionDetails(subscription)));
        }

        Publish("wamp.subscription.on_subscribe"u8, session, subscription.Id);
    }

    /// <summary>A session has unsubscribed, or has left.</summary>
    public void OnUnsubscribe(Session session, Subscription subscription, bool isLast)
    {
        if (UriRules.IsReserved(subscription.Uri))
        {
            return;
        }

        Publish("wamp.subscription.on_unsubscribe"u8, session, subscription.Id);
        if (isLast)
        {
            Publish("wamp.subscription.on_delete"u8, session, subscription.Id);
        }
    }

    /// <summary>A session has registered.</summary>
    public void OnRegister(Session session, Registration registration, bool isNew)
    {
        if (isNew)
        {
            Publish(
                "wamp.registration.on_create"u8,
                new ArgumentList<IntegerValue, RegistrationDetails>(new IntegerValue(session.Id), new RegistrationDetails(registration)));
        }

        Publish("wamp.registration.on_register"u8, session, registration.Id);
    }

    /// <summary>A session has unregistered, or has left.</summary>
    public void OnUnregister(Session session, Registration registration, bool isLast)
    {
        Publish("wamp.registration.on_unregister"u8, session, registration.Id);
        if (isLast)
        {
            Publish("wamp.registration.on_delete"u8, session, registration.Id);
        }
    }

    private void Publish(ReadOnlySpan<byte> topic, Session session, long id) =>
        Publish(topic, new ArgumentList<IntegerValue, IntegerValue>(new IntegerValue(session.Id), new IntegerValue(id)));

    private void Publish<TArguments>(ReadOnlySpan<byte> topic, in TArguments arguments)
        where TArguments : struct, IEncodable
    {
        if (broker.TellsOfItself)
        {
            broker.Publish(topic, arguments);
        }
    }
}
