namespace Broker.Serialization;

/// <summary>Every form of RFC 8949 at its bounds.</summary>
[Trait("wamp", "SER-08")]
public sealed class CborTokenReaderTests
{
    public static readonly TheoryData<string, string> Values = new()
    {
        // unsigned, every width, needlessly long ones included
        { "00", "0" }, { "17", "23" }, { "1818", "24" }, { "1800", "0" }, { "18ff", "255" }, { "190000", "0" }, { "19ffff", "65535" },
        { "1a00000000", "0" },
        { "1affffffff", "4294967295" }, { "1b0000000000000000", "0" }, { "1b7fffffffffffffff", "9223372036854775807" },
        { "1b8000000000000000", "9223372036854775808" }, { "1bffffffffffffffff", "18446744073709551615" },
        // negative
        { "20", "-1" }, { "37", "-24" }, { "3818", "-25" }, { "3800", "-1" }, { "38ff", "-256" }, { "39ffff", "-65536" },
        { "3affffffff", "-4294967296" },
        { "3b7fffffffffffffff", "-9223372036854775808" }, { "3b7ffffffffffffffe", "-9223372036854775807" },
        { "3b8000000000000000", "~-9.223372036854776E+18" }, { "3bfffffffffffffffe", "~-1.8446744073709552E+19" },
        { "3bffffffffffffffff", "~-1.8446744073709552E+19" },
        // simple values
        { "f4", "false" }, { "f5", "true" }, { "f6", "null" }, { "f7", "null" },
        // half, single, double
        { "f90000", "0f" }, { "f98000", "-0f" }, { "f93c00", "1f" }, { "f97bff", "65504f" }, { "f90001", "5.960464477539063E-08f" },
        { "f97c00", "Infinityf" },
        { "f9fc00", "-Infinityf" }, { "f97e00", "NaNf" }, { "fa47c35000", "100000f" }, { "fa7f800000", "Infinityf" },
        { "fb3ff199999999999a", "1.1f" },
        { "fb7e37e43c8800759c", "1E+300f" }, { "fbfff0000000000000", "-Infinityf" }, { "fb7ff8000000000000", "NaNf" },
        // byte strings
        { "40", "h''" }, { "4401020304", "h'01020304'" }, { "5801ff", "h'ff'" }, { "590001ff", "h'ff'" }, { "5a00000001ff", "h'ff'" },
        { "5b0000000000000001ff", "h'ff'" }, { "5fff", "h''" }, { "5f42010243030405ff", "h'0102030405'" }, { "5f4040ff", "h''" },
        { "5f580101ff", "h'01'" },
        // text strings
        { "60", "\"\"" }, { "6161", "\"a\"" }, { "64f0908591", "\"\U00010151\"" }, { "780161", "\"a\"" }, { "79000161", "\"a\"" },
        { "7a0000000161", "\"a\"" },
        { "7b000000000000000161", "\"a\"" }, { "7fff", "\"\"" }, { "7f657374726561646d696e67ff", "\"streaming\"" },
        { "7f60616160ff", "\"a\"" },
        { "7f62c3a964f09f9880ff", "\"\u00e9\U0001F600\"" },
        // lists
        { "80", "[]" }, { "83010203", "[1 2 3]" }, { "9800", "[]" }, { "980101", "[1]" }, { "99000101", "[1]" }, { "9a0000000101", "[1]" },
        { "9b000000000000000101", "[1]" }, { "9fff", "[]" }, { "9f018202039f0405ffff", "[1 [2 3] [4 5]]" },
        { "8301820203820405", "[1 [2 3] [4 5]]" },
        { "83018202039f0405ff", "[1 [2 3] [4 5]]" }, { "829fff9f9fffff", "[[] [[]]]" },
        // dicts
        { "a0", "{}" }, { "a26161016162820203", "{\"a\":1 \"b\":[2 3]}" }, { "b801616101", "{\"a\":1}" }, { "b90001616101", "{\"a\":1}" },
        { "ba00000001616101", "{\"a\":1}" },
        { "bb0000000000000001616101", "{\"a\":1}" }, { "bfff", "{}" }, { "bf61610161629f0203ffff", "{\"a\":1 \"b\":[2 3]}" },
        { "826161bf61626163ff", "[\"a\" {\"b\":\"c\"}]" }, { "bf6346756ef563416d7421ff", "{\"Fun\":true \"Amt\":-2}" },
        { "a17f61616162ff7f61636164ff", "{\"ab\":\"cd\"}" }, { "a16161bf6162a0ff", "{\"a\":{\"b\":{}}}" },
    };

    public static readonly TheoryData<string, string> Refused = new()
    {
        { "c000", "tag 0" }, { "c11a514b67b0", "a tagged time" }, { "c249010000000000000000", "a bignum" },
        { "d818456449455446", "tag 24" }, { "d9d9f700", "tag 55799" }, { "81c000", "a tag inside" },
        { "a1c0616100", "a tagged key" },
        { "e0", "simple 0" }, { "f3", "simple 19" }, { "f820", "simple 32" }, { "f818", "simple 24" }, { "f8ff", "simple 255" },
        { "81f820", "a simple value inside" },
        { "1c", "reserved 28" }, { "1d", "reserved 29" }, { "1e", "reserved 30" }, { "3c", "reserved" }, { "5c", "reserved" },
        { "7d", "reserved" }, { "9e", "reserved" }, { "bc", "reserved" },
        { "fc", "reserved" }, { "fd", "reserved" }, { "fe", "reserved" }, { "811c", "reserved, inside" }, { "815e", "reserved, inside" },
        { "819c", "reserved, inside" },
        { "1f", "indefinite integer" }, { "3f", "indefinite integer" }, { "811f", "indefinite integer inside" }, { "df", "indefinite tag" },
        { "ff", "break alone" }, { "81ff", "break in a definite list" }, { "a1ff", "break in a definite dict" },
        { "a16161ff", "break for a value" }, { "bf6161ff", "break for a value of an indefinite dict" },
        { "8181ff", "break in a definite list inside" },
        { "a10101", "integer key" }, { "a1416101", "binary key" }, { "a1f601", "null key" }, { "a18001", "list key" },
        { "bf0101ff", "integer key" }, { "81a15f4161ff01", "chunked binary key" },
        { "61ff", "invalid UTF-8" }, { "62c080", "overlong" }, { "63eda080", "lone surrogate" }, { "8161ff", "invalid UTF-8 inside" },
        { "a161ff00", "invalid UTF-8 in a key" },
        { "7f61c361a9ff", "a character cut by chunks" }, { "817f61c361a9ff", "a character cut by chunks" },
        { "7f4161ff", "a chunk of bytes in text" }, { "5f6161ff", "a chunk of text in bytes" }, { "7f7f6161ffff", "chunks in a chunk" },
        { "5f01ff", "an integer chunk" }, { "7f61", "no end of chunks" },
        { "9b7fffffffffffffff", "hostile list" }, { "9bffffffffffffffff", "hostile list" }, { "9affffffff00", "hostile list" },
        { "9a7fffffff00", "hostile list" }, { "9a7ffffffe00", "hostile list" },
        { "bbffffffffffffffff", "hostile dict" }, { "bb8000000000000000", "hostile dict" }, { "ba7fffffff00", "hostile dict" },
        { "7bffffffffffffffff", "hostile text" },
        { "7a7fffffff", "hostile text" }, { "5bffffffffffffffff", "hostile bytes" }, { "5f5bffffffffffffffffff", "hostile chunk" },
        { "819affffffff", "hostile list inside" },
        { "817affffffff", "hostile text inside" }, { "8301", "too few elements" }, { "a26161", "too few keys" },
        { "", "nothing" }, { "f6f6", "trailing byte" }, { "8000", "trailing byte" }, { "9fff00", "trailing byte" },
        { "9fffff", "trailing break" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_of_every_form_is_read(string hex, string expected)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Equal(expected, TokenText.Of<CborTokenReader>(bytes));
        TokenText.Skip<CborTokenReader>(bytes);
        Assert.Equal($"[{expected} {expected}]", TokenText.Of<CborTokenReader>([0x9f, .. bytes, .. bytes, 0xff]));
        TokenText.Skip<CborTokenReader>([0x9f, .. bytes, .. bytes, 0xff]);
        TokenText.Skip<CborTokenReader>([0x82, .. bytes, .. bytes]);
        Assert.Equal($"{{\"k\":{expected}}}", TokenText.Of<CborTokenReader>([0xbf, 0x61, (byte)'k', .. bytes, 0xff]));
        TokenText.Skip<CborTokenReader>([0xbf, 0x61, (byte)'k', .. bytes, 0xff]);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_no_peer_may_send_is_refused(string hex, string why)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.True(Fails(() => TokenText.Of<CborTokenReader>(bytes)), why);
        Assert.True(Fails(() => TokenText.Skip<CborTokenReader>(bytes)), why);

        static bool Fails(Action read) => Record.Exception(read) is WampProtocolException;
    }

    [Fact]
    public void A_chunked_string_is_asked_for_twice_and_is_the_same()
    {
        var reader = CborTokenReader.Create(Convert.FromHexString("827f61616162ff5f41014102ff"), DecodeLimits.Default);
        Assert.True(reader.Read());
        reader.Enter();
        Assert.True(reader.Read());
        Assert.True(reader.GetString().SequenceEqual("ab"u8));
        Assert.True(reader.GetString().SequenceEqual("ab"u8));
        Assert.Equal((1, 7), (reader.ValueStart, reader.Position));
        Assert.True(reader.Read());
        Assert.True(reader.GetBinary().SequenceEqual((ReadOnlySpan<byte>)[1, 2]));
        Assert.False(reader.Read());
    }
}
