using System.Net;

namespace Broker.Transports;

/// <summary>
/// Which web pages may open a WebSocket (RFC 6455 section 10.2): those of the router's own host and those listed. From a loopback address only pages that
/// this machine serves, and those listed: any other host name may be a foreign one made to point here (DNS rebinding). Programs send no Origin and are not
/// asked. Thread-safe.
/// </summary>
public static class OriginRules
{
    /// <summary>Whether a handshake with this Origin may go on.</summary>
    /// <param name="origin">The Origin field, or null.</param>
    /// <param name="host">The Host field.</param>
    /// <param name="isLoopback">Whether the peer is on a loopback address.</param>
    /// <param name="allowed">The origins listed in the options.</param>
    public static bool Allow(string? origin, string host, bool isLoopback, IEnumerable<string> allowed)
    {
        if (origin is null || allowed.Contains(origin, StringComparer.OrdinalIgnoreCase) || allowed.Contains("*", StringComparer.Ordinal))
        {
            return true;
        }

        if (!Uri.TryCreate(origin, UriKind.Absolute, out var page) || page.Host.Length == 0)
        {
            return false;
        }

        return isLoopback ? page.IsLoopback : string.Equals(page.Authority, host, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether <paramref name="text"/> is an origin as browsers send it (RFC 6454 section 6.2), or <c>*</c> for all.</summary>
    public static bool IsOrigin(string text) =>
        text == "*"
        || (Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Host.Length > 0
            && string.Equals(uri.GetLeftPart(UriPartial.Authority), text, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether an end of a connection is this machine: a loopback address or a Unix domain socket.</summary>
    public static bool IsLoopback(EndPoint? endPoint) => endPoint switch
    {
        IPEndPoint ip => IPAddress.IsLoopback(ip.Address) || (ip.Address.IsIPv4MappedToIPv6 && IPAddress.IsLoopback(ip.Address.MapToIPv4())),
        _ => endPoint is System.Net.Sockets.UnixDomainSocketEndPoint,
    };
}
