using Broker.Configuration.Keys;
using Broker.Configuration.Sections;
using Broker.Uris;

namespace Broker.Configuration.Checks;

/// <summary>
/// Finds wildcards that allow what a prefix denies which says more about the URI. The wildcard decides, which may be meant, and may be a
/// slip that opens a door.
/// </summary>
/// <param name="report">Takes the key and what is to be thought about.</param>
internal sealed class UndercutRules(Action<KeyPath, string> report)
{
    /// <summary>Looks at a role.</summary>
    /// <param name="role">The role; required values may be missing.</param>
    /// <param name="path">Its path.</param>
    public void Check(RoleSection role, KeyPath path)
    {
        foreach (var (index, wildcard) in role.Permissions.Index().Where(rule => rule.Item is { Match: MatchPolicy.Wildcard, Uri: not null }))
        {
            var undercut = role.Permissions.FirstOrDefault(rule =>
                rule is { Match: MatchPolicy.Prefix, Uri: not null } && AllowsMore(wildcard.Allow, rule.Allow) && IsUndercut(rule.Uri, wildcard.Uri));
            if (undercut is not null)
            {
                report(
                    path["permissions"][index]["uri"],
                    $"the wildcard '{wildcard.Uri}' decides about URIs below '{undercut.Uri}', too, and allows what that prefix denies: "
                    + "wildcards go before prefixes.");
            }
        }
    }

    private static bool AllowsMore(AllowSection one, AllowSection other) =>
        (one.Call && !other.Call) || (one.Register && !other.Register) || (one.Publish && !other.Publish) || (one.Subscribe && !other.Subscribe);

    /// <summary>Whether both match some URI, and the prefix names a component that the wildcard leaves open.</summary>
    private static bool IsUndercut(string prefix, string wildcard)
    {
        var (named, pattern) = (prefix.Split('.'), wildcard.Split('.'));
        if (pattern.Length < named.Length)
        {
            return false;
        }

        var isOpen = false;
        for (var i = 0; i < named.Length; i++)
        {
            isOpen |= pattern[i].Length == 0 && named[i].Length > 0;
            var fits = pattern[i].Length == 0
                || (i < named.Length - 1 ? pattern[i] == named[i] : pattern[i].StartsWith(named[i], StringComparison.Ordinal));
            if (!fits)
            {
                return false;
            }
        }

        return isOpen;
    }
}
