using System.Globalization;
using System.Text;

namespace Broker.Serialization;

/// <summary>
/// Writes down what a reader says, token by token, for tests to compare: <c>1</c> integer, <c>1f</c> float, <c>"a"</c> text, <c>h'00ff'</c>
/// binary, <c>~-1.8E+19</c> an integer beyond 64 bits, <c>[1 2]</c> list, <c>{"a":1 "b":2}</c> dict.
/// </summary>
internal static class TokenText
{
    public static string Of(SerializerKind kind, ReadOnlySpan<byte> value, int maxDepth = 32) => kind switch
    {
        SerializerKind.Json => Of<JsonTokenReader>(value, maxDepth),
        SerializerKind.MessagePack => Of<MessagePackTokenReader>(value, maxDepth),
        _ => Of<CborTokenReader>(value, maxDepth),
    };

    public static string OfSequence(SerializerKind kind, ReadOnlySpan<byte> elements) => kind switch
    {
        SerializerKind.Json => OfSequence<JsonTokenReader>(elements),
        SerializerKind.MessagePack => OfSequence<MessagePackTokenReader>(elements),
        _ => OfSequence<CborTokenReader>(elements),
    };

    /// <summary>Reads the root value without entering it, and what follows it.</summary>
    public static void Skip(SerializerKind kind, ReadOnlySpan<byte> value, int maxDepth = 32)
    {
        switch (kind)
        {
            case SerializerKind.Json: Skip<JsonTokenReader>(value, maxDepth); break;
            case SerializerKind.MessagePack: Skip<MessagePackTokenReader>(value, maxDepth); break;
            default: Skip<CborTokenReader>(value, maxDepth); break;
        }
    }

    public static void Skip<TReader>(ReadOnlySpan<byte> value, int maxDepth = 32)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var reader = TReader.Create(value, Limits(maxDepth));
        Assert.True(reader.Read());
        reader.Skip();
        var end = reader.Position;
        Assert.False(reader.Read());
        Assert.True(value[end..].Trim(" \t\r\n"u8).IsEmpty || TReader.Kind != SerializerKind.Json);
        Assert.True(value.Length == end || TReader.Kind == SerializerKind.Json);
    }

    public static string Of<TReader>(ReadOnlySpan<byte> value, int maxDepth = 32)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var reader = TReader.Create(value, Limits(maxDepth));
        var text = new StringBuilder();
        Assert.Equal(TokenType.None, reader.Type);
        Assert.True(reader.Read());
        Value(ref reader, text);
        Assert.False(reader.Read());
        Assert.Equal(TokenType.None, reader.Type);
        return text.ToString();
    }

    private static string OfSequence<TReader>(ReadOnlySpan<byte> elements)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var reader = TReader.CreateSequence(elements, Limits(DecodeLimits.DepthCeiling));
        var text = new StringBuilder();
        while (reader.Read())
        {
            text.Append(text.Length > 0 ? " " : "");
            Value(ref reader, text);
        }

        return text.ToString();
    }

    private static DecodeLimits Limits(int maxDepth) => DecodeLimits.Default with { MaxDepth = maxDepth };

    private static void Value<TReader>(ref TReader reader, StringBuilder text)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        switch (reader.Type)
        {
            case TokenType.Null:
                text.Append("null");
                break;
            case TokenType.False:
                text.Append("false");
                break;
            case TokenType.True:
                text.Append("true");
                break;
            case TokenType.Integer:
                text.Append(Integer(ref reader));
                break;
            case TokenType.Float:
                text.Append(CultureInfo.InvariantCulture, $"{reader.GetDouble():R}f");
                break;
            case TokenType.String:
                text.Append('"').Append(Encoding.UTF8.GetString(reader.GetString())).Append('"');
                break;
            case TokenType.Binary:
                text.Append("h'").Append(Convert.ToHexStringLower(reader.GetBinary())).Append('\'');
                break;
            case TokenType.List:
                reader.Enter();
                text.Append('[');
                for (var first = true; reader.Read(); first = false)
                {
                    text.Append(first ? "" : " ");
                    Value(ref reader, text);
                }

                text.Append(']');
                break;
            case TokenType.Dict:
                reader.Enter();
                text.Append('{');
                for (var first = true; reader.ReadKey(out var key); first = false)
                {
                    text.Append(first ? "\"" : " \"").Append(Encoding.UTF8.GetString(key)).Append("\":");
                    Assert.True(reader.Read());
                    Value(ref reader, text);
                }

                text.Append('}');
                break;
            default:
                Assert.Fail("A value without type.");
                break;
        }
    }

    private static string Integer<TReader>(ref TReader reader)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var isSigned = reader.TryGetInt64(out var signed);
        var isUnsigned = reader.TryGetUInt64(out var unsigned);
        if (isSigned)
        {
            Assert.True(signed >= 0 == isUnsigned || (signed == 0 && TReader.Kind == SerializerKind.Json)); // -0 has a sign in JSON
            Assert.Equal((double)signed, reader.GetDouble());
            return signed.ToString(CultureInfo.InvariantCulture);
        }

        if (isUnsigned)
        {
            Assert.Equal((double)unsigned, reader.GetDouble());
            return unsigned.ToString(CultureInfo.InvariantCulture);
        }

        return "~" + reader.GetDouble().ToString("R", CultureInfo.InvariantCulture);
    }
}
