using System.Text.RegularExpressions;

namespace Broker.Models;

/// <summary>URIs and patterns, by the regular expressions of the specification.</summary>
internal static class ModelUri
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture;
    private static readonly Regex Concrete = new(@"^([^\s\.#]+\.)*([^\s\.#]+)\z", Options);
    private static readonly Regex Prefix = new(@"^([^\s\.#]+\.)*([^\s\.#]*)\z", Options);
    private static readonly Regex Wildcard = new(@"^(([^\s\.#]+\.)|\.)*([^\s\.#]+)?\z", Options);

    public static bool IsValid(string uri) => Concrete.IsMatch(uri);

    /// <summary>The empty pattern, which would match everything, is for configured routers only (PBR-09, PBS-11).</summary>
    public static bool IsValidPattern(string uri, string match) =>
        uri.Length > 0 && (match switch { "prefix" => Prefix, "wildcard" => Wildcard, _ => Concrete }).IsMatch(uri);

    public static bool IsReserved(string uri) => uri.Split('.')[0] is "wamp" or "_broker";

    public static bool Matches(string pattern, string match, string uri) => match switch
    {
        "prefix" => uri.StartsWith(pattern, StringComparison.Ordinal),
        "wildcard" => pattern.Split('.') is var wanted && uri.Split('.') is var given
            && wanted.Length == given.Length && wanted.Zip(given).All(pair => pair.First.Length == 0 || pair.First == pair.Second),
        _ => uri == pattern,
    };

    /// <summary>
    /// How well a registration that matches answers a call; the highest wins. Exact before prefix before wildcard (PBR-04), where by the
    /// specification's own example (PBR-06: <c>a1.b2.c33.d4.e5</c> goes to the wildcard <c>a1.b2.c33..e5</c>, not to the prefix
    /// <c>a1.b2.c3</c>) prefixes come before wildcards only when one of them matches whole components.
    /// </summary>
    public static (int Class, int Length, string Mask) Rank(string pattern, string match, bool hasWholePrefix) => match switch
    {
        "exact" => (3, 0, ""),
        "prefix" => (hasWholePrefix ? 2 : 0, pattern.Length, ""),
        _ => (1, 0, Mask(pattern)),
    };

    /// <summary>Which components of a wildcard are literal: of two that match a URI the one goes first that has one where the other has none (PBR-05).</summary>
    public static string Mask(string wildcard) => string.Concat(wildcard.Split('.').Select(component => component.Length == 0 ? '0' : '1'));

    /// <summary>Whether a prefix that matches ends where a component ends.</summary>
    public static bool EndsWhole(string prefix, string uri) =>
        uri.Length == prefix.Length || prefix[^1] == '.' || uri[prefix.Length] == '.';
}
