using System.Text;
using Broker.Uris;

namespace Broker.Realms;

/// <summary>Finds the trust level of a message: that of the first rule that fits.</summary>
internal sealed class TrustLevels
{
    private readonly (byte[] Uri, MatchPolicy Match, string? AuthRole, long Level)[] _rules;

    public TrustLevels(IReadOnlyList<TrustLevelRule> rules, UriRules uriRules)
    {
        _rules = [.. rules.Select(rule => (Encoding.UTF8.GetBytes(rule.Uri), rule.Match, rule.AuthRole, rule.Level))];
        foreach (var (uri, match, _, level) in _rules)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(level, nameof(rules));
            var matchesAll = match == MatchPolicy.Prefix && uri.Length == 0; // as in permissions
            if (!matchesAll && !uriRules.IsValidPattern(uri, match))
            {
                throw new ArgumentException($"{Encoding.UTF8.GetString(uri)} is no valid URI for the match policy {match}.");
            }
        }
    }

    /// <summary>Whether there are no rules at all.</summary>
    public bool IsEmpty => _rules.Length == 0;

    /// <summary>The trust level of a message that somebody of this role sends to this URI; null: none.</summary>
    public long? Find(ReadOnlySpan<byte> uri, string authRole)
    {
        foreach (var (pattern, match, role, level) in _rules)
        {
            if ((role is null || role == authRole) && UriPattern.Matches(pattern, match, uri))
            {
                return level;
            }
        }

        return null;
    }
}
