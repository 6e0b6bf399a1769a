using System.IO.Pipelines;
using Broker.Authentication;
using Broker.Connections;
using Broker.Hosting;
using Broker.Limits;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Broker.Transports;

/// <summary>
/// WebSockets that come through ASP.NET Core's HTTP pipeline: upgrades of HTTP/1.1 that the universal port left alone or that arrive where it does not listen,
/// and extended CONNECT of HTTP/2 (RFC 8441).
/// </summary>
internal sealed class HttpEndpoint(RouterContext context)
{
    private const string SupportedVersion = "13";

    /// <summary>Serves one request until its connection ends.</summary>
    public async Task OnRequestAsync(HttpContext http)
    {
        var listener = http.Features.Get<WampListener>();
        var peer = PeerOf(http, listener);
        if (listener is not null && http.Request.Path != listener.Path)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound; // the path of another listener
            return;
        }

        // The universal port, or UseWampLimits, has let the connection in; elsewhere that is done here.
        var connection = http.Features.Get<Admittance>();
        using var place = connection is null ? context.Admission.Enter(peer.CountedAddress) : context.Admission.Enter(connection, peer.CountedAddress);
        if (place is null)
        {
            http.Abort();
            return;
        }

        if (place.Refusal != ConnectionRefusal.None)
        {
            http.Response.Headers.RetryAfter = "10";
            await RefuseAsync(http, peer, 503, reason: null, place.Refusal.Describe()).ConfigureAwait(false);
            return;
        }

        var upgrade = http.Features.Get<IHttpUpgradeFeature>();
        var connect = http.Features.Get<IHttpExtendedConnectFeature>();
        if (connect is not { IsExtendedConnect: true, Protocol: "websocket" } && !IsUpgrade(http, upgrade))
        {
            if (IsWebSocket(http) && http.Request.Headers.SecWebSocketVersion != SupportedVersion)
            {
                // RFC 6455 section 4.4: the answer names the versions that are spoken here.
                http.Response.Headers.SecWebSocketVersion = SupportedVersion;
                await RefuseAsync(http, peer, 426, HandshakeRefusal.Malformed, "Version 13 of the WebSocket protocol is spoken here.").ConfigureAwait(false);
                return;
            }

            await RefuseAsync(http, peer, 400, HandshakeRefusal.Malformed, "This is a WAMP router: connect with a WebSocket client.").ConfigureAwait(false);
            return;
        }

        var host = http.Request.Host.Value ?? "";
        if (!HostRules.Allow(host, context.Options.HostsAt(listener)))
        {
            await RefuseAsync(
                http, peer, 400, HandshakeRefusal.Host, $"This router is not called {host}: use one of its names, or add this one to the listener's hosts.")
                .ConfigureAwait(false);
            return;
        }

        var origin = http.Request.Headers.Origin;
        var allowed = context.Options.OriginsAt(listener);
        if (!OriginRules.Allow(origin.Count == 0 ? null : origin.ToString(), host, peer.Transport.IsEncrypted, peer.Transport.IsLocal, allowed))
        {
            await RefuseAsync(http, peer, 403, HandshakeRefusal.Origin, $"The origin {origin} may not connect: add it to the router's allowed origins.")
                .ConfigureAwait(false);
            return;
        }

        var offered = http.Request.Headers.SecWebSocketProtocol
            .SelectMany(field => (field ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        if (!WampSubprotocol.TrySelect(offered, out var subprotocol))
        {
            await RefuseAsync(
                http,
                peer,
                400,
                HandshakeRefusal.Subprotocol,
                "No subprotocol in common: offer wamp.2.json, wamp.2.msgpack or wamp.2.cbor in Sec-WebSocket-Protocol.").ConfigureAwait(false);
            return;
        }

        http.Response.Headers.SecWebSocketProtocol = subprotocol.Name;
        http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = null;
        if (connect is { IsExtendedConnect: true })
        {
            await ServeAsync(await connect.AcceptAsync().ConfigureAwait(false), subprotocol, peer).ConfigureAwait(false);
            return;
        }

        http.Response.Headers.Upgrade = "websocket";
        http.Response.Headers.Connection = "Upgrade";
        http.Response.Headers.SecWebSocketAccept = Accept(http.Request.Headers.SecWebSocketKey.ToString());
        await ServeAsync(await upgrade!.UpgradeAsync().ConfigureAwait(false), subprotocol, peer).ConfigureAwait(false);
    }

    private PeerInfo PeerOf(HttpContext http, WampListener? listener)
    {
        string? Header(string name) => http.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;
        var forwarded = ForwardedPeer.Of(http.Connection.RemoteIpAddress, Header, context.Options.ProxiesAt(listener?.Name));
        return new PeerInfo(
            http.Connection.Id,
            forwarded?.Address?.ToString() ?? $"{http.Connection.RemoteIpAddress}:{http.Connection.RemotePort}",
            new TransportInfo(Header)
            {
                RemoteAddress = forwarded?.Address ?? http.Connection.RemoteIpAddress,
                IsLocal = forwarded is null && IsLoopback(http),
                IsEncrypted = forwarded?.IsEncrypted ?? http.Request.IsHttps,
                ClientCertificate = forwarded is null ? http.Connection.ClientCertificate : null, // not the proxy's own
                User = http.User.Identity?.IsAuthenticated == true ? http.User : null,
                UserExpires = http.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc,
            },
            http.Abort,
            http.RequestAborted)
        {
            CountedAddress = forwarded is null ? http.Connection.RemoteIpAddress : forwarded.Address,
        };
    }

    private static bool IsUpgrade(HttpContext http, IHttpUpgradeFeature? upgrade) =>
        upgrade is { IsUpgradableRequest: true }
        && IsWebSocket(http)
        && http.Request.Headers.SecWebSocketVersion == SupportedVersion
        && System.Buffers.Text.Base64.IsValid(http.Request.Headers.SecWebSocketKey.ToString(), out var length) && length == 16;

    private static bool IsWebSocket(HttpContext http) =>
        HttpMethods.IsGet(http.Request.Method)
        && HttpProtocol.IsHttp11(http.Request.Protocol)
        && http.Request.Headers.Upgrade.ToString().Split(',', StringSplitOptions.TrimEntries).Contains("websocket", StringComparer.OrdinalIgnoreCase);

    private static bool IsLoopback(HttpContext http) =>
        http.Connection.RemoteIpAddress is not { } address || OriginRules.IsLoopback(new System.Net.IPEndPoint(address, 0));

    private static string Accept(string key)
    {
        Span<byte> accept = stackalloc byte[WebSocketAccept.Length];
        WebSocketAccept.Compute(key.Trim(), accept);
        return System.Text.Encoding.ASCII.GetString(accept);
    }

    private async Task ServeAsync(Stream stream, WampSubprotocol subprotocol, PeerInfo peer)
    {
        // Reads of zero bytes: a connection that is silent holds no buffer.
        var input = PipeReader.Create(stream, new StreamPipeReaderOptions(useZeroByteReads: true, leaveOpen: true));
        var output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        await using (stream.ConfigureAwait(false))
        {
            await ConnectionFactory.WebSocket(context, new StreamPipes(input, output), subprotocol, peer).RunAsync().ConfigureAwait(false);
            await input.CompleteAsync().ConfigureAwait(false);
            await output.CompleteAsync().ConfigureAwait(false);
        }
    }

    private async Task RefuseAsync(HttpContext http, PeerInfo peer, int status, HandshakeRefusal? reason, string text)
    {
        if (reason is { } counted) // where there is no room, that is counted already
        {
            context.Metrics.HandshakeRefused(counted);
        }

        Log.ConnectionRefused(context.Logger, peer.ConnectionId, peer.Address, Log.Printable(text));
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(text + "\n").ConfigureAwait(false);
    }

    private sealed class StreamPipes(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }
}
