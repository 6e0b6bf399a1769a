using System.Text;
using Broker.Peers;
using Broker.Uris;

namespace Broker.Authorization;

/// <summary>
/// A pattern may be subscribed or registered if every URI that it matches may: by examples, and compared with looking at all small URIs one
/// by one.
/// </summary>
public sealed class PatternContainment
{
    private static readonly PermissionRule Everything = Permit.AllBelow("");

    [Fact, Trait("wamp", "AZN-04")]
    public void A_prefix_is_allowed_within_an_allowed_prefix_and_not_above_it()
    {
        PermissionRule[] rules = [Permit.AllBelow("com.a.")];
        Assert.All(["com.a.", "com.a.b", "com.a.b."], prefix => AssertCovers(DecisionOutcome.Allowed, rules, prefix, MatchPolicy.Prefix));
        Assert.All(["com.", "com.a", "c", "org."], prefix => AssertCovers(DecisionOutcome.Denied, rules, prefix, MatchPolicy.Prefix));
    }

    [Fact, Trait("wamp", "AZN-04")]
    public void A_narrower_denial_inside_denies_the_pattern()
    {
        AssertCovers(DecisionOutcome.Denied, [Everything, Permit.Exact("com.a.secret")], "com.a.", MatchPolicy.Prefix);
        AssertCovers(DecisionOutcome.Denied, [Everything, Permit.Exact("com.a.secret")], "com..secret", MatchPolicy.Wildcard);
        AssertCovers(DecisionOutcome.Denied, [Everything, Permit.Prefix("com.a.secret.")], "com.", MatchPolicy.Prefix);
        AssertCovers(DecisionOutcome.Denied, [Everything, Permit.Prefix("com.a.secret.")], "com.a..x", MatchPolicy.Wildcard);
        AssertCovers(DecisionOutcome.Denied, [Everything, Permit.Wildcard("com..secret")], "com.a", MatchPolicy.Prefix);
        AssertCovers(DecisionOutcome.Denied, [Everything, Permit.Wildcard("com..secret")], "..secret", MatchPolicy.Wildcard);
    }

    [Fact, Trait("wamp", "AZN-04")]
    public void A_denial_beside_does_not()
    {
        PermissionRule[] rules = [Everything, Permit.Exact("com.b"), Permit.Prefix("com.b."), Permit.Wildcard("com.b..c")];
        AssertCovers(DecisionOutcome.Allowed, rules, "com.a", MatchPolicy.Prefix);
        AssertCovers(DecisionOutcome.Allowed, rules, "com.a..c", MatchPolicy.Wildcard);
        AssertCovers(DecisionOutcome.Allowed, rules, "org..c", MatchPolicy.Wildcard);
        AssertCovers(DecisionOutcome.Allowed, rules, "com.b1", MatchPolicy.Exact);
    }

    [Fact, Trait("wamp", "AZN-04")]
    public void A_better_allowance_inside_a_denial_makes_up_for_it_if_it_is_all_of_it()
    {
        PermissionRule[] rules =
        [
            Everything, Permit.Prefix("com.a."), Permit.Wildcard("com.a..c", RealmAction.Subscribe), Permit.Prefix("com.a.x.", RealmAction.Subscribe),
        ];
        AssertCovers(DecisionOutcome.Allowed, rules, "com.a..c", MatchPolicy.Wildcard);
        AssertCovers(DecisionOutcome.Allowed, rules, "com.a.x.y.", MatchPolicy.Prefix);
        AssertCovers(DecisionOutcome.Denied, rules, "com.a..d", MatchPolicy.Wildcard);
        AssertCovers(DecisionOutcome.Denied, rules, "com.a.x", MatchPolicy.Prefix);
    }

    [Fact, Trait("wamp", "AZN-04")]
    public void Several_rules_together_allow_no_pattern_that_reaches_beyond_each()
    {
        PermissionRule[] rules = [Permit.AllBelow("com.a."), Permit.AllBelow("com.b."), Permit.Wildcard("com..x", RealmAction.Subscribe)];
        AssertCovers(DecisionOutcome.Denied, rules, "com.", MatchPolicy.Prefix);
        AssertCovers(DecisionOutcome.Denied, rules, "com..y", MatchPolicy.Wildcard);
        AssertCovers(DecisionOutcome.Allowed, rules, "com..x", MatchPolicy.Wildcard);
    }

    [Fact, Trait("wamp", "AZN-04"), Trait("wamp", "AZN-08")]
    public void An_authorizer_is_asked_about_a_pattern_of_which_no_rule_denies_a_part()
    {
        PermissionRule[] rules = [Permit.AllBelow("com.a."), Permit.Exact("org.secret")];
        AssertCovers(DecisionOutcome.Unknown, rules, "com.", MatchPolicy.Prefix, "net.authorize");
        AssertCovers(DecisionOutcome.Allowed, rules, "com.a.", MatchPolicy.Prefix, "net.authorize");
        AssertCovers(DecisionOutcome.Denied, rules, "org.", MatchPolicy.Prefix, "net.authorize");
    }

    [Fact, Trait("wamp", "AZN-08")]
    public void An_authorizer_is_not_asked_who_may_be_authorizer()
    {
        var role = new RoleOptions { Name = "user", Authorizer = "com.auth.ask", Permissions = [Permit.AllBelow("org.")] };
        var permissions = new PermissionSet(role, UriRules.Default);
        Assert.Equal(DecisionOutcome.Denied, permissions.Covers(RealmAction.Register, "com.auth.ask"u8, MatchPolicy.Exact));
        Assert.Equal(DecisionOutcome.Denied, permissions.Covers(RealmAction.Register, "com.auth"u8, MatchPolicy.Prefix));
        Assert.Equal(DecisionOutcome.Denied, permissions.Covers(RealmAction.Register, "com..ask"u8, MatchPolicy.Wildcard));
        Assert.Equal(DecisionOutcome.Unknown, permissions.Covers(RealmAction.Register, "com.auth.other"u8, MatchPolicy.Exact));
        Assert.Equal(DecisionOutcome.Unknown, permissions.Covers(RealmAction.Subscribe, "com.auth.ask"u8, MatchPolicy.Exact));
    }

    /// <summary>
    /// All patterns of up to 3 components against all URIs of up to 4, whose components are also such as no pattern names: there the answer
    /// is exact, not only safe.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Trait("wamp", "AZN-04")]
    public void The_answer_is_that_of_looking_at_all_URIs(int seed)
    {
        string[] texts = ["a", "b", "ab"];
        string[] empty = [""];
        var patterns = new List<SmallPattern>();
        for (var count = 1; count <= 3; count++)
        {
            patterns.AddRange(Joined(count, texts, texts).Select(uri => new SmallPattern(uri, MatchPolicy.Exact)));
            var wildcards = Joined(count, [.. texts, .. empty], [.. texts, .. empty]).Where(uri => uri.Length > 0);
            patterns.AddRange(wildcards.Select(uri => new SmallPattern(uri, MatchPolicy.Wildcard)));
            patterns.AddRange(Joined(count, texts, [.. texts, .. empty]).Select(uri => new SmallPattern(uri, MatchPolicy.Prefix)));
        }

        string[] components = [.. texts, "z", "az", "bz", "abz"];
        var uris = Enumerable.Range(1, 4).SelectMany(count => Joined(count, components, components)).Select(Encoding.UTF8.GetBytes).ToList();
        Assert.Equal((174, 2800), (patterns.Count, uris.Count));
        patterns.ForEach(pattern => pattern.Look(uris));

        var random = new Random(seed);
        var seen = new Dictionary<DecisionOutcome, int>();
        for (var round = 0; round < 250; round++)
        {
            var rules = SomeRules(random, patterns);
            var permissions = Compile(rules);
            var decided = Decide(rules, uris.Count);
            foreach (var pattern in patterns.Where(pattern => pattern.Uri.Length > 0))
            {
                var expected = pattern.Matched.Exists(i => decided[i] == DecisionOutcome.Denied) ? DecisionOutcome.Denied
                    : pattern.Matched.Exists(i => decided[i] == DecisionOutcome.Unknown) ? DecisionOutcome.Unknown
                    : DecisionOutcome.Allowed;
                var actual = permissions.Covers(RealmAction.Subscribe, pattern.Bytes, pattern.Match);
                Assert.True(expected == actual, $"{pattern}: {actual}, not {expected}, by {string.Join(", ", rules)}");
                seen[actual] = seen.GetValueOrDefault(actual) + 1;
            }
        }

        Assert.All([DecisionOutcome.Allowed, DecisionOutcome.Denied, DecisionOutcome.Unknown], outcome => Assert.True(seen[outcome] > 500));
    }

    /// <summary>
    /// Patterns of any text, and all URIs of up to 6 characters: whatever is allowed matches nothing denied; and each URI is decided by the
    /// right rule.
    /// </summary>
    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [Trait("wamp", "AZN-02"), Trait("wamp", "AZN-04")]
    public void No_pattern_is_allowed_that_matches_a_denied_URI(int seed)
    {
        var uris = Enumerable.Range(1, 6).SelectMany(length => Texts("abz.", length))
            .Select(Encoding.UTF8.GetBytes)
            .Where(uri => UriRules.Default.IsValid(uri))
            .ToList();
        var random = new Random(seed);
        var patterns = Enumerable.Range(0, 5).SelectMany(length => Texts("ab.", length))
            .SelectMany(text => Enum.GetValues<MatchPolicy>().Select(match => new SmallPattern(text, match)))
            .Where(pattern => pattern is { Uri: "", Match: MatchPolicy.Prefix } || UriRules.Default.IsValidPattern(pattern.Bytes, pattern.Match))
            .ToList();
        patterns.ForEach(pattern => pattern.Look(uris));
        var allowed = 0;
        for (var round = 0; round < 100; round++)
        {
            var rules = SomeRules(random, patterns);
            var permissions = Compile(rules);
            var decided = Decide(rules, uris.Count);
            Assert.Equal(decided, uris.Select(uri => permissions.Decide(RealmAction.Subscribe, permissions.Find(uri)).Outcome));

            foreach (var pattern in patterns.Where(pattern => pattern.Uri.Length > 0))
            {
                if (permissions.Covers(RealmAction.Subscribe, pattern.Bytes, pattern.Match) == DecisionOutcome.Allowed)
                {
                    Assert.True(pattern.Matched.TrueForAll(i => decided[i] == DecisionOutcome.Allowed), $"{pattern} by {string.Join(", ", rules)}");
                    allowed++;
                }
            }
        }

        Assert.True(allowed > 500);
    }

    private static void AssertCovers(DecisionOutcome expected, PermissionRule[] rules, string uri, MatchPolicy match, string? authorizer = null)
    {
        var permissions = new PermissionSet(new RoleOptions { Name = "user", Permissions = rules, Authorizer = authorizer }, UriRules.Default);
        Assert.Equal(expected, permissions.Covers(RealmAction.Subscribe, Encoding.UTF8.GetBytes(uri), match));
    }

    private static List<(SmallPattern Pattern, bool IsAllowed)> SomeRules(Random random, List<SmallPattern> patterns)
    {
        var rules = new Dictionary<SmallPattern, bool>();
        for (var count = random.Next(1, 8); count > 0; count--)
        {
            rules[patterns[random.Next(patterns.Count)]] = random.Next(3) > 0;
        }

        if (random.Next(2) == 0)
        {
            rules[patterns.Find(pattern => pattern is { Uri: "", Match: MatchPolicy.Prefix })!] = true;
        }

        return [.. rules.Select(rule => (rule.Key, rule.Value))];
    }

    private static PermissionSet Compile(List<(SmallPattern Pattern, bool IsAllowed)> rules) => new(
        new RoleOptions
        {
            Name = "user",
            Authorizer = "net.authorize",
            Permissions = [.. rules.Select(rule => Permit.Rule(rule.Pattern.Uri, rule.Pattern.Match, rule.IsAllowed ? [RealmAction.Subscribe] : []))],
        },
        UriRules.Default);

    /// <summary>What the rules say of each URI: the exact one, else the first wildcard, else the longest prefix.</summary>
    private static DecisionOutcome[] Decide(List<(SmallPattern Pattern, bool IsAllowed)> rules, int uris)
    {
        var decided = new DecisionOutcome[uris];
        Array.Fill(decided, DecisionOutcome.Unknown);
        var bestLast = rules.OrderBy(rule => rule.Pattern.Match switch { MatchPolicy.Prefix => 0, MatchPolicy.Wildcard => 1, _ => 2 })
            .ThenByDescending(rule => rule.Pattern.Match == MatchPolicy.Wildcard ? rule.Pattern.Mask : "", StringComparer.Ordinal)
            .ThenBy(rule => rule.Pattern.Uri.Length);
        foreach (var (pattern, isAllowed) in bestLast)
        {
            pattern.Matched.ForEach(i => decided[i] = isAllowed ? DecisionOutcome.Allowed : DecisionOutcome.Denied);
        }

        return decided;
    }

    private static IEnumerable<string> Joined(int count, string[] components, string[] last) =>
        count == 1 ? last : Joined(count - 1, components, last).SelectMany(rest => components.Select(first => $"{first}.{rest}"));

    private static IEnumerable<string> Texts(string alphabet, int length) =>
        length == 0 ? [""] : Texts(alphabet, length - 1).SelectMany(rest => alphabet.Select(first => first + rest));

    /// <summary>A pattern, and which of all URIs it matches by the definition.</summary>
    private sealed record SmallPattern(string Uri, MatchPolicy Match)
    {
        public byte[] Bytes { get; } = Encoding.UTF8.GetBytes(Uri);

        /// <summary>0 for a literal component, 1 for an empty one: wildcards are tried in this order.</summary>
        public string Mask { get; } = string.Concat(Uri.Split('.').Select(component => component.Length == 0 ? '1' : '0'));

        public List<int> Matched { get; } = [];

        public bool Equals(SmallPattern? other) => other is not null && Uri == other.Uri && Match == other.Match;

        public override int GetHashCode() => HashCode.Combine(Uri, Match);

        public override string ToString() => $"{Match} '{Uri}'";

        public void Look(List<byte[]> uris) => Matched.AddRange(Enumerable.Range(0, uris.Count).Where(i => UriPattern.Matches(Bytes, Match, uris[i])));
    }
}
