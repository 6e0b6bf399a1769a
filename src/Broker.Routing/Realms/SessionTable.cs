using System.Collections.Concurrent;
using Broker.Sessions;

namespace Broker.Realms;

/// <summary>
/// The sessions of a realm. Counting, all or by authrole, costs the same with ten sessions and with a hundred thousand, and whoever walks over them all stops nobody
/// from coming or going. Thread-safe.
/// </summary>
internal sealed class SessionTable
{
    private readonly ConcurrentDictionary<long, Session> _sessions = new();
    private readonly ConcurrentDictionary<string, int> _countByRole = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>All, in no order. Those that come or go meanwhile may or may not show.</summary>
    public IEnumerable<Session> All => _sessions.Select(entry => entry.Value);

    /// <summary>The session with an id, or null.</summary>
    public Session? Find(long id) => _sessions.GetValueOrDefault(id);

    /// <summary>How many sessions have one of these authroles.</summary>
    public int CountOf(IReadOnlySet<string> authRoles) => authRoles.Sum(role => _countByRole.GetValueOrDefault(role));

    /// <summary>Adds a session, unless another has its id.</summary>
    public bool TryAdd(Session session)
    {
        if (!_sessions.TryAdd(session.Id, session))
        {
            return false;
        }

        Interlocked.Increment(ref _count);
        CountRole(session.Identity.AuthRole, 1);
        return true;
    }

    /// <summary>Removes a session; does nothing the second time.</summary>
    public void Remove(Session session)
    {
        if (_sessions.TryRemove(session.Id, out _))
        {
            Interlocked.Decrement(ref _count);
            CountRole(session.Identity.AuthRole, -1);
        }
    }

    private void CountRole(string role, int difference)
    {
        var count = _countByRole.AddOrUpdate(role, static (_, first) => first, static (_, old, more) => old + more, difference);
        if (count == 0)
        {
            _countByRole.TryRemove(KeyValuePair.Create(role, 0)); // unless somebody of this role has come meanwhile
        }
    }
}
