namespace Broker.Serialization;

/// <summary>Every form of github.com/msgpack/msgpack, spec.md, at its bounds.</summary>
public sealed class MessagePackTokenReaderTests
{
    public static readonly TheoryData<string, string> Values = new()
    {
        // positive and negative fixint
        { "00", "0" }, { "7f", "127" }, { "ff", "-1" }, { "e0", "-32" },
        // uint 8 to 64
        { "cc00", "0" }, { "cc80", "128" }, { "ccff", "255" }, { "cd0000", "0" }, { "cdffff", "65535" }, { "ce00000000", "0" },
        { "ceffffffff", "4294967295" }, { "cf0000000000000000", "0" }, { "cf7fffffffffffffff", "9223372036854775807" },
        { "cf8000000000000000", "9223372036854775808" }, { "cfffffffffffffffff", "18446744073709551615" },
        // int 8 to 64
        { "d000", "0" }, { "d07f", "127" }, { "d080", "-128" }, { "d0df", "-33" }, { "d17fff", "32767" }, { "d18000", "-32768" },
        { "d27fffffff", "2147483647" }, { "d280000000", "-2147483648" }, { "d37fffffffffffffff", "9223372036854775807" },
        { "d38000000000000000", "-9223372036854775808" }, { "d3ffffffffffffffff", "-1" },
        // nil, false, true
        { "c0", "null" }, { "c2", "false" }, { "c3", "true" },
        // float 32 and 64
        { "ca3f800000", "1f" }, { "ca3dcccccd", "0.10000000149011612f" }, { "cb3ff0000000000000", "1f" }, { "cb3fb999999999999a", "0.1f" },
        { "cb8000000000000000", "-0f" }, { "cb7ff0000000000000", "Infinityf" }, { "cbfff0000000000000", "-Infinityf" },
        { "cb7ff8000000000000", "NaNf" }, { "ca7f800000", "Infinityf" }, { "ca7fc00000", "NaNf" },
        // fixstr, str 8 to 32
        { "a0", "\"\"" }, { "a161", "\"a\"" }, { "a4f09f9880", "\"\U0001F600\"" }, { "d900", "\"\"" }, { "d90161", "\"a\"" },
        { "da000161", "\"a\"" },
        { "db0000000161", "\"a\"" }, { "a100", "\"\0\"" },
        { "bf" + "61616161616161616161616161616161616161616161616161616161616161", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"" },
        // bin 8 to 32
        { "c400", "h''" }, { "c402ff00", "h'ff00'" }, { "c50001ff", "h'ff'" }, { "c600000001ff", "h'ff'" },
        // fixarray, array 16 and 32
        { "90", "[]" }, { "9101", "[1]" }, { "9f000102030405060708090a0b0c0d0e", "[0 1 2 3 4 5 6 7 8 9 10 11 12 13 14]" },
        { "dc0000", "[]" },
        { "dc00020102", "[1 2]" }, { "dd00000000", "[]" }, { "dd0000000101", "[1]" }, { "9291019290c0", "[[1] [[] null]]" },
        // fixmap, map 16 and 32; keys of every width
        { "80", "{}" }, { "81a16101", "{\"a\":1}" }, { "de0001d9016101", "{\"a\":1}" }, { "df00000001da00016101", "{\"a\":1}" },
        { "82a16180a16290", "{\"a\":{} \"b\":[]}" }, { "81db000000016181a09181a0c0", "{\"a\":{\"\":[{\"\":null}]}}" },
    };

    public static readonly TheoryData<string, string> Refused = new()
    {
        { "c1", "never used" }, { "91c1", "never used, inside" }, { "c70001", "ext 8" }, { "c8000001", "ext 16" },
        { "c90000000001", "ext 32" }, { "d40100", "fixext 1" },
        { "d5010000", "fixext 2" }, { "d6ff00000000", "fixext 4, a timestamp" }, { "d7010000000000000000", "fixext 8" },
        { "d80100000000000000000000000000000000", "fixext 16" }, { "91d6ff00000000", "a timestamp inside" },
        { "810101", "integer key" }, { "81c001", "nil key" }, { "81c4016101", "binary key" }, { "819001", "list key" },
        { "818001", "dict key" },
        { "9181c301", "boolean key inside" },
        { "a1ff", "invalid UTF-8" }, { "a2c080", "overlong" }, { "a3eda080", "lone surrogate" }, { "a4f4908080", "beyond U+10FFFF" },
        { "a1c3", "cut sequence" },
        { "91a1ff", "invalid UTF-8 inside" }, { "81a1ff01", "invalid UTF-8 in a key" },
        { "ddffffffff", "hostile array 32" }, { "dd7fffffff00", "hostile array 32" }, { "dcffff00", "hostile array 16" },
        { "dfffffffff", "hostile map 32" },
        { "df80000000", "hostile map 32" }, { "deffff", "hostile map 16" }, { "dbffffffff61", "hostile str 32" },
        { "daffff61", "hostile str 16" },
        { "c6ffffffff61", "hostile bin 32" }, { "c67fffffff61", "hostile bin 32" }, { "91ddffffffff", "hostile array inside" },
        { "91dbffffffff", "hostile str inside" },
        { "82a16101a1", "one key missing" }, { "83a16101", "dict of fewer bytes than keys" },
        { "", "nothing" }, { "c0c0", "trailing byte" }, { "9000", "trailing byte" }, { "910000", "trailing byte" },
        { "8000", "trailing byte" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_of_every_form_is_read(string hex, string expected)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Equal(expected, TokenText.Of<MessagePackTokenReader>(bytes));
        TokenText.Skip<MessagePackTokenReader>(bytes);
        Assert.Equal($"[{expected} {expected}]", TokenText.Of<MessagePackTokenReader>([0x92, .. bytes, .. bytes]));
        TokenText.Skip<MessagePackTokenReader>([0x92, .. bytes, .. bytes]);
        Assert.Equal($"{{\"k\":{expected}}}", TokenText.Of<MessagePackTokenReader>([0x81, 0xa1, (byte)'k', .. bytes]));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_no_peer_may_send_is_refused(string hex, string why)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.True(Fails(() => TokenText.Of<MessagePackTokenReader>(bytes)), why);
        Assert.True(Fails(() => TokenText.Skip<MessagePackTokenReader>(bytes)), why);

        static bool Fails(Action read) => Record.Exception(read) is WampProtocolException;
    }

    [Fact]
    public void Long_strings_and_lists_are_read()
    {
        var text = new byte[70_000];
        text.AsSpan().Fill((byte)'x');
        var expected = '"' + new string('x', 70_000) + '"';
        Assert.Equal(expected, TokenText.Of<MessagePackTokenReader>([0xdb, 0x00, 0x01, 0x11, 0x70, .. text]));
        Assert.Equal(expected[..40_001] + '"', TokenText.Of<MessagePackTokenReader>([0xda, 0x9c, 0x40, .. text.AsSpan(0, 40_000)]));
        TokenText.Skip<MessagePackTokenReader>([0xdd, 0x00, 0x01, 0x11, 0x70, .. text]);
        TokenText.Skip<MessagePackTokenReader>([0xdc, 0x9c, 0x40, .. text.AsSpan(0, 40_000)]);
    }
}
