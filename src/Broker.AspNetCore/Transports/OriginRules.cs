using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Broker.Transports;

/// <summary>
/// Which web pages may open a WebSocket (RFC 6455 section 10.2): those of the router's own host, over <c>https</c> where the connection uses TLS, and those listed. From a
/// loopback address only pages that this machine serves, and those listed: any other host name may be a foreign one made to point here (DNS rebinding). Programs send no
/// Origin and are not asked. What no browser sends as an origin fits nothing but <c>*</c>. Thread-safe.
/// </summary>
/// <remarks>
/// What is listed is an origin as browsers send it, or a pattern: <c>https://*.example.com</c> for all hosts below example.com (not for
/// itself), <c>http://localhost:*</c> for all ports, <c>*</c> for all pages.
/// </remarks>
public static class OriginRules
{
    private const string Everybody = "*";
    private const string AnyPort = ":*";
    private const string AnySubdomain = "://*.";

    /// <summary>Whether a handshake with this Origin may go on.</summary>
    /// <param name="origin">The Origin field, or null.</param>
    /// <param name="host">The Host field.</param>
    /// <param name="isEncrypted">
    /// Whether the connection uses TLS up to this process, or to a trusted proxy: then who can change a page on its way must not speak in its name.
    /// </param>
    /// <param name="isLoopback">Whether the peer is on a loopback address.</param>
    /// <param name="allowed">The origins and patterns listed in the options.</param>
    public static bool Allow(string? origin, string host, bool isEncrypted, bool isLoopback, IEnumerable<string> allowed)
    {
        if (origin is null)
        {
            return true;
        }

        var page = IsOrigin(origin, out var uri) ? uri : null;
        foreach (var pattern in allowed)
        {
            if (pattern == Everybody || (page is not null && Matches(pattern, page)))
            {
                return true;
            }
        }

        return page is not null && (isLoopback
            ? IsOfThisMachine(page)
            : string.Equals(page.Authority, WithoutOwnPort(host, page.Scheme), StringComparison.OrdinalIgnoreCase)
                && (page.Scheme == Uri.UriSchemeHttps || !isEncrypted));
    }

    /// <summary>Origins leave the scheme's own port out; proxies write it into <c>Host</c>.</summary>
    private static string WithoutOwnPort(string host, string scheme)
    {
        var port = scheme == Uri.UriSchemeHttps ? ":443" : ":80";
        return host.EndsWith(port, StringComparison.Ordinal) ? host[..^port.Length] : host;
    }

    /// <summary>
    /// Whether <paramref name="text"/> can be listed: an origin as browsers send it (RFC 6454 section 6.2), or a pattern.
    /// </summary>
    public static bool IsPattern(string text)
    {
        if (text == Everybody)
        {
            return true;
        }

        var plain = text.Replace(AnySubdomain, "://any.", StringComparison.Ordinal);
        plain = plain.EndsWith(AnyPort, StringComparison.Ordinal) ? plain[..^AnyPort.Length] : plain;
        return IsOrigin(plain, out _) && !plain.Contains('*', StringComparison.Ordinal);
    }

    /// <summary>Whether an end of a connection is this machine: a loopback address or a Unix domain socket.</summary>
    public static bool IsLoopback(EndPoint? endPoint) => endPoint switch
    {
        IPEndPoint ip => IPAddress.IsLoopback(ip.Address) || (ip.Address.IsIPv4MappedToIPv6 && IPAddress.IsLoopback(ip.Address.MapToIPv4())),
        _ => endPoint is System.Net.Sockets.UnixDomainSocketEndPoint,
    };

    /// <summary>Whether a text is scheme, host and port, the port only where it is not the scheme's own, and nothing else.</summary>
    private static bool IsOrigin(string text, [NotNullWhen(true)] out Uri? uri) =>
        Uri.TryCreate(text, UriKind.Absolute, out uri)
        && uri.Host.Length > 0
        && uri.UserInfo.Length == 0
        && string.Equals(uri.GetLeftPart(UriPartial.Authority), text, StringComparison.OrdinalIgnoreCase);

    /// <summary>Only what cannot be made to point elsewhere: <see cref="Uri.IsLoopback"/> takes the name <c>loopback</c>, too, which is one of the DNS.</summary>
    private static bool IsOfThisMachine(Uri page) =>
        page.Host == "localhost" || (IPAddress.TryParse(page.DnsSafeHost, out var address) && IsLoopback(new IPEndPoint(address, 0)));

    private static bool Matches(string pattern, Uri page)
    {
        var origin = $"{page.Scheme}://{page.Authority}";
        if (pattern.EndsWith(AnyPort, StringComparison.Ordinal))
        {
            pattern = pattern[..^AnyPort.Length];
            origin = $"{page.Scheme}://{page.Host}";
        }

        var star = pattern.IndexOf(AnySubdomain, StringComparison.Ordinal);
        if (star < 0)
        {
            return string.Equals(pattern, origin, StringComparison.OrdinalIgnoreCase);
        }

        var scheme = pattern.AsSpan(0, star + "://".Length);
        var domain = pattern.AsSpan(star + "://*".Length);
        return origin.Length > scheme.Length + domain.Length
            && origin.AsSpan().StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            && origin.AsSpan().EndsWith(domain, StringComparison.OrdinalIgnoreCase);
    }
}
