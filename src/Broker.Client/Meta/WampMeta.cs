using Broker.Client.Payloads;

namespace Broker.Client.Meta;

/// <summary>
/// The router's meta API of the realm: who is there, who subscribed and registered what (WAMP specification, "Session Meta API", "Subscription Meta
/// API", "Registration Meta API"). Procedures are called and topics subscribed to like any other: the role of the session has to be permitted to, and a
/// router without the API answers <c>wamp.error.no_such_procedure</c>. Thread-safe.
/// </summary>
/// <remarks>Routers differ in the shapes of some results and events; those known are understood.</remarks>
public sealed class WampMeta
{
    internal WampMeta(WampClient client)
    {
        Sessions = new SessionMeta(client);
        Subscriptions = new SubscriptionMeta(client);
        Registrations = new RegistrationMeta(client);
    }

    /// <summary>The sessions.</summary>
    public SessionMeta Sessions { get; }

    /// <summary>The subscriptions and the event history.</summary>
    public SubscriptionMeta Subscriptions { get; }

    /// <summary>The registrations.</summary>
    public RegistrationMeta Registrations { get; }
}
