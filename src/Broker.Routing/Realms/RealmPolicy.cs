using System.Text;
using Broker.Authorization;
using Broker.Patterns;
using Broker.Uris;

namespace Broker.Realms;

/// <summary>The options of a realm, checked and compiled. Immutable, and replaced as a whole.</summary>
internal sealed class RealmPolicy
{
    private readonly Dictionary<string, PermissionSet>? _roles;

    /// <exception cref="ArgumentException">An option is of no use; the message says which and why.</exception>
    public RealmPolicy(RealmOptions options)
    {
        if (options.UriRules.MaxLength > UriRules.Ceiling)
        {
            throw new ArgumentException($"UriRules.MaxLength is {options.UriRules.MaxLength}: {UriRules.Ceiling} bytes can be matched.");
        }

        Options = options;
        CallTrustLevels = new TrustLevels(options.CallTrustLevels, options.UriRules);
        PublicationTrustLevels = new TrustLevels(options.PublicationTrustLevels, options.UriRules);
        Histories = [.. options.History.Select(rule => (Encoding.UTF8.GetBytes(rule.Uri), rule))];
        RequireUsableHistories();
        _roles = CompileRoles(options);
    }

    /// <summary>The options.</summary>
    public RealmOptions Options { get; }

    /// <summary>The trust levels of calls.</summary>
    public TrustLevels CallTrustLevels { get; }

    /// <summary>The trust levels of publications.</summary>
    public TrustLevels PublicationTrustLevels { get; }

    /// <summary>What is recorded, and the URIs of that in UTF-8.</summary>
    public IReadOnlyList<(byte[] Uri, HistoryRule Rule)> Histories { get; }

    /// <summary>Whether sessions can have this <c>authrole</c>: any, where the realm names no roles.</summary>
    public bool HasRole(string name) => _roles is null || _roles.ContainsKey(name);

    /// <summary>What an <c>authrole</c> may do; null: everything, because the realm names no roles.</summary>
    public PermissionSet? PermissionsOf(string role) => _roles is null ? null : _roles.GetValueOrDefault(role, PermissionSet.Nothing);

    private static Dictionary<string, PermissionSet>? CompileRoles(RealmOptions options)
    {
        if (options.Roles is null)
        {
            return null;
        }

        string[] deciders = [.. options.Roles.Select(role => role.Authorizer).OfType<string>(), .. options.DecidingProcedures];
        var roles = new Dictionary<string, PermissionSet>(StringComparer.Ordinal);
        foreach (var role in options.Roles)
        {
            if (!roles.TryAdd(role.Name, new PermissionSet(role, options.UriRules, deciders)))
            {
                throw new ArgumentException($"There are two roles '{role.Name}': put their rules into one.");
            }
        }

        return roles;
    }

    private void RequireUsableHistories()
    {
        var seen = new HashSet<(string Uri, MatchPolicy Match)>();
        foreach (var (uri, rule) in Histories)
        {
            if (!Options.UriRules.IsValidPattern(uri, rule.Match) || WildcardShape.HasTooManyComponents(uri, rule.Match))
            {
                throw new ArgumentException($"{rule.Uri} is no valid topic for the match policy {rule.Match}.");
            }

            if (!seen.Add((rule.Uri, rule.Match)))
            {
                throw new ArgumentException($"{rule.Uri} has two history rules for the match policy {rule.Match}.");
            }
        }
    }
}
