using System.Text;

namespace Broker.Uris;

/// <summary>The definition of the match policies.</summary>
public sealed class UriPatternTests
{
    [Theory, Trait("wamp", "PBS-02"), Trait("wamp", "PBS-03")]
    [InlineData("com.a", MatchPolicy.Exact, "com.a", true)]
    [InlineData("com.a", MatchPolicy.Exact, "com.a.b", false)]
    [InlineData("com.a", MatchPolicy.Prefix, "com.a", true)]
    [InlineData("com.a", MatchPolicy.Prefix, "com.ab.c", true)]
    [InlineData("com.a.", MatchPolicy.Prefix, "com.a", false)]
    [InlineData("com..c", MatchPolicy.Wildcard, "com.b.c", true)]
    [InlineData("com..c", MatchPolicy.Wildcard, "com.b.d", false)]
    [InlineData("com..c", MatchPolicy.Wildcard, "com.b.c.d", false)]
    [InlineData("com..c", MatchPolicy.Wildcard, "com.b", false)]
    [InlineData("..", MatchPolicy.Wildcard, "a.b.c", true)]
    [InlineData("..", MatchPolicy.Wildcard, "a.b", false)]
    [InlineData(".b", MatchPolicy.Wildcard, "a.b", true)]
    [InlineData("a.", MatchPolicy.Wildcard, "a.b", true)]
    [InlineData("a.", MatchPolicy.Wildcard, "a", false)]
    [InlineData("a", MatchPolicy.Wildcard, "b", false)]
    public void A_pattern_matches_by_its_policy(string pattern, MatchPolicy policy, string uri, bool matches) =>
        Assert.Equal(matches, UriPattern.Matches(Encoding.UTF8.GetBytes(pattern), policy, Encoding.UTF8.GetBytes(uri)));
}
