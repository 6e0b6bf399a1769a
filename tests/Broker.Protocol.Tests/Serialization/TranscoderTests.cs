using System.Text;

namespace Broker.Serialization;

[Trait("wamp", "SER-19")]
[Trait("wamp", "SER-20")]
[Trait("wamp", "RACE-19")]
public sealed class TranscoderTests
{
    /// <summary>One value in all three serializers, each in the form that its writer writes.</summary>
    public static readonly TheoryData<string, string, string> Equivalents = new()
    {
        { "null", "c0", "f6" },
        { "true", "c3", "f5" },
        { "false", "c2", "f4" },
        { "0", "00", "00" },
        { "-1", "ff", "20" },
        { "9007199254740993", "cf0020000000000001", "1b0020000000000001" }, // 2^53 + 1
        { "9223372036854775807", "cf7fffffffffffffff", "1b7fffffffffffffff" },
        { "9223372036854775808", "cf8000000000000000", "1b8000000000000000" },
        { "18446744073709551615", "cfffffffffffffffff", "1bffffffffffffffff" },
        { "-9223372036854775808", "d38000000000000000", "3b7fffffffffffffff" },
        { "1.0", "cb3ff0000000000000", "fb3ff0000000000000" },
        { "-0.0", "cb8000000000000000", "fb8000000000000000" },
        { "0.1", "cb3fb999999999999a", "fb3fb999999999999a" },
        { "5E-324", "cb0000000000000001", "fb0000000000000001" },
        { "1.7976931348623157E+308", "cb7fefffffffffffff", "fb7fefffffffffffff" },
        { "\"\"", "a0", "60" },
        { "\"caf\u00e9\"", "a5636166c3a9", "65636166c3a9" },
        { "\"\U0001F600\"", "a4f09f9880", "64f09f9880" },
        { "\"a\\\"\\\\\\n\\u0001\"", "a561225c0a01", "6561225c0a01" },
        { "\"a\\u0000\"", "a26100", "626100" },
        { "\"\\u0000\"", "c400", "40" },
        { "\"\\u0000AP8=\"", "c40200ff", "4200ff" },
        { "[]", "90", "80" },
        { "{}", "80", "a0" },
        { "[[],{},[[]]]", "9390809190", "8380a08180" },
        { "[1,\"a\",{\"k\":[null,2.0],\"\":true}]", "9301a16182a16b92c0cb4000000000000000a0c3",
            "83016161a2616b82f6fb400000000000000060f5" },
        { "{\"a\\\"b\":{\"\\u0000\":\"\\u0000\"}}", "81a361226281a100c400", "a163612262a1610040" },
    };

    [Theory]
    [MemberData(nameof(Equivalents))]
    public void Every_value_is_the_same_in_every_serializer(string json, string messagePack, string cbor)
    {
        byte[][] encodings = [Encoding.UTF8.GetBytes(json), Convert.FromHexString(messagePack), Convert.FromHexString(cbor)];
        foreach (var from in Enum.GetValues<SerializerKind>())
        {
            foreach (var to in Enum.GetValues<SerializerKind>())
            {
                Assert.Equal(Show(to, encodings[(int)to]), Transcode(from, encodings[(int)from], to));
            }
        }
    }

    public static readonly TheoryData<SerializerKind, string, SerializerKind, string> Adapted = new()
    {
        // forms that the writers do not write
        { SerializerKind.MessagePack, "ca3f800000", SerializerKind.Json, "1.0" },
        { SerializerKind.MessagePack, "d0ff", SerializerKind.Cbor, "20" },
        { SerializerKind.Cbor, "f93c00", SerializerKind.MessagePack, "cb3ff0000000000000" },
        { SerializerKind.Cbor, "f93c00", SerializerKind.Json, "1.0" },
        { SerializerKind.Cbor, "f7", SerializerKind.Json, "null" },
        { SerializerKind.Cbor, "f7", SerializerKind.MessagePack, "c0" },
        { SerializerKind.Cbor, "9f017f61616162ff5f41ffffbf7f616bff9fffffff", SerializerKind.MessagePack, "9401a26162c401ff81a16b90" },
        { SerializerKind.Cbor, "9f017f61616162ff5f41ffffbf7f616bff9fffffff", SerializerKind.Json, "[1,\"ab\",\"\\u0000/w==\",{\"k\":[]}]" },
        { SerializerKind.Json, " [ 1 , { \"\\u006b\" : \"\\ud83d\\ude00\" } ] ", SerializerKind.MessagePack, "920181a16ba4f09f9880" },
        { SerializerKind.Json, "\"\\u0000\"", SerializerKind.Cbor, "40" },
        { SerializerKind.Json, "1e2", SerializerKind.Cbor, "fb4059000000000000" },
        // not finite, between those that can say so
        { SerializerKind.MessagePack, "cb7ff0000000000000", SerializerKind.Cbor, "fb7ff0000000000000" },
        { SerializerKind.MessagePack, "cb7ff8000000000000", SerializerKind.Cbor, "fb7ff8000000000000" },
        { SerializerKind.Cbor, "f9fc00", SerializerKind.MessagePack, "cbfff0000000000000" },
        { SerializerKind.Cbor, "f97e00", SerializerKind.MessagePack, "cb7ff8000000000000" },
        // integers beyond 64 bits become floats
        { SerializerKind.Json, "18446744073709551616", SerializerKind.MessagePack, "cb43f0000000000000" },
        { SerializerKind.Json, "-9223372036854775809", SerializerKind.Cbor, "fbc3e0000000000000" },
        { SerializerKind.Json, "100000000000000000000000000000000000000", SerializerKind.Cbor, "fb47d2ced32a16a1b1" },
        { SerializerKind.Cbor, "3b8000000000000000", SerializerKind.MessagePack, "cbc3e0000000000000" },
        { SerializerKind.Cbor, "3bffffffffffffffff", SerializerKind.Json, "-1.8446744073709552E+19" },
        // text that starts with U+0000 is text to those that have binary
        { SerializerKind.MessagePack, "a20061", SerializerKind.Cbor, "620061" },
    };

    [Theory]
    [MemberData(nameof(Adapted))]
    public void What_has_no_equal_becomes_the_nearest(SerializerKind from, string value, SerializerKind to, string expected) =>
        Assert.Equal(expected, Transcode(from, Bytes(from, value), to));

    public static readonly TheoryData<SerializerKind, string, SerializerKind> Untranslatable = new()
    {
        { SerializerKind.MessagePack, "cb7ff0000000000000", SerializerKind.Json },
        { SerializerKind.MessagePack, "cb7ff8000000000000", SerializerKind.Json },
        { SerializerKind.MessagePack, "ca7f800000", SerializerKind.Json },
        { SerializerKind.MessagePack, "9201cbfff0000000000000", SerializerKind.Json },
        { SerializerKind.MessagePack, "81a16191ca7fc00000", SerializerKind.Json },
        { SerializerKind.Cbor, "f97c00", SerializerKind.Json },
        { SerializerKind.Cbor, "8201f97e00", SerializerKind.Json },
        { SerializerKind.MessagePack, "a100", SerializerKind.Json },
        { SerializerKind.MessagePack, "9201a3006162", SerializerKind.Json },
        { SerializerKind.Cbor, "6100", SerializerKind.Json },
        { SerializerKind.Cbor, "7f60610060ff", SerializerKind.Json },
        { SerializerKind.Json, "1e400", SerializerKind.MessagePack },
        { SerializerKind.Json, "[1,-1.5e999]", SerializerKind.Cbor },
        { SerializerKind.Json, "{\"a\":1" + new string('0', 320) + "}", SerializerKind.Cbor },
    };

    [Theory]
    [MemberData(nameof(Untranslatable))]
    public void What_the_target_cannot_hold_leaves_the_buffer_as_it_was(SerializerKind from, string value, SerializerKind to)
    {
        using var target = new ByteBuffer();
        target.Append("before"u8);
        Assert.False(Transcoder.TryTranscodeValue(from, Bytes(from, value), to, target));
        Assert.True(target.Written.SequenceEqual("before"u8));
        Assert.True(Transcoder.TryTranscodeValue(from, Bytes(from, value), from, target));
    }

    [Fact]
    public void Malformed_values_leave_the_buffer_as_it_was()
    {
        using var target = new ByteBuffer();
        target.Append("before"u8);
        Refuse(SerializerKind.MessagePack, [0x93, 0x01, 0x02], 1, SerializerKind.Json);
        Refuse(SerializerKind.MessagePack, [0x01, 0x02], 1, SerializerKind.Cbor);
        Refuse(SerializerKind.MessagePack, [0x01, 0x02], 3, SerializerKind.Cbor);
        Refuse(SerializerKind.MessagePack, [0x01], 0, SerializerKind.Cbor);
        Refuse(SerializerKind.Cbor, [0x01, 0xff], 2, SerializerKind.MessagePack);
        Refuse(SerializerKind.Json, "[1,2"u8.ToArray(), 1, SerializerKind.MessagePack);
        Refuse(SerializerKind.Json, "1 2"u8.ToArray(), 2, SerializerKind.MessagePack);
        Refuse(SerializerKind.Json, "1,2"u8.ToArray(), 1, SerializerKind.MessagePack);

        void Refuse(SerializerKind from, byte[] elements, int count, SerializerKind to)
        {
            Assert.Throws<WampProtocolException>(() => Transcoder.TryTranscode(from, elements, count, to, target));
            Assert.True(target.Written.SequenceEqual("before"u8));
        }
    }

    [Theory]
    [InlineData("", "", "", 0)]
    [InlineData("1", "01", "01", 1)]
    [InlineData("[1,2],{\"a\":null}", "92010281a161c0", "820102a16161f6", 2)]
    [InlineData("[],\"x\",{},0.5", "90a17880cb3fe0000000000000", "806178a0fb3fe0000000000000", 4)]
    public void Elements_of_a_list_are_appended_without_their_list(string json, string messagePack, string cbor, int count)
    {
        byte[][] encodings = [Encoding.UTF8.GetBytes(json), Convert.FromHexString(messagePack), Convert.FromHexString(cbor)];
        foreach (var from in Enum.GetValues<SerializerKind>())
        {
            foreach (var to in Enum.GetValues<SerializerKind>())
            {
                using var target = new ByteBuffer();
                target.Append((byte)'[');
                Assert.True(Transcoder.TryTranscode(from, encodings[(int)from], count, to, target));
                Assert.True(target.Written[1..].SequenceEqual(encodings[(int)to]), $"{from} to {to}");
            }
        }
    }

    [Fact]
    public void Elements_join_the_list_that_a_writer_has_open()
    {
        Assert.Equal("[7,1,[2],8]", Show(SerializerKind.Json, Join<MessagePackTokenReader, JsonTokenWriter>([0x01, 0x91, 0x02])));
        Assert.Equal("[7,1,[2],8]", Show(SerializerKind.Json, Join<JsonTokenReader, JsonTokenWriter>("1,[2]"u8.ToArray())));
        Assert.Equal("940701910208", Show(SerializerKind.MessagePack, Join<JsonTokenReader, MessagePackTokenWriter>("1,[2]"u8.ToArray())));
        Assert.Equal("840701810208", Show(SerializerKind.Cbor, Join<MessagePackTokenReader, CborTokenWriter>([0x01, 0x91, 0x02])));

        static byte[] Join<TReader, TWriter>(byte[] elements)
            where TReader : struct, ITokenReader<TReader>, allows ref struct
            where TWriter : struct, ITokenWriter<TWriter>
        {
            using var buffer = new ByteBuffer();
            var writer = TWriter.Create(buffer);
            writer.WriteListStart(4);
            writer.WriteInteger(7L);
            Assert.True(Transcoder.TryTranscode<TReader, TWriter>(elements, 2, ref writer));
            writer.WriteInteger(8L);
            writer.WriteListEnd();
            return buffer.Written.ToArray();
        }
    }

    [Fact]
    public void A_whole_message_goes_round_through_all_serializers()
    {
        var json = SampleMessages.Encode<JsonTokenWriter>();
        var cbor = Convert.FromHexString(Transcode(SerializerKind.Json, json, SerializerKind.Cbor));
        var messagePack = Convert.FromHexString(Transcode(SerializerKind.Cbor, cbor, SerializerKind.MessagePack));
        Assert.Equal(SampleMessages.Encode<CborTokenWriter>(), cbor);
        Assert.Equal(SampleMessages.Encode<MessagePackTokenWriter>(), messagePack);
        Assert.Equal(Encoding.UTF8.GetString(json), Transcode(SerializerKind.MessagePack, messagePack, SerializerKind.Json));
    }

    [Fact]
    public void Between_binary_serializers_nothing_is_allocated()
    {
        var message = SampleMessages.Encode<MessagePackTokenWriter>();
        using var target = new ByteBuffer(capacity: 4096);
        Assert.True(Transcoder.TryTranscodeValue(SerializerKind.MessagePack, message, SerializerKind.Cbor, target));
        target.Clear();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var done = Transcoder.TryTranscodeValue(SerializerKind.MessagePack, message, SerializerKind.Cbor, target);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(done);
    }

    [Fact]
    public void Values_nest_as_deep_as_any_message_may()
    {
        // The list that holds the elements is a level of its own.
        var fits = new string('[', DecodeLimits.DepthCeiling - 1) + new string(']', DecodeLimits.DepthCeiling - 1);
        var messagePack = Convert.FromHexString(Transcode(SerializerKind.Json, Encoding.UTF8.GetBytes(fits), SerializerKind.MessagePack));
        var cbor = Convert.FromHexString(Transcode(SerializerKind.MessagePack, messagePack, SerializerKind.Cbor));
        Assert.Equal(fits, Transcode(SerializerKind.Cbor, cbor, SerializerKind.Json));
        using var target = new ByteBuffer();
        Assert.Throws<WampProtocolException>(
            () => Transcoder.TryTranscodeValue(SerializerKind.MessagePack, (byte[])[0x91, .. messagePack], SerializerKind.Cbor, target));
    }

    private static string Transcode(SerializerKind from, byte[] value, SerializerKind to)
    {
        using var target = new ByteBuffer(capacity: 16);
        target.Append("before"u8);
        Assert.True(Transcoder.TryTranscodeValue(from, value, to, target));
        Assert.True(target.Written.StartsWith("before"u8));
        return Show(to, target.Written[6..]);
    }

    private static byte[] Bytes(SerializerKind kind, string shown) =>
        kind == SerializerKind.Json ? Encoding.UTF8.GetBytes(shown) : Convert.FromHexString(shown);

    private static string Show(SerializerKind kind, ReadOnlySpan<byte> bytes) =>
        kind == SerializerKind.Json ? Encoding.UTF8.GetString(bytes) : Convert.ToHexStringLower(bytes);
}
