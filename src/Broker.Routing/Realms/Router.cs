using Broker.Ids;

namespace Broker.Realms;

/// <summary>The realms of a router. Thread-safe.</summary>
public sealed class Router
{
    private readonly Dictionary<byte[], Realm> _realms = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], Realm>.AlternateLookup<ReadOnlySpan<byte>> _byUri;

    /// <summary>A router of the realms named.</summary>
    /// <param name="realms">Their URIs and how they behave.</param>
    /// <param name="globalIds">Where session and publication ids come from.</param>
    /// <param name="time">The clock; by default the system's.</param>
    public Router(IEnumerable<KeyValuePair<string, RealmOptions>> realms, IIdGenerator globalIds, TimeProvider? time = null)
    {
        var routerIds = new RouterIds();
        foreach (var (name, options) in realms)
        {
            _realms.Add(System.Text.Encoding.UTF8.GetBytes(name), new Realm(name, options, globalIds, routerIds, time));
        }

        _byUri = _realms.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>All realms.</summary>
    public IReadOnlyCollection<Realm> Realms => _realms.Values;

    /// <summary>The realm of a URI in UTF-8, or null.</summary>
    public Realm? FindRealm(ReadOnlySpan<byte> uri) => _byUri.TryGetValue(uri, out var realm) ? realm : null;
}
