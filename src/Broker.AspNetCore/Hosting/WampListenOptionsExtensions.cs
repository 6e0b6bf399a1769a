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
    /// headers do not apply. Where they must, use <c>app.MapWamp</c> on an endpoint without <c>UseWamp</c>.
    /// </remarks>
    /// <param name="listen">The endpoint.</param>
    /// <param name="path">The path of the WebSocket, such as <c>/ws</c>.</param>
    /// <param name="name">
    /// A name for <see cref="WampRouterOptions.Listeners"/>. At a named listener <paramref name="path"/> is the only one that serves WAMP,
    /// also where <c>MapWamp</c> names others.
    /// </param>
    public static ListenOptions UseWamp(this ListenOptions listen, string path = "/ws", string? name = null)
    {
        var context = listen.ApplicationServices.GetService<RouterContext>()
            ?? throw new InvalidOperationException("There is no WAMP router to serve: call builder.Services.AddWampRouter() first.");
        var listener = name is null ? null : new WampListener(name, path);
        listen.Use(next => new UniversalPort(context, path, listener, next).OnConnectionAsync);
        return listen;
    }
}
