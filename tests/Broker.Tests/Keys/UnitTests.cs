namespace Broker.Configuration.Keys;

/// <summary>Durations and sizes are text with a unit.</summary>
public sealed class UnitTests
{
    [Theory]
    [InlineData("0s", 0)]
    [InlineData("250ms", 250)]
    [InlineData("20s", 20_000)]
    [InlineData("5m", 300_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("30d", 2_592_000_000)]
    public void A_duration_is_a_whole_number_and_its_unit(string text, long milliseconds)
    {
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Duration.TryParse(text));
        Assert.Equal(text, Duration.Write(TimeSpan.FromMilliseconds(milliseconds)));
        Assert.Matches(Duration.Pattern, text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("20")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1.5s")]
    [InlineData("1 s")]
    [InlineData("1S")]
    [InlineData("1m30s")]
    public void All_else_is_no_duration(string text)
    {
        Assert.Null(Duration.TryParse(text));
        Assert.DoesNotMatch(Duration.Pattern, text);
    }

    [Fact]
    public void A_duration_beyond_all_measure_is_none() => Assert.Null(Duration.TryParse("2000000000d"));

    [Theory]
    [InlineData("0B", 0)]
    [InlineData("512B", 512)]
    [InlineData("64KiB", 65_536)]
    [InlineData("4MiB", 4_194_304)]
    [InlineData("1GiB", 1_073_741_824)]
    public void A_size_is_a_whole_number_and_its_unit(string text, long bytes)
    {
        Assert.Equal(bytes, ByteSize.TryParse(text)?.Bytes);
        Assert.Equal(text, ByteSize.FromBytes(bytes).ToString());
        Assert.Matches(ByteSize.Pattern, text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1024")]
    [InlineData("4MB")]
    [InlineData("4mib")]
    [InlineData("-1B")]
    [InlineData("1.5MiB")]
    public void All_else_is_no_size(string text)
    {
        Assert.Null(ByteSize.TryParse(text));
        Assert.DoesNotMatch(ByteSize.Pattern, text);
    }

    [Fact]
    public void A_size_beyond_all_measure_is_none() => Assert.Null(ByteSize.TryParse("9000000000GiB"));
}
