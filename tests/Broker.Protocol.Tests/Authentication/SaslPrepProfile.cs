namespace Broker.Authentication;

/// <summary>SASLprep. That it agrees with Python's tables, code point by code point, is tested in Broker.EndToEnd.Tests.</summary>
[Trait("wamp", "SCR-14")]
public sealed class SaslPrepProfile
{
    // RFC 4013, section 3, and what its other sections say.
    [Theory]
    [InlineData("I\u00adX", "IX")]
    [InlineData("user", "user")]
    [InlineData("USER", "USER")]
    [InlineData("\u00aa", "a")]
    [InlineData("\u2168", "IX")]
    [InlineData("", "")]
    [InlineData(" ~", " ~")]
    [InlineData("a\u00a0b\u3000c\u200bd", "a b c d")] // other spaces
    [InlineData("a\u200db\ufeff", "ab")]
    [InlineData("e\u0301", "\u00e9")]
    [InlineData("\ufb01", "fi")]
    [InlineData("a\u0327\u0301", "\u00e1\u0327")] // over a mark that stays
    [InlineData("a\u0301\u0327", "\u00e1\u0327")] // in canonical order
    [InlineData("\u1e9b\u0323", "\u1e69")]
    [InlineData("\u1100\u1161\u11a8", "\uac01")] // Hangul
    [InlineData("\uac00\u11a8", "\uac01")]
    [InlineData("\u0344", "\u0308\u0301")] // never composed
    [InlineData("\ud835\udd38", "A")] // beyond 16 bits
    [InlineData("\u06271\u0628", "\u06271\u0628")] // right to left, with a digit inside
    public void Text_is_mapped_and_normalized(string text, string expected)
    {
        Assert.True(SaslPrep.TryPrepare(text, out var prepared, out _));
        Assert.Equal(expected, prepared);
        Assert.Equal(expected, SaslPrep.Prepare(expected)); // nothing is left to do
    }

    [Theory]
    [InlineData("\u0007", "U+0007")]
    [InlineData("a\u007f", "U+007F")]
    [InlineData("a\u0085", "U+0085")]
    [InlineData("a\u2028", "U+2028")]
    [InlineData("\ue000", "U+E000")] // private use
    [InlineData("\ufffd", "U+FFFD")]
    [InlineData("\ufdd0", "U+FDD0")] // no character
    [InlineData("a\u202e", "U+202E")] // changes the direction
    [InlineData("\udb40\udc01", "U+E0001")] // a tag
    [InlineData("\ud83d\ude00", "U+1F600, which Unicode 3.2 does not know")]
    [InlineData("\u06271", "right to left")] // does not end in that script
    [InlineData("1\u0627", "right to left")]
    [InlineData("\u0627a\u0627", "right to left")]
    public void What_may_not_be_in_a_password_is_refused_by_name(string text, string why)
    {
        Assert.False(SaslPrep.TryPrepare(text, out var prepared, out var problem));
        Assert.Null(prepared);
        Assert.Contains(why, problem, StringComparison.Ordinal);
        Assert.Contains(why, Assert.Throws<ArgumentException>(() => SaslPrep.Prepare(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused()
    {
        foreach (var text in new[] { "\ud800", "a\udc00b", "\udc00\ud800" })
        {
            Assert.False(SaslPrep.TryPrepare(text, out _, out var problem));
            Assert.Contains("surrogate", problem, StringComparison.Ordinal);
        }
    }
}
