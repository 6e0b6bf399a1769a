using System.Net;

namespace Broker.Transports;

/// <summary>
/// Where a client really is, if it comes through a proxy whose word is believed (<c>X-Forwarded-For</c>, <c>X-Forwarded-Proto</c>). From anybody else these fields are what
/// the client likes to say, and are not looked at.
/// </summary>
/// <param name="Address">The client's address, or that of the last proxy before which nothing can be read; null when the proxy names nobody.</param>
/// <param name="IsEncrypted">Whether it uses TLS up to the proxy, as far as that says so.</param>
internal sealed record ForwardedPeer(IPAddress? Address, bool IsEncrypted)
{
    /// <summary>What the proxy says of the client, or null if the peer is no proxy that is believed.</summary>
    /// <param name="peer">The peer's address; null for a Unix domain socket, which is believed where any proxy is.</param>
    /// <param name="header">Finds a field of the request; null where there is no request.</param>
    /// <param name="trusted">The proxies that are believed.</param>
    public static ForwardedPeer? Of(IPAddress? peer, Func<string, string?>? header, IReadOnlyList<IPNetwork> trusted)
    {
        if (!IsBelieved(peer, trusted))
        {
            return null;
        }

        // Each proxy appends whom it was asked by: from the right, the first that is no proxy itself is the client.
        IPAddress? client = null;
        foreach (var text in (header?.Invoke("X-Forwarded-For") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            if (!IPEndPoint.TryParse(text, out var hop)) // with or without a port
            {
                break;
            }

            client = hop.Address;
            if (!IsTrusted(client, trusted))
            {
                break;
            }
        }

        var scheme = (header?.Invoke("X-Forwarded-Proto") ?? "").Split(',', StringSplitOptions.TrimEntries)[^1];
        return new ForwardedPeer(client, scheme.Equals("https", StringComparison.OrdinalIgnoreCase) || scheme.Equals("wss", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether a peer is a proxy that is believed.</summary>
    /// <param name="peer">The peer's address; null for a Unix domain socket.</param>
    /// <param name="trusted">The proxies that are believed.</param>
    public static bool IsBelieved(IPAddress? peer, IReadOnlyList<IPNetwork> trusted) => trusted.Count > 0 && (peer is null || IsTrusted(peer, trusted));

    private static bool IsTrusted(IPAddress address, IReadOnlyList<IPNetwork> trusted)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return trusted.Any(network => network.Contains(plain));
    }
}
