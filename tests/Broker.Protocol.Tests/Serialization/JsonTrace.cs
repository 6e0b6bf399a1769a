using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Broker.Serialization;

/// <summary>
/// All that a JSON reader says of a document, one entry for each token, with the offsets where it starts and ends, and then <c>end</c> or the
/// sentence of the refusal: once as <see cref="JsonTokenReader"/> says it, once as <see cref="Utf8JsonReader"/> and the rules of WAMP do.
/// </summary>
internal static class JsonTrace
{
    private const int MaxNumberLength = 1000;
    private const string NotBase64 = "Malformed JSON: a string that starts with U+0000 is not base64 behind it.";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What our reader says.</summary>
    public static List<string> Ours(ReadOnlySpan<byte> json, int maxDepth)
    {
        var trace = new List<string>();
        try
        {
            var reader = JsonTokenReader.Create(json, DecodeLimits.Default with { MaxDepth = maxDepth });
            Assert.True(reader.Read());
            Walk(ref reader, trace, shift: 0);
            Assert.False(reader.Read());
            trace.Add("end");
        }
        catch (WampProtocolException refusal)
        {
            trace.Add(refusal.Message);
        }

        return trace;
    }

    /// <summary>What our reader says of the elements of a list, as a trace of that list.</summary>
    public static List<string> OurSequence(ReadOnlySpan<byte> elements, int maxDepth)
    {
        var trace = new List<string> { "0-1 [" };
        try
        {
            var reader = JsonTokenReader.CreateSequence(elements, DecodeLimits.Default with { MaxDepth = maxDepth });
            while (reader.Read())
            {
                Walk(ref reader, trace, shift: 1);
            }

            trace.Add($"-{elements.Length + 2} ]");
            trace.Add("end");
        }
        catch (WampProtocolException refusal)
        {
            trace.Add(refusal.Message);
        }

        return trace;
    }

    /// <summary>How the trace ends when our reader passes over all that is deeper than <paramref name="level"/>.</summary>
    public static string OurSkip(ReadOnlySpan<byte> json, int maxDepth, int level)
    {
        try
        {
            var reader = JsonTokenReader.Create(json, DecodeLimits.Default with { MaxDepth = maxDepth });
            Assert.True(reader.Read());
            WalkTo(ref reader, level);
            var end = reader.Position;
            Assert.False(reader.Read());
            Assert.True(json[end..].Trim(" \t\r\n"u8).IsEmpty);
            return "end";
        }
        catch (WampProtocolException refusal)
        {
            return refusal.Message;
        }
    }

    /// <summary>What the reference says.</summary>
    public static List<string> Reference(ReadOnlySpan<byte> json, int maxDepth)
    {
        var trace = new List<string>();
        try
        {
            Strict.GetCharCount(json);
        }
        catch (DecoderFallbackException)
        {
            return ["Malformed JSON: the message is not valid UTF-8."];
        }

        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
            while (reader.Read())
            {
                var what = Describe(ref reader);
                if (what.StartsWith("Malformed", StringComparison.Ordinal))
                {
                    trace.Add(what);
                    return trace;
                }

                if (reader.TokenType == JsonTokenType.Number && json[(int)reader.BytesConsumed..].StartsWith("/"u8))
                {
                    break; // The reference thinks of comments here, and refuses the slash one token later.
                }

                trace.Add(reader.TokenType switch
                {
                    JsonTokenType.PropertyName => what,
                    JsonTokenType.EndArray or JsonTokenType.EndObject => $"-{reader.BytesConsumed} {what}",
                    _ => $"{reader.TokenStartIndex}-{reader.BytesConsumed} {what}",
                });
            }

            trace.Add(reader.BytesConsumed == json.Length ? "end" : NotJson);
        }
        catch (JsonException exception)
        {
            var isTooDeep = exception.Message.Contains("maximum configured depth", StringComparison.Ordinal);
            trace.Add(isTooDeep ? $"Lists and dicts are nested deeper than {maxDepth} levels." : NotJson);
        }

        return trace;
    }

    private const string NotJson = "Malformed JSON: the text is not well-formed JSON.";

    private static string Describe(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartArray => "[",
        JsonTokenType.EndArray => "]",
        JsonTokenType.StartObject => "{",
        JsonTokenType.EndObject => "}",
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.Null => "null",
        JsonTokenType.Number => DescribeNumber(ref reader),
        _ => DescribeText(ref reader),
    };

    private static string DescribeNumber(ref Utf8JsonReader reader)
    {
        var text = Encoding.ASCII.GetString(reader.ValueSpan);
        if (text.Length > MaxNumberLength)
        {
            return $"Malformed JSON: a number has more than {MaxNumberLength} digits.";
        }

        var nearest = BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture));
        return text.AsSpan().ContainsAny(".eE")
            ? $"float {nearest:x}"
            : DescribeInteger(
                reader.TryGetInt64(out var signed) ? signed : null, reader.TryGetUInt64(out var unsigned) ? unsigned : null, nearest);
    }

    private static string DescribeInteger(long? signed, ulong? unsigned, long nearest) => $"integer {signed} {unsigned} {nearest:x}";

    private static string DescribeText(ref Utf8JsonReader reader)
    {
        string text;
        try
        {
            text = reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "Malformed JSON: a string holds half of a surrogate pair.";
        }

        if (reader.TokenType == JsonTokenType.PropertyName)
        {
            return "key " + text;
        }

        if (!text.StartsWith('\0'))
        {
            return "text " + text;
        }

        try
        {
            return text.AsSpan().ContainsAny(" \t\r\n") ? NotBase64 : "binary " + Convert.ToHexString(Convert.FromBase64String(text[1..]));
        }
        catch (FormatException)
        {
            return NotBase64;
        }
    }

    private static void Walk(scoped ref JsonTokenReader reader, List<string> trace, int shift)
    {
        var where = $"{reader.ValueStart + shift}-{reader.Position + shift} ";
        switch (reader.Type)
        {
            case TokenType.List:
                trace.Add(where + "[");
                reader.Enter();
                while (reader.Read())
                {
                    Walk(ref reader, trace, shift);
                }

                trace.Add($"-{reader.Position + shift} ]");
                break;
            case TokenType.Dict:
                trace.Add(where + "{");
                reader.Enter();
                while (reader.ReadKey(out var key))
                {
                    trace.Add("key " + Strict.GetString(key));
                    Assert.True(reader.Read());
                    Walk(ref reader, trace, shift);
                }

                trace.Add($"-{reader.Position + shift} }}");
                break;
            default:
                trace.Add(where + Describe(ref reader));
                break;
        }
    }

    private static string Describe(scoped ref JsonTokenReader reader)
    {
        switch (reader.Type)
        {
            case TokenType.String:
                return "text " + Strict.GetString(reader.GetString());
            case TokenType.Binary:
                return "binary " + Convert.ToHexString(reader.GetBinary());
            case TokenType.Float:
                Assert.False(reader.TryGetInt64(out _) || reader.TryGetUInt64(out _));
                return $"float {BitConverter.DoubleToInt64Bits(reader.GetDouble()):x}";
            case TokenType.Integer:
                return DescribeInteger(
                    reader.TryGetInt64(out var signed) ? signed : null,
                    reader.TryGetUInt64(out var unsigned) ? unsigned : null,
                    BitConverter.DoubleToInt64Bits(reader.GetDouble()));
            default:
                return reader.Type.ToString().ToLowerInvariant();
        }
    }

    private static void WalkTo(scoped ref JsonTokenReader reader, int level)
    {
        if (level == 0 || reader.Type is not (TokenType.List or TokenType.Dict))
        {
            reader.Skip();
            return;
        }

        var isDict = reader.Type == TokenType.Dict;
        reader.Enter();
        while (isDict ? reader.ReadKey(out _) : reader.Read())
        {
            Assert.True(!isDict || reader.Read());
            WalkTo(ref reader, level - 1);
        }
    }
}
