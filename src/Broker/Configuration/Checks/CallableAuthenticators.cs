using System.Text;
using Broker.Configuration.Keys;
using Broker.Configuration.Sections;
using Broker.Uris;

namespace Broker.Configuration.Checks;

/// <summary>
/// Finds roles that may call a procedure that says who users are: it tells whoever asks, and may tell secrets. The router needs no permission to ask it.
/// </summary>
/// <param name="report">Takes the key and what is to be thought about.</param>
internal sealed class CallableAuthenticators(Action<KeyPath, string> report)
{
    /// <summary>Looks at all realms.</summary>
    public void Check(BrokerConfiguration configuration)
    {
        foreach (var realm in configuration.Realms)
        {
            if (realm.Auth?.Procedure is { Uri: { } uri } procedure)
            {
                foreach (var (index, asked) in configuration.Realms.Index().Where(other => other.Item.Name == (procedure.Realm ?? realm.Name)))
                {
                    Check(asked.Roles ?? [], uri, KeyPath.Root["realms"][index]["roles"]);
                }
            }
        }
    }

    private void Check(IReadOnlyList<RoleSection> roles, string uri, KeyPath path)
    {
        foreach (var (index, role) in roles.Index().Where(role => MayCall(role.Item, Encoding.UTF8.GetBytes(uri))))
        {
            report(path[index], $"{role.Name} may call {uri}, which tells the secrets of users: deny that by a rule for this URI.");
        }
    }

    /// <summary>By the rules that decide: an exact one, or else wildcards, or else the longest prefix.</summary>
    private static bool MayCall(RoleSection role, byte[] uri)
    {
        var rules = role.Permissions
            .Where(rule => rule.Uri is not null && UriPattern.Matches(Encoding.UTF8.GetBytes(rule.Uri), rule.Match, uri))
            .ToLookup(rule => rule.Match);
        return rules[MatchPolicy.Exact].Any() ? rules[MatchPolicy.Exact].Any(rule => rule.Allow.Call)
            : rules[MatchPolicy.Wildcard].Any() ? rules[MatchPolicy.Wildcard].Any(rule => rule.Allow.Call)
            : rules[MatchPolicy.Prefix].MaxBy(rule => rule.Uri.Length)?.Allow.Call == true;
    }
}
