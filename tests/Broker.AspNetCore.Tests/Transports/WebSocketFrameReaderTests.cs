using System.Text;
using static Broker.Transports.ClientFrames;
using static Broker.Transports.FrameFeed;

namespace Broker.Transports;

/// <summary>RFC 6455 sections 5, 7 and 8, in the order of the public Autobahn test suite; every stream in every split.</summary>
public class WebSocketFrameReaderTests
{
    private const int Limit = 70_000;

    private static IFrameReader TextReader() => new WebSocketFrameReader(text: true, Limit);

    private static IFrameReader BinaryReader() => new WebSocketFrameReader(text: false, Limit);

    private static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 31 + 7))];

    private static byte[] Letters(int length) => [.. Enumerable.Repeat((byte)'*', length)];

    public static TheoryData<int> Sizes => [0, 1, 125, 126, 127, 128, 1000, 4082, 4090, 4096, 5000, 65535, 65536, Limit];

    [Theory, MemberData(nameof(Sizes)), Trait("wamp", "WS-04")]
    public void Text_messages_of_any_size_arrive(int size) =>
        ExpectEverySplit(TextReader, Join(Text(Letters(size)), Text("next")), Message(Letters(size)), Message("next"));

    [Theory, MemberData(nameof(Sizes)), Trait("wamp", "WS-04")]
    public void Binary_messages_of_any_size_arrive(int size) =>
        ExpectEverySplit(BinaryReader, Join(Binary(Pattern(size)), Binary("next"u8)), Message(Pattern(size)), Message("next"));

    [Fact]
    public void A_mask_of_zero_is_a_mask() =>
        ExpectEverySplit(BinaryReader, Frame(WebSocketOpcode.Binary, true, 0, Pattern(300), new byte[4]), Message(Pattern(300)));

    [Theory, InlineData(0), InlineData(1), InlineData(5), InlineData(125)]
    public void Pings_of_up_to_125_bytes_arrive(int size) =>
        ExpectEverySplit(BinaryReader, Join(Ping(Pattern(size)), Binary("m"u8)), PingOf(Pattern(size)), Message("m"));

    [Fact]
    public void Ten_pings_in_a_row_arrive_in_order()
    {
        var range = Enumerable.Range(0, 10).Select(i => new[] { (byte)i }).ToArray();
        ExpectEverySplit(BinaryReader, Join([.. range.Select(p => Ping(p))]), [.. range.Select(p => PingOf(p))]);
    }

    [Fact]
    public void Unsolicited_pongs_arrive() =>
        ExpectEverySplit(TextReader, Join(Pong([]), Pong("x"u8), Ping("y"u8)), PongOf([]), PongOf("x"u8), PingOf("y"u8));

    [Theory, InlineData(WebSocketOpcode.Ping), InlineData(WebSocketOpcode.Pong), InlineData(WebSocketOpcode.Close)]
    public void Control_frames_beyond_125_bytes_are_refused(byte opcode) =>
        ExpectEverySplit(BinaryReader, Join(Binary("m"u8), Frame(opcode, Pattern(126))), Message("m"), Violation(1002));

    [Theory, InlineData(WebSocketOpcode.Ping), InlineData(WebSocketOpcode.Pong), InlineData(WebSocketOpcode.Close)]
    public void Fragmented_control_frames_are_refused(byte opcode) =>
        ExpectEverySplit(BinaryReader, Join(Start(opcode, "a"u8), Last("b"u8)), Violation(1002));

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7)]
    public void Reserved_bits_are_refused(int rsv)
    {
        foreach (var opcode in new[] { WebSocketOpcode.Binary, WebSocketOpcode.Ping, WebSocketOpcode.Close })
        {
            var frame = Frame(opcode, true, rsv, "x"u8, [1, 2, 3, 4]);
            ExpectEverySplit(BinaryReader, Join(Binary("m"u8), frame), Message("m"), Violation(1002));
        }
    }

    [Theory, InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7)]
    [InlineData(11), InlineData(12), InlineData(13), InlineData(14), InlineData(15)]
    public void Reserved_opcodes_are_refused(byte opcode) =>
        ExpectEverySplit(BinaryReader, Join(Binary("m"u8), Frame(opcode, "x"u8), Ping([])), Message("m"), Violation(1002));

    [Theory, InlineData(WebSocketOpcode.Binary), InlineData(WebSocketOpcode.Ping), InlineData(WebSocketOpcode.Close)]
    public void Unmasked_frames_are_refused(byte opcode) =>
        ExpectEverySplit(BinaryReader, Frame(opcode, true, 0, [], mask: null), Violation(1002));

    [Theory, InlineData(125UL, 2), InlineData(0UL, 2), InlineData(125UL, 8), InlineData(65535UL, 8), InlineData(1UL << 63, 8)]
    public void Lengths_in_more_octets_than_needed_or_with_the_high_bit_are_refused(ulong length, int octets) =>
        ExpectEverySplit(BinaryReader, Header(WebSocketOpcode.Binary, true, 0, length, [1, 2, 3, 4], octets), Violation(1002));

    [Fact]
    public void Fragments_make_one_message() =>
        ExpectEverySplit(
            TextReader,
            Join(Start(WebSocketOpcode.Text, "frag"u8), Middle(""u8), Middle("ment"u8), Last("s"u8), Text("next")),
            Message("fragments"),
            Message("next"));

    [Fact]
    public void Empty_fragments_make_an_empty_message() =>
        ExpectEverySplit(TextReader, Join(Start(WebSocketOpcode.Text, ""u8), Middle(""u8), Last(""u8)), Message(""));

    [Fact]
    public void Control_frames_may_come_between_fragments() =>
        ExpectEverySplit(
            BinaryReader,
            Join(Start(WebSocketOpcode.Binary, Pattern(200)), Ping("1"u8), Middle(Pattern(300)), Ping("2"u8), Pong(""u8), Last(Pattern(7))),
            PingOf("1"u8),
            PingOf("2"u8),
            PongOf(""u8),
            Message([.. Pattern(200), .. Pattern(300), .. Pattern(7)]));

    [Fact]
    public void Large_fragments_with_pings_between_them_make_one_message() =>
        ExpectEverySplit(
            BinaryReader,
            Join(
                [Start(WebSocketOpcode.Binary, Pattern(9001)), Ping("1"u8), Middle(Pattern(4099)), Ping("2"u8), Last(Pattern(20_003)), Binary("n"u8)]),
            PingOf("1"u8),
            PingOf("2"u8),
            Message([.. Pattern(9001), .. Pattern(4099), .. Pattern(20_003)]),
            Message("n"));

    [Fact]
    public void A_close_may_come_between_fragments() =>
        ExpectEverySplit(TextReader, Join(Start(WebSocketOpcode.Text, "a"u8), Close(1000, "ok"u8)), CloseOf(1000, "ok"));

    [Fact]
    public void A_continuation_without_a_start_is_refused()
    {
        ExpectEverySplit(TextReader, Last("x"u8), Violation(1002));
        ExpectEverySplit(TextReader, Join(Text("m"), Middle("x"u8)), Message("m"), Violation(1002));
        ExpectEverySplit(TextReader, Join(Start(WebSocketOpcode.Text, "a"u8), Last("b"u8), Last("c"u8)), Message("ab"), Violation(1002));
    }

    [Fact]
    public void A_message_inside_a_message_is_refused() =>
        ExpectEverySplit(TextReader, Join(Start(WebSocketOpcode.Text, "a"u8), Text("b")), Violation(1002));

    [Theory, InlineData("κόσμε"), InlineData("Hello-µ@ßöäüàá-UTF-8!!"), InlineData("\u0000"), InlineData("\U00010000")]
    [InlineData("\U0010FFFF")]
    [InlineData("\uFFFF"), InlineData("\uD7FF\uE000"), InlineData("日本語")]
    public void Valid_utf8_arrives_in_one_frame_and_in_fragments_of_a_byte(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        ExpectEverySplit(TextReader, Text(bytes), Message(bytes));
        ExpectEverySplit(
            TextReader,
            Join([Start(WebSocketOpcode.Text, ""u8), .. bytes.Select(octet => Middle([octet])), Last(""u8)]),
            Message(bytes));
    }

    [Theory]
    [InlineData("CEBAE1BDB9CF83CEBCCEB5EDA080656469746564")] // a surrogate after valid text
    [InlineData("EDA080"), InlineData("EDBFBF"), InlineData("EDA080EDB080")] // surrogates, alone and in pairs
    [InlineData("C080"), InlineData("C1BF"), InlineData("E08080"), InlineData("E09FBF"), InlineData("F0808080")]
    [InlineData("F08FBFBF")] // overlong
    [InlineData("F4908080"), InlineData("F5808080"), InlineData("F8888080 80"), InlineData("FC8480808080")] // beyond U+10FFFF
    [InlineData("CE"), InlineData("E282"), InlineData("F09F98"), InlineData("F4")] // cut off
    [InlineData("80"), InlineData("BF"), InlineData("FE"), InlineData("FF"), InlineData("C220")] // no sequence at all
    public void Invalid_utf8_is_refused_in_one_frame_and_in_fragments(string hex)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        ExpectEverySplit(TextReader, Text(bytes), Violation(1007));
        ExpectEverySplit(TextReader, Join(Start(WebSocketOpcode.Text, bytes.AsSpan(0, 1)), Last(bytes.AsSpan(1))), Violation(1007));
        ExpectEverySplit(BinaryReader, Binary(bytes), Message(bytes));
    }

    [Theory]
    [InlineData("CEBA80"), InlineData("C0"), InlineData("E080"), InlineData("EDA0"), InlineData("F08F"), InlineData("F490"), InlineData("FF")]
    public void Text_that_cannot_become_utf8_is_refused_before_its_last_frame(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        ExpectEverySplit(TextReader, Start(WebSocketOpcode.Text, bytes), Violation(1007));
        ExpectEverySplit(TextReader, Join([.. bytes.Select((octet, i) => i == 0 ? Start(WebSocketOpcode.Text, [octet]) : Middle([octet]))]), Violation(1007));
        ExpectEverySplit(TextReader, Join(Start(WebSocketOpcode.Text, Letters(4999)), Middle(bytes)), Violation(1007));
        ExpectEverySplit(TextReader, Text([.. Letters(9000), .. bytes, .. Letters(40_000)])[..20_000], Violation(1007)); // inside a long frame
        ExpectEverySplit(BinaryReader, Join(Start(WebSocketOpcode.Binary, bytes), Last([])), Message(bytes));
    }

    [Fact]
    public void A_large_text_that_is_no_utf8_is_refused_and_its_memory_given_back() =>
        ExpectEverySplit(TextReader, Text([.. Letters(9000), 0xFF]), Violation(1007));

    [Fact, Trait("wamp", "WS-03")]
    public void A_message_of_the_wrong_type_is_told_apart_from_broken_framing()
    {
        ExpectEverySplit(TextReader, Join(Text("m"), Binary("x"u8)), Message("m"), "BrokenMessage 1002");
        ExpectEverySplit(BinaryReader, Join(Start(WebSocketOpcode.Text, "x"u8), Last("y"u8)), "BrokenMessage 1002");
    }

    [Theory, Trait("wamp", "WS-06"), InlineData(1000), InlineData(1001), InlineData(1002), InlineData(1003), InlineData(1007)]
    [InlineData(1008)]
    [InlineData(1009), InlineData(1010), InlineData(1011), InlineData(1012), InlineData(1013), InlineData(1014)]
    [InlineData(3000), InlineData(3999), InlineData(4000), InlineData(4999)]
    public void Valid_close_codes_arrive_and_end_the_stream(ushort code) =>
        ExpectEverySplit(TextReader, Join(Text("m"), Close(code, "bye"u8), Text("late")), Message("m"), CloseOf(code, "bye"));

    [Theory, InlineData(0), InlineData(999), InlineData(1004), InlineData(1005), InlineData(1006), InlineData(1015), InlineData(1016)]
    [InlineData(1100), InlineData(2000), InlineData(2999), InlineData(5000), InlineData(65535)]
    public void Invalid_close_codes_are_refused(ushort code) =>
        ExpectEverySplit(TextReader, Close(code, ""u8), Violation(1002));

    [Fact]
    public void Close_payloads_are_checked()
    {
        ExpectEverySplit(TextReader, Frame(WebSocketOpcode.Close, ""u8), CloseOf(1005));
        ExpectEverySplit(TextReader, Frame(WebSocketOpcode.Close, "x"u8), Violation(1002));
        ExpectEverySplit(TextReader, Close(1000, Letters(123)), CloseOf(1000, new string('*', 123)));
        ExpectEverySplit(TextReader, Close(1000, [0xCE, 0xBA, 0xED, 0xA0, 0x80]), Violation(1007));
    }

    [Fact, Trait("wamp", "WS-08")]
    public void A_message_over_the_limit_is_refused_as_soon_as_its_length_is_known()
    {
        byte[] promise = Header(WebSocketOpcode.Binary, true, 0, Limit + 1, mask: [1, 2, 3, 4]);
        ExpectEverySplit(BinaryReader, promise[..^4], Violation(1009));
        ExpectEverySplit(BinaryReader, Header(WebSocketOpcode.Binary, true, 0, long.MaxValue, [1, 2, 3, 4]), Violation(1009));
    }

    [Fact, Trait("wamp", "WS-08")]
    public void Fragments_that_add_up_to_more_than_the_limit_are_refused()
    {
        IFrameReader Create() => new WebSocketFrameReader(text: false, 10);
        var start = Start(WebSocketOpcode.Binary, Pattern(6));
        ExpectEverySplit(Create, Join(start, Last(Pattern(4))), Message([.. Pattern(6), .. Pattern(4)]));
        ExpectEverySplit(Create, Join(start, Last(Pattern(5))), Violation(1009));
        ExpectEverySplit(Create, Join(start, Middle(Pattern(4)), Ping("p"u8), Last([1])), PingOf("p"u8), Violation(1009));
    }
}
