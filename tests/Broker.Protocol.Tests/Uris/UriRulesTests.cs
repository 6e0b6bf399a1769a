using System.Text;
using System.Text.RegularExpressions;

namespace Broker.Uris;

/// <summary>The scanner against the regular expressions of the specification ("URIs").</summary>
public sealed class UriRulesTests
{
    // The specification's expressions come from Python, whose \s has the four separators U+001C to U+001F, too.
    private const string Loose = @"[^\s\x1c-\x1f\.#]";
    private const string Strict = "[0-9a-z_]";

    private static readonly string[] Alphabet =
    [
        "a", "b", "z", "0", "9", "_", "A", "Z", "-", "é", "日", "😀", ".", ".", ".", "..", "#", " ", "\t", "\n", "\v", "\f", "\r", "\u001c", "\u001f", "\u007f",
        "\u0085", "\u00a0", "\u1680", "\u180e", "\u2000", "\u2009", "\u200b", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\ufeff", "\0", "/", "@", "[", "`", "{",
    ];

    [Theory, Trait("wamp", "URI-02"), Trait("wamp", "URI-03"), Trait("wamp", "URI-04")]
    [InlineData(false, null)]
    [InlineData(true, null)]
    [InlineData(false, MatchPolicy.Exact)]
    [InlineData(true, MatchPolicy.Exact)]
    [InlineData(false, MatchPolicy.Prefix)]
    [InlineData(true, MatchPolicy.Prefix)]
    [InlineData(false, MatchPolicy.Wildcard)]
    [InlineData(true, MatchPolicy.Wildcard)]
    public void The_rules_agree_with_the_regular_expressions(bool isStrict, MatchPolicy? policy)
    {
        var expression = new Regex(Pattern(isStrict ? Strict : Loose, policy), RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10));
        var rules = UriRules.Default with { IsStrict = isStrict };
        var random = new Random(20_000);
        var valid = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var common = i % 2 == 0 ? Alphabet.Length : 20; // half of them without odd characters, so that enough are valid
            var uri = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => Alphabet[random.Next(common)]));
            var bytes = Encoding.UTF8.GetBytes(uri);
            var expected = expression.IsMatch(uri);
            valid += expected ? 1 : 0;
            Assert.True(
                expected == (policy is { } match ? rules.IsValidPattern(bytes, match) : rules.IsValid(bytes)),
                $"The specification says {expected} of {uri} ({Convert.ToHexString(bytes)}).");
        }

        Assert.InRange(valid, 500, 19_500);
    }

    [Fact, Trait("wamp", "URI-02")]
    public void Every_character_is_judged_as_the_regular_expressions_judge_it()
    {
        var loose = new Regex("^" + Loose + @"\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
        var strict = new Regex("^" + Strict + @"\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
        for (var c = 0; c <= 0xffff; c++)
        {
            if (char.IsSurrogate((char)c))
            {
                continue;
            }

            var bytes = Encoding.UTF8.GetBytes(((char)c).ToString());
            Assert.True(loose.IsMatch(((char)c).ToString()) == UriRules.Default.IsValid(bytes), $"U+{c:X4}");
            Assert.True(strict.IsMatch(((char)c).ToString()) == (UriRules.Default with { IsStrict = true }).IsValid(bytes), $"U+{c:X4}, strict");
        }
    }

    [Fact, Trait("wamp", "URI-09")]
    public void Length_is_bounded_in_bytes()
    {
        Assert.True(UriRules.Default.IsValid(Encoding.UTF8.GetBytes(new string('a', 512))));
        Assert.False(UriRules.Default.IsValid(Encoding.UTF8.GetBytes(new string('a', 513))));
        Assert.True(UriRules.Default.IsValid(Encoding.UTF8.GetBytes(new string('é', 256))));
        Assert.False(UriRules.Default.IsValid(Encoding.UTF8.GetBytes(new string('é', 257))));
        Assert.True((UriRules.Default with { MaxLength = 3 }).IsValidPattern("a.b"u8, MatchPolicy.Prefix));
        Assert.False((UriRules.Default with { MaxLength = 2 }).IsValidPattern("a.b"u8, MatchPolicy.Prefix));
    }

    [Theory, Trait("wamp", "URI-02")]
    [InlineData("80")]
    [InlineData("c3")]
    [InlineData("c080")]
    [InlineData("eda080")]
    [InlineData("f4908080")]
    [InlineData("61ff62")]
    public void What_is_not_UTF8_is_no_URI(string hex) => Assert.False(UriRules.Default.IsValid(Convert.FromHexString(hex)));

    [Theory]
    [InlineData(MatchPolicy.Exact)]
    [InlineData(MatchPolicy.Prefix)]
    [InlineData(MatchPolicy.Wildcard)]
    [Trait("wamp", "PBS-11")]
    public void The_empty_URI_is_refused_under_every_policy(MatchPolicy policy)
    {
        Assert.False(UriRules.Default.IsValidPattern([], policy));
        Assert.False(UriRules.Default.IsValid([]));
    }

    [Theory, Trait("wamp", "URI-05")]
    [InlineData("wamp", true)]
    [InlineData("_broker", true)]
    [InlineData("_broker.authorizer", true)]
    [InlineData("_brokers.x", false)]
    [InlineData("broker.x", false)]
    [InlineData("wamp.", true)]
    [InlineData("wamp.x", true)]
    [InlineData("wamp.error.x", true)]
    [InlineData("wam", false)]
    [InlineData("wampum.x", false)]
    [InlineData("wamp-x", false)]
    [InlineData("Wamp.x", false)]
    [InlineData("x.wamp", false)]
    [InlineData("", false)]
    public void Reserved_is_what_has_wamp_or_the_routers_own_name_as_its_whole_first_component(string uri, bool isReserved) =>
        Assert.Equal(isReserved, UriRules.IsReserved(Encoding.UTF8.GetBytes(uri)));

    private static string Pattern(string character, MatchPolicy? policy) => policy switch
    {
        MatchPolicy.Prefix => $@"^({character}+\.)*({character}*)\z",
        MatchPolicy.Wildcard => $@"^(({character}+\.)|\.)*({character}+)?\z",
        _ => $@"^({character}+\.)*({character}+)\z",
    };
}
