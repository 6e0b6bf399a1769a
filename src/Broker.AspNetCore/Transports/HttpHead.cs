using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Broker.Transports;

/// <summary>
/// The head of one HTTP/1.1 GET request, read strictly (RFC 9112): what a lenient reader would repair is refused here, so that
/// two readers never understand the same bytes differently. Immutable.
/// </summary>
internal sealed class HttpHead
{
    /// <summary>The most header fields that are read.</summary>
    public const int MaxFields = 100;

    private const string Method = "GET ";
    private const string Version = " HTTP/1.1";

    private static readonly SearchValues<byte> AllowedOctets = SearchValues.Create(
        [(byte)'\t', (byte)'\r', (byte)'\n', .. Enumerable.Range(0x20, 0x5F).Select(octet => (byte)octet)]);

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly string _text;
    private readonly List<Field> _fields = [];

    private HttpHead(string text) => _text = text;

    /// <summary>The request target as sent, query included.</summary>
    public string Target { get; private set; } = "";

    /// <summary>Reads a head.</summary>
    /// <param name="head">From the request line to the empty line, both included. Copied.</param>
    /// <returns>Null unless this is a well-formed GET in printable ASCII.</returns>
    public static HttpHead? TryParse(ReadOnlySpan<byte> head)
    {
        if (head.ContainsAnyExcept(AllowedOctets))
        {
            return null;
        }

        var parsed = new HttpHead(Encoding.ASCII.GetString(head));
        return parsed.ReadLines() ? parsed : null;
    }

    /// <summary>Whether <paramref name="text"/> is a token of RFC 9110 section 5.6.2.</summary>
    public static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenCharacters);

    /// <summary>How many fields have this name, whatever its case.</summary>
    public int CountOf(string name)
    {
        var count = 0;
        foreach (var field in _fields)
        {
            count += IsNamed(field, name) ? 1 : 0;
        }

        return count;
    }

    /// <summary>The value of a field, without white space around it; several of one name are joined with ", " (RFC 9110 section
    /// 5.3).</summary>
    /// <returns>Null when there is no such field.</returns>
    public string? Find(string name)
    {
        string? found = null;
        foreach (var field in _fields)
        {
            if (IsNamed(field, name))
            {
                var value = _text[field.Value];
                found = found is null ? value : $"{found}, {value}";
            }
        }

        return found;
    }

    /// <summary>The elements of a list field in order, empty ones left out (RFC 9110 section 5.6.1).</summary>
    public string[] List(string name) =>
        Find(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    private bool IsNamed(Field field, string name) => _text.AsSpan()[field.Name].Equals(name, StringComparison.OrdinalIgnoreCase);

    private bool ReadLines()
    {
        var start = 0;
        for (var line = 0; ; line++)
        {
            var length = _text.AsSpan(start).IndexOfAny('\r', '\n');
            if (length < 0 || _text.AsSpan(start + length) is not ['\r', '\n', ..])
            {
                return false;
            }

            if (length == 0)
            {
                return line > 0 && start + 2 == _text.Length;
            }

            if (line > MaxFields || !(line == 0 ? ReadRequestLine(length) : ReadField(start, length)))
            {
                return false;
            }

            start += length + 2;
        }
    }

    private bool ReadRequestLine(int length)
    {
        var line = _text.AsSpan(0, length);
        if (!line.StartsWith(Method) || !line.EndsWith(Version) || length <= Method.Length + Version.Length)
        {
            return false;
        }

        var target = line[Method.Length..^Version.Length];
        Target = target.ToString();
        return !target.ContainsAny(" \t#");
    }

    private bool ReadField(int start, int length)
    {
        // A folded line starts with white space, and a name followed by white space ends with it: neither is a token.
        var line = _text.AsSpan(start, length);
        var colon = line.IndexOf(':');
        if (colon < 0 || !IsToken(line[..colon]))
        {
            return false;
        }

        var value = line[(colon + 1)..];
        var leading = value.Length - value.TrimStart(" \t").Length;
        var from = start + colon + 1 + leading;
        _fields.Add(new Field(start..(start + colon), from..(from + value.Trim(" \t").Length)));
        return true;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Field(Range Name, Range Value);
}
