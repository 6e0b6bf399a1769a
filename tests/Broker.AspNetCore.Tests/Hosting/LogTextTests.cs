namespace Broker.Hosting;

/// <summary>Texts of peers in the log show what is there, on one line.</summary>
public sealed class LogTextTests
{
    [Theory]
    [InlineData("plain text, é, 中文, 👍", "plain text, é, 中文, 👍")]
    [InlineData("a\r\nb\tc\u001b[2Kd\u0085e", "a??b?c?[2Kd?e")]
    [InlineData("a\u2028b\u2029c", "a?b?c")] // lines and paragraphs end
    [InlineData("a\u202eb\u2066c\u200fd", "a?b?c?d")] // the direction turns
    [InlineData("a\u200bb\ufeffc\u00add", "a?b?c?d")] // nothing shows
    [InlineData("a\U000E0041b", "a?b")]
    [InlineData(null, "")]
    public void What_steers_a_line_or_does_not_show_is_replaced(string? text, string printable) => Assert.Equal(printable, Log.Printable(text));

    [Fact]
    public void A_long_text_is_cut_and_says_so()
    {
        Assert.Equal("abc...", Log.Printable("abcd", 3));
        Assert.Equal("ab\ufffd...", Log.Printable("ab👍", 3));
    }
}
