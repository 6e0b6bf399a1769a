using System.Text;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Authorization;

/// <summary>Which rule of a role decides about a URI.</summary>
public sealed class PermissionRules
{
    [Fact, Trait("wamp", "AZN-02")]
    public void What_no_rule_speaks_of_is_denied()
    {
        Assert.All(Enum.GetValues<RealmAction>(), action => Assert.Equal(DecisionOutcome.Denied, Decide([], action, "com.a")));
        Assert.Equal(DecisionOutcome.Denied, Decide([Permit.AllBelow("com.b")], RealmAction.Call, "com.a"));
    }

    [Fact, Trait("wamp", "AZN-02")]
    public void A_rule_allows_the_actions_that_it_names_and_no_others()
    {
        foreach (var allowed in Enum.GetValues<RealmAction>())
        {
            foreach (var action in Enum.GetValues<RealmAction>())
            {
                Assert.Equal(
                    action == allowed ? DecisionOutcome.Allowed : DecisionOutcome.Denied,
                    Decide([Permit.Exact("com.a", allowed)], action, "com.a"));
            }
        }
    }

    [Fact, Trait("wamp", "AZN-02")]
    public void The_exact_rule_decides_whatever_the_others_say()
    {
        PermissionRule[] rules = [Permit.Exact("com.a.b"), Permit.AllBelow("com.a.b"), Permit.Wildcard("com.a.", RealmAction.Call)];
        Assert.Equal(DecisionOutcome.Denied, Decide(rules, RealmAction.Call, "com.a.b"));
        Assert.Equal(DecisionOutcome.Allowed, Decide(rules, RealmAction.Call, "com.a.c"));
    }

    [Fact, Trait("wamp", "AZN-02")]
    public void An_exact_rule_says_nothing_of_longer_URIs()
    {
        PermissionRule[] rules = [Permit.AllBelow("com."), Permit.Exact("com.a"), Permit.Exact("com.a.b.c")];
        Assert.Equal(DecisionOutcome.Denied, Decide(rules, RealmAction.Call, "com.a"));
        string[] longer = ["com.a.b", "com.a1", "com.a.b.c.d", "com.a.b.d"];
        Assert.All(longer, uri => Assert.Equal(DecisionOutcome.Allowed, Decide(rules, RealmAction.Call, uri)));
    }

    [Fact, Trait("wamp", "AZN-02")]
    public void A_wildcard_goes_before_every_prefix_as_in_Crossbar()
    {
        PermissionRule[] rules = [Permit.AllBelow(""), Permit.AllBelow("com.app."), Permit.Wildcard("com..private")];
        Assert.Equal(DecisionOutcome.Denied, Decide(rules, RealmAction.Call, "com.app.private"));
        Assert.Equal(DecisionOutcome.Allowed, Decide(rules, RealmAction.Call, "com.app.public"));
        Assert.Equal(DecisionOutcome.Allowed, Decide(rules, RealmAction.Call, "com.app.private.x"));
    }

    [Fact, Trait("wamp", "AZN-02")]
    public void Of_prefixes_the_longest_decides()
    {
        PermissionRule[] rules =
        [
            Permit.Prefix("", RealmAction.Call), Permit.Prefix("com.", RealmAction.Publish), Permit.Prefix("com.a", RealmAction.Subscribe),
            Permit.Prefix("com.a.b.", RealmAction.Register),
        ];
        Assert.Equal(DecisionOutcome.Allowed, Decide(rules, RealmAction.Call, "org.x"));
        Assert.Equal(DecisionOutcome.Allowed, Decide(rules, RealmAction.Publish, "com.x"));
        Assert.Equal(DecisionOutcome.Denied, Decide(rules, RealmAction.Call, "com.x"));
        Assert.Equal(DecisionOutcome.Allowed, Decide(rules, RealmAction.Subscribe, "com.abc"));
        Assert.Equal(DecisionOutcome.Allowed, Decide(rules, RealmAction.Subscribe, "com.a.b"));
        Assert.Equal(DecisionOutcome.Allowed, Decide(rules, RealmAction.Register, "com.a.b.c"));
        Assert.Equal(DecisionOutcome.Allowed, Decide(rules, RealmAction.Call, "com"));
    }

    [Fact, Trait("wamp", "AZN-02")]
    public void Of_wildcards_the_one_decides_that_would_get_a_call()
    {
        // As in the specification's example (PBR-06), 4 to 7.
        PermissionRule[] rules =
        [
            Permit.Wildcard("a1.b2..d4.e5", RealmAction.Call), Permit.Wildcard("a1.b2.c33..e5", RealmAction.Publish),
            Permit.Wildcard("a1.b2..d4.e5..g7", RealmAction.Register), Permit.Wildcard("a1.b2..d4..f6.g7", RealmAction.Subscribe),
        ];
        Assert.Equal(DecisionOutcome.Allowed, Decide(rules, RealmAction.Call, "a1.b2.c55.d4.e5"));
        Assert.Equal(DecisionOutcome.Allowed, Decide(rules, RealmAction.Publish, "a1.b2.c33.d4.e5"));
        Assert.Equal(DecisionOutcome.Allowed, Decide(rules, RealmAction.Register, "a1.b2.c88.d4.e5.f6.g7"));
        Assert.Equal(DecisionOutcome.Denied, Decide(rules, RealmAction.Call, "a2.b2.c2.d2.e2"));
    }

    [Fact, Trait("wamp", "AZN-02")]
    public void Components_that_look_alike_are_told_apart()
    {
        string[] alike =
        [
            "temperature-inside-sensor", "temperature-outside-sensor", "abcdefgh1ijklmnop", "abcdefgh2ijklmnop", "ab", "abc", "abcd", "adbc", "é", "日本",
        ];
        foreach (var component in alike)
        {
            PermissionRule[] rules = [.. alike.Select(other => Permit.Wildcard($"com..{other}", other == component ? [RealmAction.Call] : []))];
            Assert.Equal(DecisionOutcome.Allowed, Decide(rules, RealmAction.Call, $"com.x.{component}"));
            Assert.Equal(DecisionOutcome.Denied, Decide(rules, RealmAction.Call, $"com.x.{component}x"));
        }
    }

    [Fact, Trait("wamp", "AZN-08")]
    public void With_an_authorizer_what_no_rule_speaks_of_is_left_to_it()
    {
        PermissionRule[] rules = [Permit.Prefix("com.", RealmAction.Call)];
        Assert.Equal(DecisionOutcome.Unknown, Decide(rules, RealmAction.Call, "org.a", "org.authorize"));
        Assert.Equal(DecisionOutcome.Allowed, Decide(rules, RealmAction.Call, "com.a", "org.authorize"));
        Assert.Equal(DecisionOutcome.Denied, Decide(rules, RealmAction.Publish, "com.a", "org.authorize"));
    }

    [Theory]
    [InlineData("The role 'user' has a rule for 'com..a', which is no valid URI for the match policy Exact.", "com..a", MatchPolicy.Exact)]
    [InlineData("The role 'user' has a rule for '', which is no valid URI for the match policy Wildcard.", "", MatchPolicy.Wildcard)]
    [InlineData("The role 'user' has a rule for '', which is no valid URI for the match policy Exact.", "", MatchPolicy.Exact)]
    [InlineData("The role 'user' has a rule for 'com.*', which is no valid URI for the match policy Prefix.", "com.*", MatchPolicy.Prefix)]
    [InlineData("The role 'user' has two rules for 'a.b' with the match policy Prefix: leave one.", "a.b", MatchPolicy.Prefix)]
    [Trait("wamp", "AZN-02")]
    public void A_rule_that_is_of_no_use_is_refused_by_its_name(string problem, string uri, MatchPolicy match)
    {
        var strict = Permit.Users(Permit.Prefix("a.b"), Permit.Rule(uri, match)) with { UriRules = new UriRules(IsStrict: true, MaxLength: 100) };
        Assert.Equal(problem, Assert.Throws<ArgumentException>(() => { new TestRealm(strict); }).Message);
    }

    [Fact, Trait("wamp", "AZN-02")]
    public void Roles_and_authorizers_that_are_of_no_use_are_refused_by_their_names()
    {
        Assert.Equal(
            "There are two roles 'user': put their rules into one.",
            Problem(new RealmOptions { Roles = [Permit.Role("user"), Permit.Role("user", Permit.AllBelow(""))] }));
        Assert.Equal(
            "The authorizer 'no uri' of the role 'user' is not a valid URI.",
            Problem(new RealmOptions { Roles = [new RoleOptions { Name = "user", Authorizer = "no uri" }] }));
        Assert.StartsWith("The role 'user' has a rule for '.", Problem(Permit.Users(Permit.Wildcard(new string('.', 64)))), StringComparison.Ordinal);

        static string Problem(RealmOptions options) => Assert.Throws<ArgumentException>(() => { new TestRealm(options); }).Message;
    }

    [Theory, Trait("wamp", "AZN-08")]
    [InlineData("auth.a", MatchPolicy.Exact, false)]
    [InlineData("auth.b", MatchPolicy.Exact, false)]
    [InlineData("auth.who", MatchPolicy.Exact, false)]
    [InlineData("auth.other", MatchPolicy.Exact, true)]
    [InlineData("auth.", MatchPolicy.Prefix, false)]
    [InlineData("auth.w", MatchPolicy.Prefix, false)]
    [InlineData(".who", MatchPolicy.Wildcard, false)]
    [InlineData("com.", MatchPolicy.Prefix, true)]
    public void No_authorizer_is_asked_who_may_decide_about_others(string uri, MatchPolicy match, bool isAsked)
    {
        var realm = new TestRealm(new RealmOptions
        {
            Roles =
            [
                new RoleOptions { Name = "user", Authorizer = "auth.b" },
                new RoleOptions { Name = "admin", Authorizer = "auth.a" },
                new RoleOptions { Name = "judge", Authorizer = "auth.b", Permissions = [Permit.Rule(uri, match, RealmAction.Register)] },
            ],
            DecidingProcedures = ["auth.who"],
        });
        var bytes = Encoding.UTF8.GetBytes(uri);

        Assert.Equal(isAsked ? DecisionOutcome.Unknown : DecisionOutcome.Denied, Decide("user", RealmAction.Register));
        Assert.Equal(DecisionOutcome.Allowed, Decide("judge", RealmAction.Register));
        Assert.Equal(DecisionOutcome.Unknown, Decide("user", RealmAction.Subscribe));

        DecisionOutcome Decide(string role, RealmAction action) =>
            realm.Join(SerializerKind.Json, authRole: role).Session.Decide(action, bytes, match).Outcome;
    }

    private static DecisionOutcome Decide(PermissionRule[] rules, RealmAction action, string uri, string? authorizer = null)
    {
        var permissions = new PermissionSet(new RoleOptions { Name = "user", Permissions = rules, Authorizer = authorizer }, UriRules.Default);
        var bytes = Encoding.UTF8.GetBytes(uri);
        var decision = permissions.Decide(action, permissions.Find(bytes));
        Assert.Equal(decision.Outcome, permissions.Covers(action, bytes, MatchPolicy.Exact));
        return decision.Outcome;
    }
}
