using System.Runtime.CompilerServices;
using System.Text;
using Broker.Realms;

namespace Broker.Sessions;

/// <summary>The router's own sessions, one for each realm in which it has something to call. Thread-safe.</summary>
internal sealed class RouterSessions(Router router)
{
    private readonly ConditionalWeakTable<Realm, RouterSession> _sessions = []; // a realm that is gone takes its session along

    /// <summary>The session in a realm.</summary>
    public RouterSession In(Realm realm) => _sessions.GetValue(realm, static key => new RouterSession(key));

    /// <summary>The session in a realm, by its URI; null if there is no such realm.</summary>
    public RouterSession? In(string realm) => router.FindRealm(Encoding.UTF8.GetBytes(realm)) is { } found ? In(found) : null;
}
