using Broker.Meta;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>What the router tells of registrations.</summary>
internal sealed partial class DealerRole
{
    /// <summary>The ids of all registrations. Those that come or go meanwhile may or may not show: nobody waits for who asks.</summary>
    public IdsByPolicy ListRegistrations()
    {
        var ids = new IdsByPolicy();
        foreach (var (id, registration) in _byId)
        {
            ids.Add(registration.Match, id);
        }

        return ids;
    }

    /// <summary>The registration with an id.</summary>
    public Registration? FindRegistration(long id) => _byId.GetValueOrDefault(id);

    /// <summary>The registration of a procedure or pattern itself.</summary>
    public Registration? FindRegistration(ReadOnlySpan<byte> uri, MatchPolicy match) => _index.Find(uri, match);

    /// <summary>The registration that would answer a call.</summary>
    public Registration? MatchRegistration(ReadOnlySpan<byte> procedure) => _index.Match(procedure);

    /// <summary>The ids of the sessions that hold a registration.</summary>
    public static List<long> CalleesOf(Registration registration)
    {
        var ids = new List<long>();
        foreach (var callee in registration.Callees.All)
        {
            ids.Add(callee.Session.Id);
        }

        return ids;
    }
}
