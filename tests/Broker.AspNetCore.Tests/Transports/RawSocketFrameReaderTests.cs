using static Broker.Transports.FrameFeed;

namespace Broker.Transports;

/// <summary>RawSocket framing as the router reads it; every stream in every split.</summary>
public class RawSocketFrameReaderTests
{
    private const int Limit = 1 << 16;

    private static IFrameReader TextReader() => new RawSocketFrameReader(text: true, Limit);

    private static IFrameReader BinaryReader() => new RawSocketFrameReader(text: false, Limit);

    private static byte[] Frame(int type, ReadOnlySpan<byte> payload) => FrameReaderMemoryTests.RawFrame(type, payload);

    private static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 31 + 7))];

    [Theory, Trait("wamp", "RAW-08"), InlineData(1), InlineData(511), InlineData(4092), InlineData(4093), InlineData(9000)]
    [InlineData(Limit)]
    public void Messages_up_to_the_limit_arrive(int size) =>
        ExpectEverySplit(BinaryReader, [.. Frame(0, Pattern(size)), .. Frame(0, "n"u8)], Message(Pattern(size)), Message("n"));

    [Fact, Trait("wamp", "RAW-08")]
    public void A_frame_over_the_limit_is_refused_by_its_header() => ExpectEverySplit(BinaryReader, [0, 1, 0, 1], Violation(WebSocketCloseCode.MessageTooBig));

    [Theory, Trait("wamp", "RAW-11"), Trait("wamp", "RAW-15"), InlineData(0), InlineData(3), InlineData(200), InlineData(Limit)]
    public void Pings_and_pongs_carry_up_to_the_limit(int size) =>
        ExpectEverySplit(
            TextReader,
            [.. Frame(1, Pattern(size)), .. Frame(2, Pattern(size)), .. Frame(0, "m"u8)],
            PingOf(Pattern(size)),
            PongOf(Pattern(size)),
            Message("m"));

    [Theory, Trait("wamp", "RAW-09"), InlineData(0x10), InlineData(0x80), InlineData(0xF1), InlineData(3), InlineData(7)]
    public void Reserved_bits_and_types_are_refused(byte first) =>
        ExpectEverySplit(BinaryReader, [.. Frame(0, "m"u8), first, 0, 0, 1, 0], Message("m"), Violation(0));

    [Fact, Trait("wamp", "RAW-14")]
    public void An_empty_message_is_refused() => ExpectEverySplit(BinaryReader, [0, 0, 0, 0], Violation(0));

    [Fact, Trait("wamp", "RAW-10")]
    public void The_length_extension_bit_means_exactly_16_mebibytes()
    {
        var payload = new byte[1 << 24];
        payload[^1] = 1;
        byte[] stream = [0x08, 0, 0, 0, .. payload];
        var whole = Read(() => new RawSocketFrameReader(text: false, 1 << 24), [stream], Segments.One);
        var parts = Read(() => new RawSocketFrameReader(text: false, 1 << 24), stream.Chunk(1 << 20), Segments.One);
        Assert.Equal([Message(payload)], whole);
        Assert.Equal(whole, parts);
        ExpectEverySplit(BinaryReader, [0x08, 0, 0, 0], Violation(WebSocketCloseCode.MessageTooBig));
        ExpectEverySplit(() => new RawSocketFrameReader(text: false, 1 << 24), [0x08, 0, 0, 1], Violation(0));
    }

    [Fact]
    public void Json_must_be_utf8_and_binary_need_not_be()
    {
        ExpectEverySplit(TextReader, [.. Frame(0, "é"u8), .. Frame(0, [0xC3])], Message("é"), Violation(0));
        ExpectEverySplit(BinaryReader, Frame(0, [0xC3]), Message([0xC3]));
        ExpectEverySplit(TextReader, Frame(0, [.. Enumerable.Repeat((byte)0xC3, 9000)]), Violation(0));
    }
}
