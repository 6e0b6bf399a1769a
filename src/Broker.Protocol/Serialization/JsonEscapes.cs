using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Broker.Serialization;

/// <summary>What WAMP asks of JSON strings that hold escapes. All strings given are well-formed.</summary>
internal static class JsonEscapes
{
    /// <summary>How U+0000, the mark of binary values, stands in JSON text: no other spelling exists.</summary>
    private static ReadOnlySpan<byte> BinaryMark => "\\u0000"u8;

    /// <summary>
    /// Whether a string with escapes, its quotes included, is text or binary (WAMP specification, "Binary conversion of JSON strings").
    /// </summary>
    public static TokenType Classify(ReadOnlySpan<byte> quoted)
    {
        var text = quoted[1..^1];
        CheckSurrogates(text);
        if (!text.StartsWith(BinaryMark))
        {
            return TokenType.String;
        }

        // The decoder passes over white space; the specification's base64 (RFC 4648 section 4) has none.
        var base64 = Base64Of(quoted);
        if (!Base64.IsValid(base64) || base64.ContainsAny(" \t\r\n"u8))
        {
            JsonTokenReader.ThrowMalformed("a string that starts with U+0000 is not base64 behind it.");
        }

        return TokenType.Binary;
    }

    /// <summary>The octets of a binary value, on memory of their own.</summary>
    public static ReadOnlySpan<byte> Octets(ReadOnlySpan<byte> quoted)
    {
        var base64 = Base64Of(quoted);
        var octets = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        Base64.DecodeFromUtf8(base64, octets, out _, out var count);
        return octets.AsSpan(0, count);
    }

    /// <summary>The text of a string, its quotes included, on memory of its own. Nothing hot, and so left to the library.</summary>
    public static ReadOnlySpan<byte> Resolve(ReadOnlySpan<byte> quoted)
    {
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        var text = new byte[quoted.Length];
        return text.AsSpan(0, reader.CopyString(text));
    }

    /// <summary>Escaped surrogates must come in pairs: a lone one is no Unicode text and no other serializer can carry it.</summary>
    public static void CheckSurrogates(ReadOnlySpan<byte> text)
    {
        for (var at = text.IndexOf((byte)'\\'); at >= 0;)
        {
            var isUnicode = text[at + 1] == (byte)'u';
            var next = at + (isUnicode ? 6 : 2);
            if (isUnicode)
            {
                var unit = HexUnit(text.Slice(at + 2, 4));
                if (char.IsLowSurrogate(unit))
                {
                    ThrowHalfPair();
                }

                if (char.IsHighSurrogate(unit))
                {
                    var rest = text[next..];
                    if (rest.Length < 6 || !rest.StartsWith("\\u"u8) || !char.IsLowSurrogate(HexUnit(rest.Slice(2, 4))))
                    {
                        ThrowHalfPair();
                    }

                    next += 6;
                }
            }

            var found = text[next..].IndexOf((byte)'\\');
            at = found < 0 ? -1 : next + found;
        }
    }

    [DoesNotReturn]
    private static void ThrowHalfPair() => JsonTokenReader.ThrowMalformed("a string holds half of a surrogate pair.");

    private static char HexUnit(ReadOnlySpan<byte> hex) =>
        Utf8Parser.TryParse(hex, out ushort unit, out var used, 'x') && used == 4 ? (char)unit : '\0';

    private static ReadOnlySpan<byte> Base64Of(ReadOnlySpan<byte> quoted)
    {
        var base64 = quoted[1..^1][BinaryMark.Length..];
        return base64.Contains((byte)'\\') ? Resolve(quoted)[1..] : base64;
    }
}
