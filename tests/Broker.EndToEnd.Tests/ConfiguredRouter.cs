namespace Broker.EndToEnd;

/// <summary>The built router as a program of its own, with a configuration file.</summary>
internal sealed class ConfiguredRouter : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly DirectoryInfo _folder;

    private ConfiguredRouter(ChildProcess process, DirectoryInfo folder)
    {
        _process = process;
        _folder = folder;
    }

    /// <summary>Where WebSockets of the first listener connect.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Where the pages for operators are.</summary>
    public Uri Ops { get; private set; } = null!;

    /// <summary>Starts it and waits until it says where it listens: clients first, then operators.</summary>
    public static async Task<ConfiguredRouter> StartAsync(string configuration)
    {
        var folder = Directory.CreateTempSubdirectory("broker");
        var file = Path.Combine(folder.FullName, "broker.json");
        await File.WriteAllTextAsync(file, configuration);
        var router = new ConfiguredRouter(ChildProcess.StartIn(folder.FullName, [("BROKER__OPS", null)], "dotnet", BuiltFiles.Router, "--config", file), folder);
        try
        {
            router.Url = Word(await router.ReadUntilAsync("Broker listens on"), "ws");
            var ops = Word(await router.ReadUntilAsync("Health and metrics"), "http://");
            router.Ops = new Uri(ops[..ops.LastIndexOf('/')] + "/");
            return router;
        }
        catch
        {
            await router.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has it take another configuration by SIGHUP, and waits until it says so.</summary>
    public async Task ReloadAsync(string configuration)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "broker.json"), configuration);
        await _process.HangUpAsync();
        await ReadUntilAsync("The configuration was reloaded");
    }

    /// <summary>Sends SIGTERM, waits for the end and gives the exit code.</summary>
    public async Task<int> StopAsync()
    {
        await _process.TerminateAsync();
        return await _process.WaitForExitAsync();
    }

    /// <summary>Reads what it says up to a line with <paramref name="text"/>.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        while (await _process.ReadLineAsync() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw _process.Failure($"It ended before it said '{text}'");
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string Word(string line, string start) => line.Split(' ').First(word => word.StartsWith(start, StringComparison.Ordinal));
}
