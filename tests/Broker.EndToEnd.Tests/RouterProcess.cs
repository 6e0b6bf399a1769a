using System.Globalization;

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
        const string RawSocket = "tcp://127.0.0.1:";
        var process = ChildProcess.Start("dotnet", BuiltFiles.Router, "--listen", "127.0.0.1:0");
        try
        {
            while (await process.ReadLineAsync() is { } line)
            {
                if (line.IndexOf(RawSocket, StringComparison.Ordinal) is >= 0 and var at)
                {
                    var port = line[(at + RawSocket.Length)..].Split(' ')[0];
                    return new RouterProcess(process, int.Parse(port, CultureInfo.InvariantCulture));
                }
            }

            throw process.Failure($"It ended with exit code {await process.WaitForExitAsync()} before it listened");
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
}
