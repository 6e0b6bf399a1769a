using System.Net.Sockets;
using Broker.Configuration.Keys;
using Broker.Configuration.Sources;
using Broker.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Broker.Operations;

/// <summary>
/// Health, metrics and traces for operators, on a listener and a server of its own: nothing of it can be reached where clients connect, and it still answers while the router says
/// goodbye to its clients. Where OpenTelemetry's variables name a collector, it gets the metrics, too.
/// </summary>
internal sealed class OpsServer : IAsyncDisposable
{
    /// <summary>The variable of the OpenTelemetry specification that names a collector; the exporter reads it, and those beside it, itself.</summary>
    public const string CollectorVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private readonly WebApplication _app;

    private OpsServer(WebApplication app) => _app = app;

    /// <summary>The address really bound, or null when there is a collector only.</summary>
    public string? Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();

    /// <summary>
    /// Starts it, if it is asked for. A default address that is taken is given up with a warning: several routers can run beside each other on one machine without a word of
    /// configuration.
    /// </summary>
    /// <param name="reading">The configuration.</param>
    /// <param name="readiness">What <c>/readyz</c> tells.</param>
    /// <param name="router">The router.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <returns>The server, or null; and what the user should know, or null.</returns>
    public static async Task<(OpsServer? Server, string? Warning)> StartAsync(
        ConfigurationReading reading, Readiness readiness, WampRouter router, CancellationToken cancellation)
    {
        var address = reading.Configuration.Ops?.Listen;
        if (address is null && !HasCollector)
        {
            return (null, null);
        }

        var server = Build(address, readiness, router);
        try
        {
            await server.StartAsync(cancellation).ConfigureAwait(false);
            return (new OpsServer(server), null);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException && IsDefault(reading))
        {
            await server.DisposeAsync().ConfigureAwait(false);
            return (
                null,
                $"Another program listens on {address}: this router has no listener for health and metrics. Give it one by ops.listen, or none by ops = null.");
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static bool HasCollector => Environment.GetEnvironmentVariable(CollectorVariable) is { Length: > 0 };

    private static bool IsDefault(ConfigurationReading reading) =>
        reading.Values.FirstOrDefault(value => value.Path == "ops.listen")?.Origin == Origin.Default;

    private static WebApplication Build(ListenAddress? address, Readiness readiness, WampRouter router)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
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
        AddMetrics(builder.Services, hasPage: address is not null);
        if (address is null)
        {
            builder.WebHost.UseServer(new NoServer());
        }

        var app = builder.Build();
        if (address is not null)
        {
            app.UseOpenTelemetryPrometheusScrapingEndpoint("/metrics");
            app.MapWhen(
                http => http.Request.Path.StartsWithSegments(TracePages.Path, StringComparison.Ordinal),
                traces => traces.Run(http => TracePages.AnswerAsync(http, router)));
            app.Run(http => HealthPages.AnswerAsync(http, readiness));
        }

        return app;
    }

    private static void AddMetrics(IServiceCollection services, bool hasPage)
    {
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("broker"))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter("Broker", "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel");
                if (hasPage)
                {
                    metrics.AddPrometheusExporter();
                }

                if (HasCollector)
                {
                    metrics.AddOtlpExporter();
                }
            });
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
