namespace Broker.Uris;

/// <summary>The definition of the match policies (WAMP specification, "Pattern-based Subscriptions"), for one pattern and one URI. Both are UTF-8; nothing is allocated.</summary>
public static class UriPattern
{
    /// <summary>Whether <paramref name="uri"/>, a URI without empty components, matches <paramref name="pattern"/>.</summary>
    public static bool Matches(ReadOnlySpan<byte> pattern, MatchPolicy policy, ReadOnlySpan<byte> uri) => policy switch
    {
        MatchPolicy.Prefix => uri.StartsWith(pattern),
        MatchPolicy.Wildcard => MatchesWildcard(pattern, uri),
        _ => uri.SequenceEqual(pattern),
    };

    private static bool MatchesWildcard(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> uri)
    {
        while (true)
        {
            var patternDot = pattern.IndexOf((byte)'.');
            var uriDot = uri.IndexOf((byte)'.');
            var component = patternDot < 0 ? pattern : pattern[..patternDot];
            if (!component.IsEmpty && !component.SequenceEqual(uriDot < 0 ? uri : uri[..uriDot]))
            {
                return false;
            }

            if (patternDot < 0 || uriDot < 0)
            {
                return patternDot < 0 && uriDot < 0;
            }

            pattern = pattern[(patternDot + 1)..];
            uri = uri[(uriDot + 1)..];
        }
    }
}
