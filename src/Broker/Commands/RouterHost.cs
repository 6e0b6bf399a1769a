using System.Net.Sockets;
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
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Broker.Commands;

/// <summary>Runs the router until it is told to stop.</summary>
/// <param name="source">Where the configuration comes from, to be read again.</param>
/// <param name="reading">The configuration, without faults.</param>
internal sealed class RouterHost(ConfigurationSource source, ConfigurationReading reading)
{
    /// <summary>The exit code when the router cannot start.</summary>
    public const int StartFault = 1;

    private readonly BrokerConfiguration _configuration = reading.Configuration;

    /// <summary>Runs and returns the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        foreach (var listener in _configuration.Listeners)
        {
            if (listener.Listen.EndPoint is UnixDomainSocketEndPoint unix && UnixSocketFile.MakeRoom(unix.ToString()!) is { } fault)
            {
                await Console.Error.WriteLineAsync(fault).ConfigureAwait(false);
                return StartFault;
            }
        }

        Dictionary<ListenerSection, TlsListener> tls;
        try
        {
            tls = _configuration.Listeners.Where(listener => listener.Tls is not null).ToDictionary(listener => listener, listener => new TlsListener(listener.Tls!));
            OptionsMap.Apply(_configuration, new WampRouterOptions()); // what files say now: later nobody could tell it in one sentence
        }
        catch (InvalidDataException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message).ConfigureAwait(false);
            return StartFault;
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
                    listen.UseWampLimits();
                    tls.GetValueOrDefault(listener)?.Use(listen);
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

        app.MapGet("/", () => $"Broker, a WAMP v2 router: connect a WAMP client to {string.Join(" or ", paths)}.\n");
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
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
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
        OpsServer? ops = null;
        try
        {
            try
            {
                await app.StartAsync(cancellation).ConfigureAwait(false);
                (ops, var warning) = await OpsServer.StartAsync(
                    reading, new Readiness(app.Lifetime), app.Services.GetRequiredService<WampRouter>(), cancellation).ConfigureAwait(false);
                if (warning is not null)
                {
                    await Console.Error.WriteLineAsync(warning).ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (Describe(exception) is { } fault)
            {
                await Console.Error.WriteLineAsync(fault).ConfigureAwait(false);
                return StartFault;
            }

            using var reload = source.File is null ? null : WatchFile(app.Services);
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

    /// <summary>
    /// Has the configuration read again when its files change, and on SIGHUP, which without a file ends the program as it does any other.
    /// </summary>
    private ReloadTriggers WatchFile(IServiceProvider services)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Broker.Configuration");
        var reload = new ConfigurationReload(
            source, reading, services.GetRequiredService<WampRouter>(), services.GetRequiredService<LogLevels>(), logger)
        {
            Applied = configuration => BoundTime(services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits, configuration),
        };
        return new ReloadTriggers(reload, logger, services.GetRequiredService<TimeProvider>());
    }

    /// <summary>One sentence for what the user can mend; null for anything else.</summary>
    private string? Describe(Exception exception) => exception switch
    {
        IOException { InnerException: AddressInUseException } inUse =>
            $"{inUse.Message.TrimEnd('.')}: stop what listens there, or choose another address by --listen.",
        IOException { InnerException: SocketException socket } => CannotListen(socket),
        SocketException socket => CannotListen(socket),
        OptionsValidationException options => string.Join('\n', options.Failures),
        UnauthorizedAccessException => exception.Message,
        _ => null,
    };

    private string CannotListen(SocketException fault) =>
        $"Cannot listen on {string.Join(" or ", _configuration.Listeners.Select(listener => listener.Listen))}: {fault.Message}. "
        + "Choose another address by --listen.";
}
