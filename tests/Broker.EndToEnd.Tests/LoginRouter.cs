using System.Globalization;
using System.Net;
using Broker.Authentication;
using Broker.Hosting;
using Broker.Realms;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Broker.EndToEnd;

/// <summary>A router in the test's own process to log in to, as an application embeds it.</summary>
internal sealed class LoginRouter : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LoginRouter(WebApplication app, int port)
    {
        _app = app;
        WebSocketUrl = string.Create(CultureInfo.InvariantCulture, $"ws://127.0.0.1:{port}/ws");
        RawSocketUrl = string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{port}");
    }

    /// <summary>Its one realm.</summary>
    public Realm Realm => _app.Services.GetRequiredService<RouterContext>().Router.Realms.Single();

    public string WebSocketUrl { get; }

    public string RawSocketUrl { get; }

    /// <summary>Starts a router whose <see cref="RouterProcess.Realm"/> has these methods.</summary>
    public static Task<LoginRouter> StartAsync(params IWampAuthenticator[] authenticators) => StartAsync(options =>
    {
        options.Authenticators[RouterProcess.Realm] = authenticators;
        options.AttemptLimits = AttemptLimits.None;
    });

    public static async Task<LoginRouter> StartAsync(Action<WampRouterOptions> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddWampRouter(configure);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseWamp()));
        var app = builder.Build();
        await app.StartAsync();
        return new LoginRouter(
            app, new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port);
    }

    /// <summary>The address for a transport, as <see cref="SharedRouter.Url"/> names them.</summary>
    public string Url(string transport) => transport == "rawsocket" ? RawSocketUrl : WebSocketUrl;

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
