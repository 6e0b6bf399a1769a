using System.Net;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;

namespace Broker.Authentication;

/// <summary>What the transport knows of a peer before it says HELLO. Nothing in it comes from WAMP messages.</summary>
public sealed class TransportInfo
{
    private readonly Func<string, string?>? _header;

    /// <param name="header">
    /// Finds a field of the HTTP request that opened the transport, whatever the case of its name; null where there was none.
    /// </param>
    public TransportInfo(Func<string, string?>? header = null) => _header = header;

    /// <summary>
    /// The peer's address. Of who comes through trusted proxies it is the one that they tell, or the proxy's own where it tells none. Null for a Unix domain socket.
    /// </summary>
    public IPAddress? RemoteAddress { get; init; }

    /// <summary>Whether the peer is on this machine: at a loopback address or a Unix domain socket.</summary>
    public bool IsLocal { get; init; }

    /// <summary>Whether TLS protects the connection up to this process, or to a trusted proxy that says so.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>The TLS client certificate, which the listener has checked; null if there is none.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>
    /// The user that the application's own authentication has established, for sessions that come through <c>MapWamp</c>; otherwise null.
    /// </summary>
    public ClaimsPrincipal? User { get; init; }

    /// <summary>When that authentication ends, if the application has said so; otherwise null.</summary>
    public DateTimeOffset? UserExpires { get; init; }

    /// <summary>A field of the HTTP request that opened the WebSocket; null without one.</summary>
    public string? Header(string name) => _header?.Invoke(name);
}
