using System.Net;
using Broker.Configuration.Keys;

namespace Broker.Configuration.Sections;

/// <summary>A place where clients connect.</summary>
internal sealed record ListenerSection
{
    /// <summary>The address.</summary>
    [Key("The address: HOST:PORT, where HOST is an IP address, localhost or *, or unix:/path/to/socket.", NeedsRestart = true)]
    public required ListenAddress Listen { get; init; }

    /// <summary>The path of the WebSocket.</summary>
    [Key("The path of the WebSocket.", Format = TextFormat.Path, NeedsRestart = true)]
    public string Path { get; init; } = "/ws";

    /// <summary>TLS.</summary>
    [Key("TLS. null: none.", NeedsRestart = true)]
    public TlsSection? Tls { get; init; }

    /// <summary>Origins of web pages that may connect.</summary>
    [Key(
        "Origins of web pages that may connect, besides those of the router's own host (over https where the connection uses TLS) and, from "
        + "loopback addresses, those that this machine serves: https://app.example.com, https://*.example.com for all hosts below it, "
        + "http://localhost:* for all ports, * for all pages.",
        Format = TextFormat.Origin,
        Example = """["https://*.example.com"]""")]
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Names by which it may be called.</summary>
    [Key(
        "Names by which WebSockets may call the listener, as their Host field has them, without the port: router.example.com, *.example.com for all names below it. "
        + "None: any name.",
        Format = TextFormat.Host,
        Example = """["router.example.com"]""")]
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Proxies whose forwarded headers are believed.</summary>
    [Key(
        "Addresses of proxies whose word on where a client comes from (X-Forwarded-For, X-Forwarded-Proto) is believed.",
        Example = """["10.0.0.0/8"]""")]
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];
}
