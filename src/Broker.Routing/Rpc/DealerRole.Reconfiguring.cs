using Broker.Authorization;
using Broker.Messages;
using Broker.Options;
using Broker.Realms;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Rpc;

/// <content>Other options while sessions go on, and what these take away.</content>
internal sealed partial class DealerRole
{
    /// <summary>Has other options from now on. Calls that run keep the terms on which they were made.</summary>
    public void Reconfigure(RealmPolicy policy) => _policy = policy;

    /// <summary>
    /// Takes away the registrations that the rules of their sessions deny. Call when all sessions have their new rules: a REGISTER that was
    /// allowed by the old ones is either seen here or sees the new ones. What only an authorizer could say is left as it is.
    /// </summary>
    public void RevokeDenied()
    {
        var revoked = new List<Callee>();
        lock (_lock)
        {
            foreach (var registration in _byId.Values.ToList())
            {
                var denied = new DeniedHolders(RealmAction.Register, registration.Uri, registration.Match);
                foreach (var callee in registration.Callees.All)
                {
                    if (denied.Holds(callee.Session) && callee.Session.Registrations!.Remove(registration.Id))
                    {
                        Revoke(callee, ErrorUris.NotAuthorized);
                        revoked.Add(callee);
                    }
                }
            }
        }

        revoked.ForEach(callee => ServeQueue(callee.Registration, hasLostCallee: true));
    }

    /// <summary>
    /// Removes a callee that its session does not hold any more, and tells the session if it has announced that it understands (RVK-02).
    /// </summary>
    private void Revoke(Callee callee, string? reason)
    {
        if (callee.Features.Has(Features.RegistrationRevocation))
        {
            var details = new RevocationDetails { Registration = callee.Registration.Id, Reason = reason };
            var encoded = ValueEncoder.Encode(callee.Session.Serializer, details);
            RemoveCallee(callee, new WampMessage { Type = MessageType.Unregistered, Dict = encoded });
        }
        else
        {
            RemoveCallee(callee, default);
        }
    }
}
