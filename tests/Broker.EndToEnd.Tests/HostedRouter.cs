using System.Net;
using Broker.Hosting;
using Broker.Realms;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Broker.EndToEnd;

/// <summary>
/// A router in the test's own process, as an application embeds it: for what the program has no flags for. The test classes that need one have one
/// each.
/// </summary>
public sealed class HostedRouter : IAsyncLifetime
{
    private WebApplication? _app;

    /// <summary>Events to topics that start so are recorded.</summary>
    internal const string HistoryPrefix = "com.example.history.";

    /// <summary>Topics and procedures that start so have the trust level 7.</summary>
    internal const string TrustedPrefix = "com.example.trusted.";

    private Uri Address => new(_app!.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    internal Realm Realm => _app!.Services.GetRequiredService<RouterContext>().Router.Realms.Single();

    /// <summary>The address for a transport as tests name it: <c>websocket</c>, <c>batched</c> (a WebSocket, too) or <c>rawsocket</c>.</summary>
    internal string Url(string transport) => transport == "rawsocket" ? $"tcp://127.0.0.1:{Address.Port}" : $"ws://127.0.0.1:{Address.Port}/ws";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddWampRouter(options => options.Realms[RouterProcess.Realm] = new RealmOptions
        {
            AllowMetaKill = true,
            History = [new HistoryRule { Uri = HistoryPrefix, Match = Uris.MatchPolicy.Prefix }],
            PublicationTrustLevels = [new TrustLevelRule { Uri = TrustedPrefix, Match = Uris.MatchPolicy.Prefix, Level = 7 }],
            CallTrustLevels = [new TrustLevelRule { Uri = TrustedPrefix, Match = Uris.MatchPolicy.Prefix, Level = 7 }],
        });
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseWamp()));
        _app = builder.Build();
        await _app.StartAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _app!.DisposeAsync();
}
