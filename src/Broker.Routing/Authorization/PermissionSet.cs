using System.Text;
using Broker.Patterns;
using Broker.Uris;

namespace Broker.Authorization;

/// <summary>
/// What one role may do, compiled from its options. Immutable and replaced as a whole, so that a message is judged by the old rules or by
/// the new ones. A decision about one URI allocates nothing.
/// </summary>
internal sealed class PermissionSet
{
    private readonly Rule[] _rules; // the one that decides first
    private readonly LiteralRules _literals;
    private readonly WildcardRules _wildcards;
    private readonly byte[][] _deciders;

    /// <param name="role">The rules.</param>
    /// <param name="uriRules">What URIs look like in the realm.</param>
    /// <param name="deciders">The procedures that decide about others in the realm, besides the role's own authorizer.</param>
    /// <exception cref="ArgumentException">A rule is of no use; the message says which and why.</exception>
    public PermissionSet(RoleOptions role, UriRules uriRules, params IEnumerable<string> deciders)
    {
        _rules = [.. role.Permissions.Select(rule => new Rule(rule, Encoding.UTF8.GetBytes(rule.Uri)))];
        RequireUsable(role, uriRules);
        Array.Sort(_rules, CompareRank);
        var byKind = _rules.ToLookup(rule => rule.Match == MatchPolicy.Wildcard);
        _literals = new LiteralRules(
            byKind[false].Select(rule => (rule.Uri, rule.Match == MatchPolicy.Prefix, rule.Grants))
                .Concat(Interventions.Withheld([.. _rules.Select(rule => (rule.Uri, rule.Match, rule.Grants))])
                    .Select(withheld => (withheld.Uri, IsPrefix: false, withheld.Grants))));
        _wildcards = new WildcardRules([.. byKind[true].Select(rule => (rule.Uri, rule.Grants))]);
        Rate = role.Rate is { Messages: 0, Bytes: 0 } ? null : role.Rate;
        Authorizer = role.Authorizer;
        _deciders = role.Authorizer is { } own ? [.. deciders.Append(own).Distinct().Select(Encoding.UTF8.GetBytes)] : [];
    }

    /// <summary>That of a role which the realm does not have: everything is denied.</summary>
    public static PermissionSet Nothing { get; } = new(new RoleOptions { Name = "" }, UriRules.Default);

    /// <summary>How much a session may send, or null.</summary>
    public RateLimit? Rate { get; }

    /// <summary>The procedure that decides what no rule speaks of, or null.</summary>
    public string? Authorizer { get; }

    /// <summary>What the rule says that decides about a URI.</summary>
    public Grants Find(ReadOnlySpan<byte> uri)
    {
        var literal = _literals.Find(uri, out var isExact);
        if (isExact || _wildcards.IsEmpty)
        {
            return literal;
        }

        var wildcard = _wildcards.Find(uri);
        return wildcard == Grants.None ? literal : wildcard;
    }

    /// <summary>Whether an action is allowed on one URI, by what <see cref="Find"/> has found.</summary>
    public Decision Decide(RealmAction action, Grants grants)
    {
        var disclosure = action switch
        {
            RealmAction.Publish => Grants.DisclosePublisher,
            RealmAction.Call => Grants.DiscloseCaller,
            _ => Grants.None,
        };
        return new Decision(this, action, Judge(action, grants), discloses: (grants & disclosure) != Grants.None);
    }

    /// <summary>
    /// Whether an action is allowed on every URI that a valid pattern matches (AZN-04). What a rule denies of them, and no better rule
    /// allows, denies the pattern.
    /// </summary>
    /// <remarks>
    /// Exact as long as there is no end to the components that a URI may have: then what a pattern has in common with a rule always holds a
    /// URI of components that no other rule names, and only a single rule that contains all of it decides about that one. So the answer is
    /// stricter than it must be where rules that list every possible character, one by one, together allow all there is in a realm of
    /// strict URIs; where only the bound of a URI's length keeps a pattern from matching what is denied; and for patterns registered that
    /// start like <c>wamp.</c>, because no call of such a URI is ever routed to them.
    /// </remarks>
    public DecisionOutcome Covers(RealmAction action, ReadOnlySpan<byte> uri, MatchPolicy match)
    {
        if (match == MatchPolicy.Exact)
        {
            return Checked(Judge(action, Find(uri)), action, uri, match);
        }

        var asked = UriSet.Of(uri, match);
        for (var i = 0; i < _rules.Length; i++)
        {
            if ((_rules[i].Grants & Bit(action)) == Grants.None
                && asked.Intersect(_rules[i].Uris) is { } denied
                && !IsAllowed(action, denied, _rules.AsSpan(0, i)))
            {
                return DecisionOutcome.Denied;
            }
        }

        return IsAllowed(action, asked, _rules) ? DecisionOutcome.Allowed
            : Authorizer is null ? DecisionOutcome.Denied
            : Checked(DecisionOutcome.Unknown, action, uri, match);
    }

    private DecisionOutcome Judge(RealmAction action, Grants grants) =>
        (grants & Bit(action)) != Grants.None ? DecisionOutcome.Allowed
        : (grants & Grants.Ruled) != Grants.None || Authorizer is null ? DecisionOutcome.Denied
        : DecisionOutcome.Unknown;

    private static Grants Bit(RealmAction action) => (Grants)(1 << (int)action);

    private static bool IsAllowed(RealmAction action, UriSet uris, ReadOnlySpan<Rule> rules)
    {
        foreach (var rule in rules)
        {
            if ((rule.Grants & Bit(action)) != Grants.None && rule.Uris.Contains(uris))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Exact rules first, then wildcards as calls are routed (PBR-05), then prefixes, the longest first. Rules of one rank have no URI in
    /// common.
    /// </summary>
    private static int CompareRank(Rule one, Rule other)
    {
        static int Order(MatchPolicy match) => match switch { MatchPolicy.Exact => 0, MatchPolicy.Wildcard => 1, _ => 2 };
        return one.Match != other.Match ? Order(one.Match).CompareTo(Order(other.Match))
            : one.Match == MatchPolicy.Wildcard ? WildcardShape.Of(one.Uri).CompareTo(WildcardShape.Of(other.Uri))
            : other.Uri.Length.CompareTo(one.Uri.Length);
    }

    /// <summary>An authorizer is not asked who may be authorizer, nor who may say who users are.</summary>
    private DecisionOutcome Checked(DecisionOutcome outcome, RealmAction action, ReadOnlySpan<byte> uri, MatchPolicy match)
    {
        if (outcome == DecisionOutcome.Unknown && action == RealmAction.Register)
        {
            foreach (var decider in _deciders)
            {
                if (UriPattern.Matches(uri, match, decider))
                {
                    return DecisionOutcome.Denied;
                }
            }
        }

        return outcome;
    }

    private static void RequireUsable(RoleOptions role, UriRules uriRules)
    {
        var seen = new HashSet<(string Uri, MatchPolicy Match)>();
        foreach (var rule in role.Permissions)
        {
            var uri = Encoding.UTF8.GetBytes(rule.Uri);
            var matchesAll = rule is { Uri: "", Match: MatchPolicy.Prefix };
            if ((!matchesAll && !uriRules.IsValidPattern(uri, rule.Match)) || WildcardShape.HasTooManyComponents(uri, rule.Match))
            {
                throw new ArgumentException(
                    $"The role '{role.Name}' has a rule for '{rule.Uri}', which is no valid URI for the match policy {rule.Match}.");
            }

            if (!seen.Add((rule.Uri, rule.Match)))
            {
                throw new ArgumentException(
                    $"The role '{role.Name}' has two rules for '{rule.Uri}' with the match policy {rule.Match}: leave one.");
            }
        }

        if (role.Rate is { } rate && (rate.Messages < 0 || rate.Bytes < 0 || rate.Burst < 1))
        {
            throw new ArgumentException(
                $"The rate of the role '{role.Name}' has a number below zero, or a burst of less than a second; 0 messages or bytes mean no "
                + "limit.");
        }

        if (role.Authorizer is { } authorizer && !uriRules.IsValid(Encoding.UTF8.GetBytes(authorizer)))
        {
            throw new ArgumentException($"The authorizer '{authorizer}' of the role '{role.Name}' is not a valid URI.");
        }
    }

    private sealed class Rule(PermissionRule options, byte[] uri)
    {
        public byte[] Uri { get; } = uri;

        public MatchPolicy Match { get; } = options.Match;

        public UriSet Uris { get; } = UriSet.Of(uri, options.Match);

        public Grants Grants { get; } = Grants.Ruled
            | (options.AllowCall ? Grants.Call : Grants.None)
            | (options.AllowRegister ? Grants.Register : Grants.None)
            | (options.AllowPublish ? Grants.Publish : Grants.None)
            | (options.AllowSubscribe ? Grants.Subscribe : Grants.None)
            | (options.DiscloseCaller ? Grants.DiscloseCaller : Grants.None)
            | (options.DisclosePublisher ? Grants.DisclosePublisher : Grants.None);
    }
}
