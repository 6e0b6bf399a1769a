using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Broker.EndToEnd;

/// <summary>The built router as a program of its own, on a port of its own.</summary>
internal sealed class RouterProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private RouterProcess(ChildProcess process, int port)
    {
        _process = process;
        Port = port;
    }

    public const string Realm = "realm1";

    public int Port { get; }

    public string WebSocketUrl => string.Create(CultureInfo.InvariantCulture, $"ws://127.0.0.1:{Port}/ws");

    /// <summary>The RawSocket address, in the form the foreign peers take.</summary>
    public string RawSocketUrl => string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{Port}");

    /// <summary>Starts a router and waits until it says that it listens.</summary>
    public static async Task<RouterProcess> StartAsync()
    {
        var port = FindFreePort();
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        var process = ChildProcess.Start("dotnet", BuiltFiles.Router, "--listen", address);
        try
        {
            while (await process.ReadLineAsync() is { } line)
            {
                if (line.Contains(address, StringComparison.Ordinal))
                    return new RouterProcess(process, port);
            }

            throw process.Failure($"It ended with exit code {await process.WaitForExitAsync()} before it listened on {address}");
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends SIGTERM and waits for the end; fails unless the exit code is 0.</summary>
    public async Task StopAsync()
    {
        await _process.TerminateAsync();
        var exitCode = await _process.WaitForExitAsync();
        if (exitCode != 0)
            throw _process.Failure($"It ended with exit code {exitCode}");
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    // Below the range from which systems take ports for outgoing connections, so that no client takes it in between.
    private static int FindFreePort()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(20_000, 32_000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                continue;
            }
        }
    }
}
