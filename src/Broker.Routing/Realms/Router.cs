using System.Text;
using Broker.Ids;

namespace Broker.Realms;

/// <summary>The realms of a router. Thread-safe.</summary>
public sealed class Router
{
    private readonly IIdGenerator _globalIds;
    private readonly TimeProvider? _time;
    private readonly RouterPorts _ports;
    private readonly RouterIds _routerIds = new();
    private readonly Lock _reconfiguring = new();
    private Dictionary<byte[], Realm> _realms = new(Utf8Comparer.Instance); // replaced as a whole

    /// <summary>A router of the realms named.</summary>
    /// <param name="realms">Their URIs and how they behave.</param>
    /// <param name="globalIds">Where session and publication ids come from.</param>
    /// <param name="time">The clock; by default the system's.</param>
    /// <param name="ports">What it tells and asks those around it; null: nothing.</param>
    /// <exception cref="ArgumentException">A realm is named twice, or an option of one is of no use; the message says which and
    /// why.</exception>
    public Router(IEnumerable<KeyValuePair<string, RealmOptions>> realms, IIdGenerator globalIds, TimeProvider? time = null, RouterPorts? ports = null)
    {
        _globalIds = globalIds;
        _time = time;
        _ports = ports ?? new RouterPorts();
        Reconfigure(realms);
    }

    /// <summary>All realms of this moment.</summary>
    public IReadOnlyCollection<Realm> Realms => Volatile.Read(ref _realms).Values;

    /// <summary>The realm of a URI in UTF-8, or null.</summary>
    public Realm? FindRealm(ReadOnlySpan<byte> uri) =>
        Volatile.Read(ref _realms).GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(uri, out var realm) ? realm : null;

    /// <summary>
    /// Has these realms, and no others, from now on: those that are there get their new options (<see
    /// cref="Realm.Reconfigure(RealmOptions)"/>), new ones are added, and the sessions of those not named end by GOODBYE
    /// <c>wamp.close.close_realm</c>. All or nothing.
    /// </summary>
    /// <param name="realms">Their URIs and how they behave.</param>
    /// <exception cref="ArgumentException">A realm is named twice, or an option of one is of no use; the message says which and why.
    /// Nothing has changed.</exception>
    public void Reconfigure(IEnumerable<KeyValuePair<string, RealmOptions>> realms)
    {
        lock (_reconfiguring)
        {
            var policies = realms
                .Select(realm => (Uri: Encoding.UTF8.GetBytes(realm.Key), Name: realm.Key, Policy: Compile(realm.Key, realm.Value)))
                .ToList();
            var before = _realms;
            var now = new Dictionary<byte[], Realm>(Utf8Comparer.Instance);
            foreach (var (uri, name, policy) in policies)
            {
                if (!now.TryAdd(uri, before.GetValueOrDefault(uri) ?? new Realm(name, policy, _globalIds, _routerIds, _time, _ports)))
                {
                    throw new ArgumentException($"The realm '{name}' is named twice.");
                }
            }

            Volatile.Write(ref _realms, now);
            foreach (var (uri, _, policy) in policies.Where(realm => before.ContainsKey(realm.Uri)))
            {
                now[uri].Reconfigure(policy);
            }

            foreach (var (_, realm) in before.Where(realm => !now.ContainsKey(realm.Key)))
            {
                realm.Close();
            }
        }
    }

    private static RealmPolicy Compile(string name, RealmOptions options)
    {
        try
        {
            return new RealmPolicy(options);
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException($"The realm '{name}': {exception.Message}", exception);
        }
    }
}
