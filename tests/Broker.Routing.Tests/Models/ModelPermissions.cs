using System.Collections.Concurrent;

namespace Broker.Models;

/// <summary>
/// What sessions may do, by looking: at all rules for one URI, and for a pattern at all URIs of a small world, in which there is one of every kind that rules
/// and patterns of a case can tell apart.
/// </summary>
internal sealed class ModelPermissions
{
    private static readonly string[] Components = ["com", "comz", "org", "oz", "a", "az", "ab", "b", "c", "z", "wamp", "wampz", "x", "xz"];
    private static readonly string[] World = [.. Everything()];
    private static readonly ConcurrentDictionary<(string Uri, string Match), int[]> Places = [];

    private readonly Dictionary<string, ModelRights[]> _rights = [];
    private ModelRoles? _roles;

    /// <summary>The rules; null: everything is allowed.</summary>
    public ModelRoles? Roles
    {
        get => _roles;
        set
        {
            _roles = value;
            _rights.Clear();
        }
    }

    /// <summary>What a session may do with a URI.</summary>
    public ModelRights On(ModelSession session, string uri) => Roles is null
        ? ModelRights.All
        : Roles.Rules[session.AuthRole].Where(rule => ModelUri.Matches(rule.Uri, rule.Match, uri)).MaxBy(rule => rule.Rank)?.Rights ?? ModelRights.None;

    /// <summary>Whether a session may do something with every URI that a pattern matches (AZN-04).</summary>
    public bool Allow(ModelSession session, ModelRights right, string pattern, string match) => match == "exact"
        ? On(session, pattern).HasFlag(right)
        : Roles is null || Array.TrueForAll(PlacesOf(pattern, match), place => RightsOf(session.AuthRole)[place].HasFlag(right));

    private ModelRights[] RightsOf(string role)
    {
        if (!_rights.TryGetValue(role, out var rights))
        {
            _rights.Add(role, rights = new ModelRights[World.Length]);
            foreach (var rule in Roles!.Rules[role].OrderBy(rule => rule.Rank)) // the last word is that of the highest rank
            {
                Array.ForEach(PlacesOf(rule.Uri, rule.Match), place => rights[place] = rule.Rights);
            }
        }

        return rights;
    }

    private static int[] PlacesOf(string uri, string match) => Places.GetOrAdd(
        (uri, match), static pattern => [.. Enumerable.Range(0, World.Length).Where(place => ModelUri.Matches(pattern.Uri, pattern.Match, World[place]))]);

    private static IEnumerable<string> Everything()
    {
        string[] shorter = [""];
        for (var length = 1; length <= 3; length++)
        {
            shorter = [.. from uri in shorter from component in Components select uri.Length == 0 ? component : $"{uri}.{component}"];
            foreach (var uri in shorter)
            {
                yield return uri;
            }
        }

        foreach (var uri in shorter)
        {
            yield return $"{uri}.z";
        }
    }
}
