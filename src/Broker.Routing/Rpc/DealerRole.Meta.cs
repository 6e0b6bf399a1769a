using Broker.Meta;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>What the router tells of registrations.</summary>
internal sealed partial class DealerRole
{
    private readonly Dictionary<long, Registration> _byId = []; // guarded by the dealer's lock

    /// <summary>The ids of all registrations.</summary>
    public IdsByPolicy ListRegistrations()
    {
        var ids = new IdsByPolicy();
        lock (_lock)
        {
            foreach (var registration in _byId.Values)
            {
                ids.Add(registration.Match, registration.Id);
            }
        }

        return ids;
    }

    /// <summary>The registration with an id.</summary>
    public Registration? FindRegistration(long id)
    {
        lock (_lock)
        {
            return _byId.GetValueOrDefault(id);
        }
    }

    /// <summary>The registration of a procedure or pattern itself.</summary>
    public Registration? FindRegistration(ReadOnlySpan<byte> uri, MatchPolicy match) =>
        _byUri.TryGetValue(uri, out var registration) && registration.Match == match ? registration : null;

    /// <summary>The registration that would answer a call.</summary>
    public Registration? MatchRegistration(ReadOnlySpan<byte> procedure) =>
        _byUri.TryGetValue(procedure, out var registration) ? registration : null;

    /// <summary>The ids of the sessions that hold a registration.</summary>
    public static List<long> CalleesOf(Registration registration) => [registration.Callee.Id];
}
