using System.Text;

namespace Broker.Serialization;

/// <summary>What the readers have in common.</summary>
public sealed class TokenReaderTests
{
    public static readonly TheoryData<SerializerKind> Binary = [SerializerKind.MessagePack, SerializerKind.Cbor];

    [Fact]
    public void Positions_frame_the_values_of_a_message()
    {
        Check<MessagePackTokenReader>(SampleMessages.Encode<MessagePackTokenWriter>());
        Check<CborTokenReader>(SampleMessages.Encode<CborTokenWriter>());

        static void Check<TReader>(byte[] message) where TReader : struct, ITokenReader<TReader>, allows ref struct
        {
            var reader = TReader.Create(message, DecodeLimits.Default);
            Assert.True(reader.Read());
            Assert.Equal(0, reader.ValueStart);
            reader.Enter();
            var end = reader.Position;
            var texts = new List<string>();
            while (reader.Read())
            {
                Assert.Equal(end, reader.ValueStart);
                reader.Skip();
                end = reader.Position;
                texts.Add(TokenText.Of<TReader>(message.AsSpan(reader.ValueStart..end)));
            }

            Assert.Equal(message.Length, end);
            Assert.False(reader.Read());
            Assert.Equal(TokenText.Of<TReader>(message), "[" + string.Join(' ', texts) + "]");
        }
    }

    [Theory]
    [MemberData(nameof(Binary))]
    public void Every_prefix_of_every_sample_is_refused(SerializerKind kind)
    {
        var forms = kind == SerializerKind.MessagePack ? MessagePackTokenReaderTests.Values : CborTokenReaderTests.Values;
        var samples = forms.Select(row => Convert.FromHexString(row.Data.Item1)).Append(SampleMessages.Encode(kind)).ToArray();
        foreach (var sample in samples)
        {
            for (var length = 0; length < sample.Length; length++)
            {
                var prefix = sample[..length];
                Assert.Throws<WampProtocolException>(() => TokenText.Of(kind, prefix));
                Assert.Throws<WampProtocolException>(() => TokenText.Skip(kind, prefix));
            }
        }
    }

    [Theory]
    [InlineData(SerializerKind.MessagePack, 0x91, "c0")]
    [InlineData(SerializerKind.MessagePack, 0x91, "80")]
    [InlineData(SerializerKind.Cbor, 0x81, "f6")]
    [InlineData(SerializerKind.Cbor, 0x81, "9fff")]
    public void Nesting_is_taken_up_to_the_limit_and_not_beyond(SerializerKind kind, byte list, string innermost)
    {
        var inner = Convert.FromHexString(innermost);
        var levels = inner.Length == 1 && inner[0] is 0xc0 or 0xf6 ? 0 : 1;
        foreach (var limit in (int[])[1, 2, 32, 127, 128, 1000])
        {
            var fits = Nested(Math.Min(limit, DecodeLimits.DepthCeiling) - levels);
            TokenText.Skip(kind, fits, limit);
            Assert.NotEmpty(TokenText.Of(kind, fits, limit));

            var deeper = Nested(Math.Min(limit, DecodeLimits.DepthCeiling) - levels + 1);
            Assert.Throws<WampProtocolException>(() => TokenText.Skip(kind, deeper, limit));
            Assert.Throws<WampProtocolException>(() => TokenText.Of(kind, deeper, limit));
        }

        Assert.Throws<WampProtocolException>(() => TokenText.Skip(kind, Nested(1_000_000)));
        Assert.Throws<WampProtocolException>(() => TokenText.Skip(kind, Nested(1), maxDepth: 0));

        byte[] Nested(int depth) => [.. Enumerable.Repeat(list, depth), .. inner];
    }

    [Fact]
    public void A_sequence_ends_with_the_input()
    {
        Assert.Equal("", TokenText.OfSequence(SerializerKind.MessagePack, []));
        Assert.Equal("1 [2] {\"a\":3}", TokenText.OfSequence(SerializerKind.MessagePack, Convert.FromHexString("01910281a16103")));
        Assert.Equal("", TokenText.OfSequence(SerializerKind.Cbor, []));
        Assert.Equal("1 [2] {\"a\":3}", TokenText.OfSequence(SerializerKind.Cbor, Convert.FromHexString("019f02ffa1616103")));
        Assert.Throws<WampProtocolException>(() => TokenText.OfSequence(SerializerKind.MessagePack, [0x01, 0x91]));
        Assert.Throws<WampProtocolException>(() => TokenText.OfSequence(SerializerKind.Cbor, [0x01, 0xff]));
        Assert.Throws<WampProtocolException>(() => TokenText.OfSequence(SerializerKind.Cbor, [0x01, 0x9f, 0x00]));
    }

    [Fact]
    public void A_getter_of_another_type_yields_nothing()
    {
        Check<MessagePackTokenReader>([0xa1, (byte)'a'], TokenType.String);
        Check<MessagePackTokenReader>([0x01], TokenType.Integer);
        Check<MessagePackTokenReader>([0xc4, 0x00], TokenType.Binary);
        Check<CborTokenReader>([0x61, (byte)'a'], TokenType.String);
        Check<CborTokenReader>([0x01], TokenType.Integer);
        Check<CborTokenReader>([0x40], TokenType.Binary);
        Check<JsonTokenReader>("\"a\""u8.ToArray(), TokenType.String);
        Check<JsonTokenReader>("1"u8.ToArray(), TokenType.Integer);
        Check<JsonTokenReader>("\"\\u0000\""u8.ToArray(), TokenType.Binary);

        static void Check<TReader>(byte[] value, TokenType type) where TReader : struct, ITokenReader<TReader>, allows ref struct
        {
            Assert.Equal(type == TokenType.String, Record.Exception(() => Reader(value).GetString().Length) is not WampProtocolException);
            Assert.Equal(type == TokenType.Binary, Record.Exception(() => Reader(value).GetBinary().Length) is not WampProtocolException);
            Assert.Equal(type == TokenType.Integer, Record.Exception(() => Reader(value).GetDouble()) is not WampProtocolException);
            Assert.Equal(type == TokenType.Integer, Reader(value).TryGetInt64(out _));
            Assert.Equal(type == TokenType.Integer, Reader(value).TryGetUInt64(out _));
            Assert.Throws<InvalidOperationException>(() => Reader(value).Enter());
            Assert.Throws<InvalidOperationException>(() => Reader(value).ReadKey(out _));

            static TReader Reader(byte[] value)
            {
                var reader = TReader.Create(value, DecodeLimits.Default);
                Assert.True(reader.Read());
                return reader;
            }
        }
    }

    [Fact]
    public void Reading_and_skipping_a_message_allocates_nothing()
    {
        Check<JsonTokenReader>(
            "[16,1,{\"a\":true,\"b\":[-0.5,1e9,null]},\"com.example.topic\",[[\"text\",{\"c\":{}}],12345678901234567890]]"u8.ToArray());
        Check<MessagePackTokenReader>(SampleMessages.Encode<MessagePackTokenWriter>());
        Check<CborTokenReader>(SampleMessages.Encode<CborTokenWriter>());
        Check<CborTokenReader>(Convert.FromHexString("9f7f61616162ff5f41014102ffbf7f6161ff01ffff")); // skipping chunks joins nothing

        static void Check<TReader>(byte[] message) where TReader : struct, ITokenReader<TReader>, allows ref struct
        {
            Walk<TReader>(message);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var end = Walk<TReader>(message);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Equal(message.Length, end);
        }

        static int Walk<TReader>(byte[] message) where TReader : struct, ITokenReader<TReader>, allows ref struct
        {
            var whole = TReader.Create(message, DecodeLimits.Default);
            whole.Read();
            whole.Skip();
            var reader = TReader.Create(message, DecodeLimits.Default);
            reader.Read();
            reader.Enter();
            while (reader.Read())
            {
                reader.Skip();
            }

            return reader.Read() ? -1 : Math.Min(reader.Position, whole.Position);
        }
    }

    [Theory]
    [MemberData(nameof(Binary))]
    public void The_refusal_never_quotes_the_text_of_the_peer(SerializerKind kind)
    {
        var secret = "secret"u8.ToArray();
        byte[] bytes = [kind == SerializerKind.Cbor ? (byte)0x67 : (byte)0xa7, .. secret, 0xff];
        var refusal = Assert.Throws<WampProtocolException>(() => TokenText.Of(kind, bytes));
        Assert.DoesNotContain(Encoding.UTF8.GetString(secret), refusal.Message, StringComparison.Ordinal);
    }
}
