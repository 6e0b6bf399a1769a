namespace Broker.Serialization;

/// <summary>Times as text (RFC 3339).</summary>
public sealed class Rfc3339Tests
{
    [Theory, Trait("wamp", "HIS-02")]
    [InlineData("2026-03-04T05:06:07Z", "2026-03-04T05:06:07.000000Z")]
    [InlineData("2026-03-04t05:06:07z", "2026-03-04T05:06:07.000000Z")]
    [InlineData("2026-03-04T05:06:07.5Z", "2026-03-04T05:06:07.500000Z")]
    [InlineData("2026-03-04T05:06:07.123456789Z", "2026-03-04T05:06:07.123456Z")]
    [InlineData("2026-03-04T05:06:07.123+02:00", "2026-03-04T03:06:07.123000Z")]
    [InlineData("2026-03-04T23:30:00-05:30", "2026-03-05T05:00:00.000000Z")]
    [InlineData("2024-02-29T00:00:00-00:00", "2024-02-29T00:00:00.000000Z")]
    public void Times_with_an_offset_are_read(string text, string expected)
    {
        Assert.True(Rfc3339.TryParse(text, out var time));
        Assert.Equal(expected, Rfc3339.Format(time));
        Assert.Equal(TimeSpan.Zero, time.Offset);
    }

    [Theory, Trait("wamp", "HIS-09")]
    [InlineData("")]
    [InlineData("2026-03-04")]
    [InlineData("2026-03-04T05:06:07")]
    [InlineData("2026-03-04 05:06:07Z")]
    [InlineData("2026-03-04T05:06:07.Z")]
    [InlineData("2026-03-04T05:06:07.5")]
    [InlineData("2026-03-04T05:06:07+0200")]
    [InlineData("2026-03-04T05:06:07+02:00x")]
    [InlineData("2026-13-04T05:06:07Z")]
    [InlineData("2025-02-29T05:06:07Z")]
    [InlineData("2026-03-04T25:06:07Z")]
    [InlineData("2026-03-04T05:06:07+25:00")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("yesterday, at about five")]
    public void Anything_else_is_not_a_time(string text) => Assert.False(Rfc3339.TryParse(text, out _));

    [Fact, Trait("wamp", "HIS-03")]
    public void What_was_written_is_read_as_the_same_time()
    {
        var random = new Random(7);
        for (var i = 0; i < 1000; i++)
        {
            var time = Rfc3339.Truncate(new DateTimeOffset(random.NextInt64(DateTime.MaxValue.Ticks), TimeSpan.Zero));
            Assert.True(Rfc3339.TryParse(Rfc3339.Format(time), out var read));
            Assert.Equal(time, read);
        }
    }
}
