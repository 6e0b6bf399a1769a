using System.Text;

namespace Broker.Uris;

/// <summary>What a URI may look like (WAMP specification, "URIs"): loose or strict, alone or as a pattern. Works on UTF-8 without allocating.</summary>
/// <param name="IsStrict">Only lower-case ASCII letters, digits and <c>_</c> in components.</param>
/// <param name="MaxLength">The longest URI in bytes.</param>
public readonly record struct UriRules(bool IsStrict, int MaxLength)
{
    /// <summary>The largest <see cref="MaxLength"/> that a router takes: topics are matched in buffers of this size.</summary>
    public const int Ceiling = 1024;

    /// <summary>Loose, up to 512 bytes.</summary>
    public static UriRules Default { get; } = new(IsStrict: false, MaxLength: 512);

    /// <summary>Whether <paramref name="uri"/> names one thing: a realm, a topic to publish to, a procedure to call, an error, a reason.</summary>
    public bool IsValid(ReadOnlySpan<byte> uri) => uri.Length > 0 && IsValid(uri, emptyComponents: false, emptyEnd: false);

    /// <summary>Whether <paramref name="uri"/> may be subscribed or registered under <paramref name="policy"/>.</summary>
    /// <remarks>The empty prefix, which matches every URI, is refused.</remarks>
    public bool IsValidPattern(ReadOnlySpan<byte> uri, MatchPolicy policy) => uri.Length > 0 && policy switch
    {
        MatchPolicy.Prefix => IsValid(uri, emptyComponents: false, emptyEnd: true),
        MatchPolicy.Wildcard => IsValid(uri, emptyComponents: true, emptyEnd: true),
        _ => IsValid(uri, emptyComponents: false, emptyEnd: false),
    };

    /// <summary>
    /// Whether <paramref name="uri"/> lies in the namespace that the specification reserves, its first component being <c>wamp</c>, or in that of this router's own
    /// procedures, <c>_broker</c>.
    /// </summary>
    public static bool IsReserved(ReadOnlySpan<byte> uri) => StartsWithComponent(uri, "wamp"u8) || StartsWithComponent(uri, "_broker"u8);

    private static bool StartsWithComponent(ReadOnlySpan<byte> uri, ReadOnlySpan<byte> first) =>
        uri.StartsWith(first) && (uri.Length == first.Length || uri[first.Length] == (byte)'.');

    private bool IsValid(ReadOnlySpan<byte> uri, bool emptyComponents, bool emptyEnd)
    {
        if (uri.Length > MaxLength)
        {
            return false;
        }

        var atStart = true; // of a component
        for (var i = 0; i < uri.Length; i++)
        {
            var c = uri[i];
            if (c == (byte)'.')
            {
                if (atStart && !emptyComponents)
                {
                    return false;
                }

                atStart = true;
                continue;
            }

            if (c >= 0x80)
            {
                if (IsStrict || !IsLooseRune(uri[i..], out var length))
                {
                    return false;
                }

                i += length - 1;
            }
            else if (IsStrict ? !IsStrictCharacter(c) : c == (byte)'#' || IsAsciiWhiteSpace(c))
            {
                return false;
            }

            atStart = false;
        }

        return !atStart || emptyEnd;
    }

    private static bool IsStrictCharacter(byte c) => c is >= (byte)'a' and <= (byte)'z' or >= (byte)'0' and <= (byte)'9' or (byte)'_';

    /// <summary>The ASCII part of what a regular expression's <c>\s</c> matches.</summary>
    private static bool IsAsciiWhiteSpace(byte c) => c is (byte)' ' or (>= 0x09 and <= 0x0d) or (>= 0x1c and <= 0x1f);

    private static bool IsLooseRune(ReadOnlySpan<byte> text, out int length) =>
        Rune.DecodeFromUtf8(text, out var rune, out length) == System.Buffers.OperationStatus.Done && !Rune.IsWhiteSpace(rune);
}
