using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Broker.Hosting;
using Broker.Realms;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Broker.Peers;

/// <summary>
/// A router in this process, on real sockets: a port with <c>UseWamp</c>, a listener named "main", one with <c>MapWamp</c> only, one that speaks HTTP/2 only, one
/// with <c>UseWamp</c> behind TLS, named "tls", and a Unix domain socket. Its clock stands still. When it is disposed, nothing may be left of any connection, and it must
/// not have logged an error.
/// </summary>
internal sealed class TestRouter : IAsyncDisposable
{
    public const string Realm = "realm1";

    /// <summary>The name of the listener at <see cref="Port"/>.</summary>
    public const string Listener = "main";

    /// <summary>The name of the listener at <see cref="TlsPort"/>.</summary>
    public const string TlsListener = "tls";

    private static readonly Lazy<X509Certificate2> Certificate = new(SelfSigned);

    private readonly WebApplication _app;
    private readonly int[] _ports;

    private TestRouter(WebApplication app, ManualTimeProvider clock, CapturedLogs logs, string socketPath)
    {
        _app = app;
        Clock = clock;
        Logs = logs;
        SocketPath = socketPath;
        Context = app.Services.GetRequiredService<RouterContext>();
        _ports = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .Where(address => !address.Contains("unix:", StringComparison.Ordinal))
            .Select(address => new Uri(address).Port)];
    }

    /// <summary>What all connections share, of a router without a server.</summary>
    public static RouterContext ContextOf(WampRouterOptions options) =>
        new(Microsoft.Extensions.Options.Options.Create(options), NullLoggerFactory.Instance, new ManualTimeProvider());

    public ManualTimeProvider Clock { get; }

    public CapturedLogs Logs { get; }

    public RouterContext Context { get; }

    /// <summary>The router as applications see it.</summary>
    public WampRouter Router => _app.Services.GetRequiredService<WampRouter>();

    public Realm RealmState => Context.Router.Realms.Single();

    public int Port => _ports[0];

    public int MappedPort => _ports[1];

    public int Http2Port => _ports[2];

    public int TlsPort => _ports[3];

    public string SocketPath { get; }

    /// <param name="configure">Sets the router's options.</param>
    /// <param name="use">Adds the application's own middleware, in front of <c>MapWamp</c>.</param>
    /// <param name="serve">Sets the options of the server, whose own clock does not stand still.</param>
    public static async Task<TestRouter> StartAsync(
        Action<WampRouterOptions>? configure = null, Action<WebApplication>? use = null, Action<KestrelServerOptions>? serve = null)
    {
        var clock = new ManualTimeProvider();
        var logs = new CapturedLogs();
        var socketPath = Path.Combine(Path.GetTempPath(), $"broker-{Guid.NewGuid():N}.sock");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddWampRouter(configure);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true); // as the program does
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            serve?.Invoke(kestrel);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseWamp(name: Listener));
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseWampLimits(TlsListener).UseHttps(Certificate.Value).UseWamp(name: TlsListener));
            kestrel.ListenUnixSocket(socketPath, listen => listen.UseWamp());
        });
        var app = builder.Build();
        use?.Invoke(app);
        app.MapWamp();
        app.MapWamp("/second");
        app.MapGet("/", () => "a page");
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestRouter(app, clock, logs, socketPath);
    }

    /// <summary>Begins to stop the application, as SIGTERM does.</summary>
    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    /// <summary>Waits until no connection is left.</summary>
    public async Task WaitUntilEmptyAsync() => await WaitUntilAsync(() => Context.Connections.Count == 0, () => $"{Context.Connections.Count} connections are left");

    /// <summary>Waits for a state of the router that nothing announces, giving way to the threads that bring it about.</summary>
    public static async Task WaitUntilAsync(Func<bool> holds, Func<string> describe)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestPeer.Limit);
        while (!holds())
        {
            Assert.False(limit.IsCancellationRequested, describe());
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        var stopped = StopAsync();
        while (!stopped.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromSeconds(1)); // peers that a test leaves open do not answer
            await Task.WhenAny(stopped, Task.Run(Thread.Yield));
        }

        await stopped;
        await _app.DisposeAsync();
        Assert.True(Logs.Errors.Count == 0, string.Join('\n', Logs.Errors));
        Assert.Equal(0, Context.Connections.Count);
        Assert.Equal(0, Context.OutboundBudget.Held.Value);
        var histories = RealmState.Options.History.Count; // which are subscriptions for as long as the realm has them
        Assert.Equal((0, histories, 0), (RealmState.SessionCount, RealmState.SubscriptionCount, RealmState.RegistrationCount));
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
