using System.Runtime.InteropServices;
using System.Text;

namespace Broker.Serialization;

/// <summary>JSON documents by the dozen: well-formed ones, damaged ones, and such as readers are known to get wrong.</summary>
internal sealed class JsonDocuments(int seed)
{
    private static readonly string[] Numbers =
    [
        "0", "-0", "7", "-1", "10", "1234", "999999999999999999", "-99999999999999999", "1000000000000000000", "9007199254740993",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
        "18446744073709551616", "123456789012345678901234567890", "0.5", "-0.0", "1e3", "1E+2", "25e-1",
        "1.5e308", "1e400", "-1e400", "5e-324", "1e-999",
    ];

    private static readonly string[] Texts =
    [
        "", "a", "com.example.topic", "x y", "/", "é", "€", "𝄞", "\u007f", "\\n", "\\\"", "\\\\", "\\/", "\\b\\f\\r\\t", "\\u0041",
        "\\u00e9", "\\uD834\\uDD1E",
        "\\ud834", "\\udd1e\\ud834", "\\u0000", "\\u0000AAEC", "\\u0000AA==", "\\u0000AA=", "\\u0000AAEC\\/w==", "\\u0000A A E C",
        "a\\u0000", "\\u0001",
        "0123456789abcdef0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcde\\n0123456789abcdef",
    ];

    private static readonly string[] Spaces = ["", "", "", "", " ", "\n", "\t", "\r\n", "   "];

    private static readonly byte[] Tempting = "[]{}\",:0123456789-+.eEtfnu\\/ \t\r\n\0\u001f*'"u8.ToArray();

    private readonly Random _random = new(seed);

    /// <summary>A document that is well-formed, but for surrogates and base64 now and then, and for its depth.</summary>
    public byte[] Next()
    {
        var text = new StringBuilder();
        Value(text, depth: 0);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>
    /// A document with one to three faults: bits turned, bytes changed, put in, doubled or left out, its end cut off, a part repeated.
    /// </summary>
    public byte[] NextDamaged()
    {
        var bytes = Next().ToList();
        for (var faults = _random.Next(1, 4); faults > 0 && bytes.Count > 0; faults--)
        {
            var at = _random.Next(bytes.Count);
            switch (_random.Next(8))
            {
                case 0: bytes[at] ^= (byte)(1 << _random.Next(8)); break;
                case 1: bytes[at] = (byte)_random.Next(256); break;
                case 2: bytes[at] = Pick(Tempting); break;
                case 3: bytes.Insert(at, Pick(Tempting)); break;
                case 4: bytes.Insert(at, bytes[at]); break;
                case 5: bytes.RemoveAt(at); break;
                case 6: bytes.RemoveRange(at, bytes.Count - at); break;
                default: bytes.InsertRange(at, bytes[at..(at + _random.Next(1, bytes.Count - at + 1))]); break;
            }
        }

        return [.. CollectionsMarshal.AsSpan(bytes)];
    }

    private void Value(StringBuilder text, int depth)
    {
        Space(text);
        switch (_random.Next(depth == 0 ? 6 : 10))
        {
            case < 3 when depth < 6:
                List(text, depth);
                break;
            case < 5 when depth < 6:
                Dict(text, depth);
                break;
            case 6:
                text.Append(Pick((string[])["true", "false", "null"]));
                break;
            case 7 or 8:
                text.Append(Pick(Numbers));
                break;
            default:
                String(text);
                break;
        }

        Space(text);
    }

    private void List(StringBuilder text, int depth)
    {
        text.Append('[');
        for (var count = _random.Next(4); count > 0; count--)
        {
            Value(text, depth + 1);
            text.Append(count > 1 ? "," : "");
        }

        Space(text);
        text.Append(']');
    }

    private void Dict(StringBuilder text, int depth)
    {
        text.Append('{');
        for (var count = _random.Next(4); count > 0; count--)
        {
            Space(text);
            String(text);
            Space(text);
            text.Append(':');
            Value(text, depth + 1);
            text.Append(count > 1 ? "," : "");
        }

        Space(text);
        text.Append('}');
    }

    private void String(StringBuilder text)
    {
        text.Append('"');
        for (var parts = _random.Next(1, 4); parts > 0; parts--)
        {
            // Halves of pairs and U+0000 stay rare, or nothing long would be accepted.
            var part = Pick(Texts);
            text.Append(part.Contains("\\u", StringComparison.Ordinal) && _random.Next(4) > 0 ? "a" : part);
        }

        text.Append('"');
    }

    private void Space(StringBuilder text) => text.Append(Pick(Spaces));

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];
}
