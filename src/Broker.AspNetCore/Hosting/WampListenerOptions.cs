using System.Net;

namespace Broker.Hosting;

/// <summary>How one listener differs from the router's own options.</summary>
public sealed class WampListenerOptions
{
    /// <summary>
    /// Origins of web pages that may connect here, as <see cref="WampRouterOptions.AllowedOrigins"/>, which counts when this is null.
    /// </summary>
    public IList<string>? AllowedOrigins { get; set; }

    /// <summary>
    /// The names by which WebSockets may call this listener (the Host field, without its port): names, addresses, and <c>*.example.com</c> for all names below example.com. Empty:
    /// any name. A proxy may send its own.
    /// </summary>
    public IReadOnlyList<string> AllowedHosts { get; set; } = [];

    /// <summary>
    /// Proxies whose word on where a client comes from is believed (<c>X-Forwarded-For</c>, <c>X-Forwarded-Proto</c>): their connections are not local, limits of
    /// addresses count the clients behind them, and logs name those. Where a proxy names nobody, as one that passes on RawSockets, connections count for no address
    /// (<see cref="Limits.ConnectionLimits.PerAddress"/>), and failed attempts to authenticate for the proxy's.
    /// </summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; set; } = [];
}
