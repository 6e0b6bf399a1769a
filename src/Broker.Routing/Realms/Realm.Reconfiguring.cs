using Broker.Authorization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Realms;

/// <content>Other options while sessions go on, and the end of the realm.</content>
public sealed partial class Realm
{
    private readonly Lock _reconfiguring = new(); // comes before all other locks
    private bool _isClosed;

    /// <summary>
    /// Has other options from now on. Sessions, calls and what is stored go on. Sessions whose role there is no more get GOODBYE
    /// <c>wamp.close.killed</c>; subscriptions and registrations that their sessions may not hold any more are revoked, once each, with the
    /// reason <c>wamp.error.not_authorized</c>; those which only an authorizer could speak of stay. A message that is routed meanwhile is
    /// judged by the old rules or by the new ones. Thread-safe.
    /// </summary>
    /// <exception cref="ArgumentException">An option is of no use; the message says which and why. Nothing has changed.</exception>
    public void Reconfigure(RealmOptions options) => Reconfigure(new RealmPolicy(options));

    internal void Reconfigure(RealmPolicy policy)
    {
        lock (_reconfiguring)
        {
            _broker.Reconfigure(policy);
            _dealer.Reconfigure(policy);
            Interlocked.Exchange(ref _policy, policy); // a session that joins sees this, or is seen below
            foreach (var session in Sessions)
            {
                Settle(session);
            }

            _broker.RevokeDenied();
            _dealer.RevokeDenied();
        }
    }

    /// <summary>Ends all sessions by GOODBYE <c>wamp.close.close_realm</c>, also those that join later.</summary>
    internal void Close()
    {
        lock (_reconfiguring)
        {
            _isClosed = true;
            Interlocked.MemoryBarrier();
            foreach (var session in Sessions)
            {
                Settle(session);
            }
        }
    }

    /// <summary>Gives a session that has just joined by an older policy, or while the realm closes, what all others got.</summary>
    private void Settle(Session session, RealmPolicy joinedBy)
    {
        if (Volatile.Read(ref _isClosed) || Volatile.Read(ref _policy) != joinedBy || !joinedBy.HasRole(session.Identity.AuthRole))
        {
            lock (_reconfiguring)
            {
                Settle(session);
            }
        }
    }

    private void Settle(Session session)
    {
        var role = session.Identity.AuthRole;
        session.Permissions = _policy.PermissionsOf(role);
        if (_isClosed)
        {
            TryKill(session, CloseUris.CloseRealm, "The realm is closed.", isQuiet: false);
        }
        else if (!_policy.HasRole(role))
        {
            TryKill(session, CloseUris.Killed, $"The role '{role}' is not one of this realm.", isQuiet: false);
        }
    }
}
