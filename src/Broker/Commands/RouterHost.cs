using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Broker.Configuration;
using Broker.Configuration.Keys;
using Broker.Configuration.Reloads;
using Broker.Configuration.Sections;
using Broker.Configuration.Sources;
using Broker.Hosting;
using Broker.Operations;
using Broker.Security;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Broker.Commands;

/// <summary>Runs the router until it is told to stop.</summary>
/// <param name="source">Where the configuration comes from, to be read again.</param>
/// <param name="reading">The configuration, without faults.</param>
internal sealed class RouterHost(ConfigurationSource source, ConfigurationReading reading)
{
    /// <summary>The exit code when the router cannot start.</summary>
    public const int StartFault = 1;

    private const string ListenOption = "--listen";
    private const string OpsOption = "ops.listen";

    private readonly BrokerConfiguration _configuration = reading.Configuration;

    /// <summary>Runs and returns the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        if (_configuration.Listeners.Select(listener => MakeRoom(listener.Listen, ListenOption)).Append(MakeRoom(_configuration.Ops?.Listen, OpsOption))
            .FirstOrDefault(fault => fault is not null) is { } noRoom)
        {
            return await FailAsync(noRoom).ConfigureAwait(false);
        }

        var (tls, faults) = TlsListeners.Open(reading);
        if (faults.Count > 0)
        {
            await RunCommand.ReportAsync(faults).ConfigureAwait(false);
            return StartFault;
        }

        try
        {
            OptionsMap.Apply(_configuration, new WampRouterOptions()); // what files say now: later nobody could tell it in one sentence
        }
        catch (InvalidDataException exception)
        {
            return await FailAsync(exception.Message).ConfigureAwait(false);
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        AddLog(builder);
        builder.Services.AddWampRouter(options => OptionsMap.Apply(_configuration, options));

        // For HTTP requests that never end.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        RouteOnSocketThreads(builder);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            BoundRequests(kestrel.Limits);
            BoundTime(kestrel.Limits, _configuration);
            foreach (var (index, listener) in _configuration.Listeners.Index())
            {
                Listen(kestrel, listener.Listen, listen =>
                {
                    listen.UseWampLimits(OptionsMap.ListenerName(index));
                    tls.GetValueOrDefault(index)?.Use(listen);
                    listen.UseWamp(listener.Path, OptionsMap.ListenerName(index));
                });
            }
        });
        var app = builder.Build();
        await using var disposal = app.ConfigureAwait(false);
        var paths = _configuration.Listeners.Select(listener => listener.Path).Distinct(StringComparer.Ordinal).ToList();
        foreach (var path in paths)
        {
            app.MapWamp(path);
        }

        app.MapGet("/", () => $"WAMP clients connect to {string.Join(" or ", paths)}.\n"); // whoever asks: so no word of what is behind it
        using var certificates = new Certificates(
            [.. tls.Values],
            app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Broker.Tls"),
            app.Services.GetRequiredService<TimeProvider>());
        return await RunAsync(app, cancellation).ConfigureAwait(false);
    }

    private void AddLog(WebApplicationBuilder builder)
    {
        var levels = new LogLevels(_configuration.Log);
        builder.Services.AddSingleton(levels);
        builder.Services.AddSingleton<IConfigureOptions<LoggerFilterOptions>>(levels);
        builder.Services.AddSingleton<IOptionsChangeTokenSource<LoggerFilterOptions>>(levels);

        // Those who log are the threads that serve clients: a reader of the log that does not read must not hold them up. The logger counts what it drops, and says so.
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
        if (_configuration.Log.Format == LogFormat.Json || (_configuration.Log.Format == LogFormat.Auto && Console.IsOutputRedirected))
        {
            builder.Logging.AddJsonConsole(console =>
            {
                (console.UseUtcTimestamp, console.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ");

                // No web page shows it.
                console.JsonWriterOptions = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
            });
        }
        else
        {
            builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss.fff "));
        }
    }

    /// <summary>
    /// Messages are read, routed and written on the threads that wait for the sockets, one for each processor, without a hop to the thread
    /// pool (docs/adr/0003). Nothing in this program blocks such a thread. An application that embeds the router keeps its own setting.
    /// </summary>
    private static void RouteOnSocketThreads(WebApplicationBuilder builder)
    {
        // The runtime reads this one before the first socket is made, and offers no other way to say it.
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        builder.WebHost.UseSockets(sockets =>
        {
            sockets.UnsafePreferInlineScheduling = true;
            sockets.CreateBoundListenSocket = ListenSocket.Bind;
        });
    }

    /// <summary>What comes through HTTP is an upgrade, or a request for a short page: no body, a short head, and soon.</summary>
    private static void BoundRequests(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = 0;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestHeaderCount = 100;
    }

    /// <summary>Each connection reads it anew.</summary>
    private static void BoundTime(KestrelServerLimits limits, BrokerConfiguration configuration)
    {
        limits.RequestHeadersTimeout = configuration.Limits.HandshakeTimeout;
        limits.KeepAliveTimeout = configuration.Limits.HandshakeTimeout;
    }

    private static void Listen(KestrelServerOptions kestrel, ListenAddress address, Action<ListenOptions> configure)
    {
        if (address.EndPoint is UnixDomainSocketEndPoint unix)
        {
            kestrel.ListenUnixSocket(unix.ToString()!, configure);
        }
        else
        {
            kestrel.Listen(address.EndPoint, configure);
        }
    }

    private async Task<int> RunAsync(WebApplication app, CancellationToken cancellation)
    {
        try
        {
            await app.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (StartFaults.Describe(exception, _configuration.Listeners.Select(listener => listener.Listen), ListenOption) is { } fault)
        {
            return await FailAsync(fault).ConfigureAwait(false);
        }

        OpsServer? ops = null;
        try
        {
            try
            {
                (ops, var warning) = await OpsServer.StartAsync(
                    reading,
                    new Readiness(app.Lifetime),
                    app.Services.GetRequiredService<WampRouter>(),
                    app.Services.GetRequiredService<ILoggerFactory>(),
                    cancellation).ConfigureAwait(false);
                if (warning is not null)
                {
                    await Console.Error.WriteLineAsync(warning).ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (StartFaults.Describe(exception, [_configuration.Ops?.Listen], OpsOption) is { } fault)
            {
                return await FailAsync(fault).ConfigureAwait(false);
            }

            using var reload = WatchFile(app.Services);
            var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
            Banner.Write(Console.Out, source, _configuration, [.. bound?.Addresses ?? []], ops?.Address);
            await app.WaitForShutdownAsync(cancellation).ConfigureAwait(false);
            return 0;
        }
        finally
        {
            if (ops is not null)
            {
                await ops.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Has the configuration read again when its files change, and on SIGHUP; without a file, SIGHUP is answered by a word in the log.</summary>
    private IDisposable WatchFile(IServiceProvider services)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Broker.Configuration");
        if (source.File is null)
        {
            return PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                ReloadLog.NoFile(logger);
            });
        }

        var reload = new ConfigurationReload(
            source, reading, services.GetRequiredService<WampRouter>(), services.GetRequiredService<LogLevels>(), logger)
        {
            Applied = configuration => BoundTime(services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits, configuration),
        };
        return new ReloadTriggers(reload, logger, services.GetRequiredService<TimeProvider>());
    }

    private static string? MakeRoom(ListenAddress? address, string option) =>
        address?.EndPoint is UnixDomainSocketEndPoint unix ? UnixSocketFile.MakeRoom(unix.ToString()!, option) : null;

    private static async Task<int> FailAsync(string fault)
    {
        await Console.Error.WriteLineAsync(fault).ConfigureAwait(false);
        return StartFault;
    }
}
