using System.Net;
using Broker.Hosting;
using Broker.Transports;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Serves WAMP on an endpoint of Kestrel.</summary>
public static class WampListenOptionsExtensions
{
    /// <summary>
    /// Serves WAMP over WebSocket and RawSocket on this endpoint, beside HTTP: the fast path, straight on the transport. Call it after
    /// <c>UseHttps</c>, and after <c>AddWampRouter</c>.
    /// </summary>
    /// <remarks>
    /// What is served here does not pass through the application's middleware: its authentication, authorization, CORS and forwarded
    /// headers do not apply. Where they must, use <c>app.MapWamp</c> on an endpoint without <c>UseWamp</c>. Where <c>UseHttps</c> asks for clients' certificates, set
    /// <c>CertificateChainPolicy</c> with <c>DisableCertificateDownloads</c> in its <c>OnAuthenticate</c>: otherwise .NET fetches missing issuers from wherever a certificate
    /// says, and blocks the thread of the handshake meanwhile.
    /// </remarks>
    /// <param name="listen">The endpoint.</param>
    /// <param name="path">The path of the WebSocket, such as <c>/ws</c>.</param>
    /// <param name="name">
    /// A name for <see cref="WampRouterOptions.Listeners"/>. At a named listener <paramref name="path"/> is the only one that serves WAMP,
    /// also where <c>MapWamp</c> names others.
    /// </param>
    public static ListenOptions UseWamp(this ListenOptions listen, string path = "/ws", string? name = null)
    {
        var context = ContextOf(listen);
        var listener = name is null ? null : new WampListener(name, path);
        listen.Use(next => new UniversalPort(context, path, listener, next).OnConnectionAsync);
        return listen;
    }

    /// <summary>
    /// Counts connections from their first moment. Call it before <c>UseHttps</c>: otherwise <see cref="WampRouterOptions.ConnectionLimits"/> see
    /// a connection only behind the handshake of TLS, and those that never end theirs are held by that handshake's timeout alone.
    /// </summary>
    /// <param name="listen">The endpoint.</param>
    /// <param name="name">
    /// The name that <see cref="UseWamp"/> gets, if any. Without it <see cref="WampListenerOptions.TrustedProxies"/> is not known here, and a connection of a proxy counts for the
    /// proxy's own address until its request tells of a client.
    /// </param>
    public static ListenOptions UseWampLimits(this ListenOptions listen, string? name = null)
    {
        var context = ContextOf(listen);
        listen.Use(next => async connection =>
        {
            var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
            using var place = context.Admission.Enter(ForwardedPeer.IsBelieved(address, context.Options.ProxiesAt(name)) ? null : address);
            if (place is null)
            {
                connection.Abort();
                return;
            }

            connection.Features.Set(place);
            await next(connection).ConfigureAwait(false);
        });
        return listen;
    }

    private static RouterContext ContextOf(ListenOptions listen) =>
        listen.ApplicationServices.GetService<RouterContext>()
        ?? throw new InvalidOperationException("There is no WAMP router to serve: call builder.Services.AddWampRouter() first.");
}
