using System.Net.Sockets;
using Broker.Configuration;
using Broker.Configuration.Keys;
using Broker.Configuration.Sources;
using Broker.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using OpenTelemetry.Metrics;

namespace Broker.Operations;

/// <summary>
/// Health, metrics and traces for operators, on a listener and a server of its own: nothing of it can be reached where clients connect, and it still answers while the router says
/// goodbye to its clients. Where OpenTelemetry's variables name a collector, it gets the metrics, too.
/// </summary>
internal sealed class OpsServer : IAsyncDisposable
{
    /// <summary>How long a page that is being read may hold up the end; also the time of who has sent half a request.</summary>
    private static readonly TimeSpan ShutdownTime = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;

    private readonly ExportFaults? _faults;

    private OpsServer(WebApplication app, ExportFaults? faults) => (_app, _faults) = (app, faults);

    /// <summary>The address really bound, or null when there is a collector only.</summary>
    public string? Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();

    /// <summary>
    /// Starts it, if it is asked for. A default address that is taken is given up with a warning: several routers can run beside each other on one machine without a word of
    /// configuration.
    /// </summary>
    /// <param name="reading">The configuration.</param>
    /// <param name="readiness">What <c>/readyz</c> tells.</param>
    /// <param name="router">The router.</param>
    /// <param name="loggers">The router's log.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <returns>The server, or null; and what the user should know, or null.</returns>
    /// <exception cref="InvalidDataException">The collector is not named as it should be; the message is one sentence.</exception>
    public static async Task<(OpsServer? Server, string? Warning)> StartAsync(
        ConfigurationReading reading, Readiness readiness, WampRouter router, ILoggerFactory loggers, CancellationToken cancellation)
    {
        if (MetricsExport.Fault is { } fault)
        {
            throw new InvalidDataException(fault);
        }

        var address = reading.Configuration.Ops?.Listen;
        try
        {
            return (await StartAsync(address).ConfigureAwait(false), null);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException && IsDefault(reading))
        {
            var server = await StartAsync(address: null).ConfigureAwait(false);
            return (
                server,
                $"The address {address} is in use: this router has no listener for health and metrics{(server is null ? "" : ", but tells the collector")}. "
                + "Give it one by ops.listen, or none by ops = null.");
        }

        async Task<OpsServer?> StartAsync(ListenAddress? address)
        {
            if (address is null && !MetricsExport.HasCollector)
            {
                return null;
            }

            var faults = MetricsExport.HasCollector ? new ExportFaults(loggers.CreateLogger("Broker.Metrics")) : null;
            var server = new OpsServer(Build(address, readiness, router, reading.Configuration), faults);
            try
            {
                await server._app.StartAsync(cancellation).ConfigureAwait(false);
                return server;
            }
            catch
            {
                await server.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _faults?.Dispose();
    }

    /// <summary>Makes what exports, to see whether it can be made.</summary>
    private static void CheckExport(WebApplication app)
    {
        try
        {
            _ = app.Services.GetRequiredService<MeterProvider>();
        }
        catch (Exception exception)
        {
            throw new InvalidDataException($"Metrics cannot be sent as the variables OTEL_* ask for: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    private static bool IsDefault(ConfigurationReading reading) =>
        reading.Values.FirstOrDefault(value => value.Path == "ops.listen")?.Origin == Origin.Default;

    private static WebApplication Build(ListenAddress? address, Readiness readiness, WampRouter router, BrokerConfiguration configuration)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTime);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = configuration.Limits.HandshakeTimeout;
            kestrel.Limits.MaxRequestBodySize = 0;
            switch (address?.EndPoint)
            {
                case UnixDomainSocketEndPoint unix:
                    kestrel.ListenUnixSocket(unix.ToString()!);
                    break;
                case { } endPoint:
                    kestrel.Listen(endPoint);
                    break;
            }
        });
        MetricsExport.Add(builder.Services, hasPage: address is not null, configuration.Realms.Count);
        if (address is null)
        {
            builder.WebHost.UseServer(new NoServer());
        }

        var app = builder.Build();
        CheckExport(app);
        if (address is not null)
        {
            app.UseOpenTelemetryPrometheusScrapingEndpoint(http => http.Request.Path == "/metrics" && HealthPages.IsRead(http));
            app.MapWhen(
                http => http.Request.Path.StartsWithSegments(TracePages.Path, StringComparison.Ordinal),
                traces => traces.Run(http => TracePages.AnswerAsync(http, router)));
            app.Run(http => HealthPages.AnswerAsync(http, readiness));
        }

        return app;
    }

    /// <summary>Starts and ends with the router, whatever signals come.</summary>
    private sealed class OwnedLifetime : IHostLifetime
    {
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>For a router that only tells a collector.</summary>
    private sealed class NoServer : IServer
    {
        public Microsoft.AspNetCore.Http.Features.IFeatureCollection Features { get; } = new Microsoft.AspNetCore.Http.Features.FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
