using System.Net;
using Broker.Authentication;
using Broker.Authorization;
using Broker.Limits;
using Broker.Realms;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.Hosting;

/// <summary>How a router behaves. Read when the router starts; <see cref="WampRouter.Reconfigure"/> replaces it by another.</summary>
public sealed class WampRouterOptions
{
    /// <summary>The realms by their URIs. If none is named there is one, <c>realm1</c>.</summary>
    public IDictionary<string, RealmOptions> Realms { get; } = new Dictionary<string, RealmOptions>(StringComparer.Ordinal);

    /// <summary>
    /// How sessions of a realm, by its URI, are authenticated: the first method in the client's list that is offered here is used. A realm that is not
    /// named here takes anonymous sessions only (<see cref="AllowAnonymousFromAnywhere"/>).
    /// </summary>
    public IDictionary<string, IReadOnlyList<IWampAuthenticator>> Authenticators { get; } =
        new Dictionary<string, IReadOnlyList<IWampAuthenticator>>(StringComparer.Ordinal);

    /// <summary>
    /// Whether clients may join without authentication from addresses that are not loopback. Off by default: then only peers on loopback addresses and Unix domain
    /// sockets may. Behind a proxy on this machine everyone comes from loopback.
    /// </summary>
    public bool AllowAnonymousFromAnywhere { get; set; }

    /// <summary>
    /// Origins of web pages that may connect, such as <c>https://app.example.com</c>, besides those of the router's own host and, from
    /// loopback addresses, those that this machine serves; patterns such as <c>https://*.example.com</c> and <c>http://localhost:*</c>;
    /// <c>*</c> for all. A proxy on this machine connects from loopback: list the origins of its pages here.
    /// </summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Listeners that differ from the rest, by the names that <c>UseWamp</c> gave them.</summary>
    public IDictionary<string, WampListenerOptions> Listeners { get; } = new Dictionary<string, WampListenerOptions>(StringComparer.Ordinal);

    /// <summary>How the authorizers of roles (<see cref="RoleOptions.Authorizer"/>) are asked.</summary>
    public AuthorizerOptions Authorizer { get; set; } = new();

    /// <summary>How many connections the router takes.</summary>
    public ConnectionLimits ConnectionLimits { get; set; } = new();

    /// <summary>How many attempts to authenticate may fail.</summary>
    public AttemptLimits AttemptLimits { get; set; } = new();

    /// <summary>
    /// The longest message that the router takes, in bytes; told to clients as <c>_max_message_size</c> in WELCOME and by RawSocket's handshake. 1 MiB. Where a
    /// WebSocket message is a batch of several, it may be as long as the longest message alone makes it.
    /// </summary>
    public int MaxMessageSize { get; set; } = 1024 * 1024;

    /// <summary>Bounds of the decoders.</summary>
    public DecodeLimits DecodeLimits { get; set; } = DecodeLimits.Default;

    /// <summary>
    /// How many bytes may wait for one peer that reads slowly, three quarters of them for what others send to it. 4 MiB. What happens to
    /// EVENTs beyond: <see cref="RealmOptions.SlowConsumer"/>.
    /// </summary>
    public int MaxOutboundBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// How much memory what waits for all peers together may take, in bytes; what several of them wait for counts once. Three quarters of
    /// it are for what others send to a peer: beyond, it is treated as if the peer's own <see cref="MaxOutboundBytes"/> were used up. When
    /// the rest is used up as well, peers give way, those first that have read nothing for longest: the events that wait for them are
    /// dropped, and where that is not enough, their sessions end. By default a quarter of the memory that the process may use (<see
    /// cref="GCMemoryInfo.TotalAvailableMemoryBytes"/>); 0: any amount.
    /// </summary>
    public long MaxOutboundBytesTotal { get; set; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>How long a new connection may take for its handshake. 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may stay without a session. 10 s.</summary>
    public TimeSpan HelloTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an authenticator, and a client behind each CHALLENGE, may take for the answer. 5 s.</summary>
    public TimeSpan AuthenticationTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>After how long a silence a WebSocket is pinged; any traffic counts. 20 s; zero turns pings off.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the answer to a ping may take. 10 s.</summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether RawSocket peers are pinged, too. Off: common clients break on it; TCP keep-alive watches these connections.</summary>
    public bool PingRawSockets { get; set; }

    /// <summary>How long a closing peer may take to say goodbye. 2 s.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The realms that there are.</summary>
    internal IEnumerable<KeyValuePair<string, RealmOptions>> RealmsOrDefault =>
        Realms.Count > 0 ? Realms : new Dictionary<string, RealmOptions>(StringComparer.Ordinal) { ["realm1"] = new() };

    /// <summary>The origins listed for a listener.</summary>
    internal IEnumerable<string> OriginsAt(WampListener? listener) =>
        listener is not null && Listeners.TryGetValue(listener.Name, out var options) && options.AllowedOrigins is { } origins
            ? origins
            : AllowedOrigins;

    /// <summary>The names by which a listener may be called; none: any.</summary>
    internal IReadOnlyList<string> HostsAt(WampListener? listener) =>
        listener is not null && Listeners.TryGetValue(listener.Name, out var options) ? options.AllowedHosts : [];

    /// <summary>The proxies that a listener believes.</summary>
    internal IReadOnlyList<IPNetwork> ProxiesAt(string? listener) =>
        listener is not null && Listeners.TryGetValue(listener, out var options) ? options.TrustedProxies : [];
}
