using System.Text;
using Broker.Uris;

namespace Broker.Client.Sessions;

/// <summary>Refuses URIs that no router takes: one that is published to without acknowledgement would vanish unseen.</summary>
internal static class UriCheck
{
    private static readonly UriRules Rules = UriRules.Default with { MaxLength = int.MaxValue };

    /// <exception cref="WampException">Not a URI.</exception>
    public static void Name(string uri) => Pattern(uri, MatchPolicy.Exact);

    /// <exception cref="WampException">Not a URI, or not a pattern of that kind.</exception>
    public static void Pattern(string uri, MatchPolicy match)
    {
        if (!Rules.IsValidPattern(Encoding.UTF8.GetBytes(uri), match))
        {
            throw new WampException(
                ErrorUris.InvalidUri,
                $"\"{uri}\" is no WAMP URI: write components without white space and #, with single dots between them, as in com.acme.orders.");
        }
    }
}
