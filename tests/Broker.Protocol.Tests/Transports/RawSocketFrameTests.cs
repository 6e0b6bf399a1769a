namespace Broker.Transports;

public class RawSocketFrameTests
{
    private static string? Refusal(string header, int limit = 1 << 24) =>
        RawSocketFrame.TryReadHeader(Convert.FromHexString(header), limit, out _, out _, out var violation) ? null : violation;

    [Theory, Trait("wamp", "RAW-10")]
    [InlineData(RawSocketFrameType.Wamp, 1, "00000001"), InlineData(RawSocketFrameType.Ping, 0, "01000000")]
    [InlineData(RawSocketFrameType.Pong, 258, "02000102")]
    [InlineData(RawSocketFrameType.Wamp, (1 << 24) - 1, "00FFFFFF"), InlineData(RawSocketFrameType.Wamp, 1 << 24, "08000000")]
    [InlineData(RawSocketFrameType.Ping, 1 << 24, "09000000")]
    public void Headers_are_read_as_they_are_written(RawSocketFrameType type, int length, string expected)
    {
        var header = new byte[4];
        RawSocketFrame.WriteHeader(header, type, length);
        Assert.Equal(expected, Convert.ToHexString(header));
        Assert.True(RawSocketFrame.TryReadHeader(header, 1 << 24, out var readType, out var readLength, out var violation));
        Assert.Equal((type, length, null), (readType, readLength, violation));
    }

    [Theory, InlineData(-1), InlineData((1 << 24) + 1)]
    public void Lengths_that_no_frame_can_carry_are_refused_on_write(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RawSocketFrame.WriteHeader(new byte[4], RawSocketFrameType.Wamp, length));

    [Fact, Trait("wamp", "RAW-09")]
    public void Reserved_bits_and_types_are_refused()
    {
        foreach (var first in Enumerable.Range(0, 256).Where(first => (first & 0xF0) != 0 || (first & 7) > 2))
        {
            Assert.NotNull(Refusal($"{first:X2}000001"));
        }
    }

    [Fact, Trait("wamp", "RAW-10")]
    public void The_extension_bit_with_length_bits_is_refused() => Assert.Contains("extension", Refusal("08000001"));

    [Theory, Trait("wamp", "RAW-08"), Trait("wamp", "RAW-15"), InlineData("00000401"), InlineData("01000401")]
    [InlineData("02000401"), InlineData("08000000")]
    public void Frames_over_the_limit_are_refused(string header) => Assert.Contains("longer", Refusal(header, 1024));

    [Fact, Trait("wamp", "RAW-08")]
    public void A_frame_at_the_limit_is_taken() => Assert.Null(Refusal("00000400", 1024));

    [Fact, Trait("wamp", "RAW-14")]
    public void Only_messages_must_not_be_empty()
    {
        Assert.Contains("empty", Refusal("00000000"));
        Assert.Null(Refusal("01000000"));
        Assert.Null(Refusal("02000000"));
    }
}
