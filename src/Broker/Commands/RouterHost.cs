using System.Net;
using System.Net.Sockets;
using Broker.Realms;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Broker.Commands;

/// <summary>Runs the router until it is told to stop.</summary>
internal static class RouterHost
{
    /// <summary>The exit code when the router cannot start.</summary>
    public const int StartFault = 1;

    /// <summary>Runs and returns the exit code.</summary>
    public static async Task<int> RunAsync(RunSettings settings, CancellationToken cancellation)
    {
        foreach (var address in settings.Listen)
        {
            if (address.EndPoint is UnixDomainSocketEndPoint unix && UnixSocketFile.MakeRoom(unix.ToString()!) is { } fault)
            {
                await Console.Error.WriteLineAsync(fault).ConfigureAwait(false);
                return StartFault;
            }
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(settings.LogLevel);
        builder.Logging.AddFilter("Microsoft", level => level >= LogLevel.Warning && level >= settings.LogLevel);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None); // why a start failed is said in one sentence
        builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss.fff "));
        builder.Services.AddWampRouter(options =>
        {
            options.Realms.Clear();
            foreach (var realm in settings.Realms)
            {
                options.Realms[realm] = new RealmOptions();
            }

            options.AllowAnonymousFromAnywhere = settings.AllowAnonymous;
            foreach (var origin in settings.AllowedOrigins)
            {
                options.AllowedOrigins.Add(origin);
            }
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10)); // for HTTP requests that never end
        RouteOnSocketThreads(builder);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (var address in settings.Listen)
            {
                Listen(kestrel, address, settings.Path);
            }
        });
        var app = builder.Build();
        await using var disposal = app.ConfigureAwait(false);
        app.MapWamp(settings.Path);
        app.MapGet("/", () => $"Broker, a WAMP v2 router: connect a WAMP client to {settings.Path}.\n");
        return await RunAsync(app, settings, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Messages are read, routed and written on the threads that wait for the sockets, one for each processor, without a hop to the thread pool
    /// (docs/adr/0003). Nothing in this program blocks such a thread. An application that embeds the router keeps its own setting.
    /// </summary>
    private static void RouteOnSocketThreads(WebApplicationBuilder builder)
    {
        // The runtime reads this one before the first socket is made, and offers no other way to say it.
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
    }

    private static void Listen(KestrelServerOptions kestrel, ListenAddress address, string path)
    {
        if (address.EndPoint is UnixDomainSocketEndPoint unix)
        {
            kestrel.ListenUnixSocket(unix.ToString()!, listen => listen.UseWamp(path));
        }
        else
        {
            kestrel.Listen(address.EndPoint, listen => listen.UseWamp(path));
        }
    }

    private static async Task<int> RunAsync(WebApplication app, RunSettings settings, CancellationToken cancellation)
    {
        try
        {
            await app.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (Describe(exception, settings) is { } fault)
        {
            await Console.Error.WriteLineAsync(fault).ConfigureAwait(false);
            return StartFault;
        }

        Banner.Write(Console.Out, settings, app.Services.GetRequiredService<IServer>());
        await app.WaitForShutdownAsync(cancellation).ConfigureAwait(false);
        return 0;
    }

    /// <summary>One sentence for what the user can mend; null for anything else.</summary>
    private static string? Describe(Exception exception, RunSettings settings) => exception switch
    {
        IOException { InnerException: AddressInUseException } inUse => $"{inUse.Message.TrimEnd('.')}: stop what listens there, or choose another address by --listen.",
        IOException { InnerException: SocketException socket } => CannotListen(settings, socket),
        SocketException socket => CannotListen(settings, socket),
        Microsoft.Extensions.Options.OptionsValidationException options => string.Join('\n', options.Failures),
        UnauthorizedAccessException => exception.Message,
        _ => null,
    };

    private static string CannotListen(RunSettings settings, SocketException fault) =>
        $"Cannot listen on {string.Join(" or ", settings.Listen)}: {fault.Message}. Choose another address by --listen.";
}
