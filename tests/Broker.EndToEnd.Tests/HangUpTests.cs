using System.Diagnostics;

namespace Broker.EndToEnd;

/// <summary>SIGHUP has the configuration read again, and ends nothing.</summary>
public sealed class HangUpTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("broker-hup");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Without_a_file_the_log_says_that_there_is_nothing_to_read_and_the_router_goes_on()
    {
        await using var router = ChildProcess.StartIn(_folder.FullName, [], "dotnet", BuiltFiles.Router, "--listen", "127.0.0.1:0");
        await ReadUntilAsync(router, "Broker listens on");

        await router.HangUpAsync();
        await ReadUntilAsync(router, "there is no configuration file to read again");

        await router.TerminateAsync();
        Assert.Equal(0, await router.WaitForExitAsync());
    }

    [Fact]
    public async Task While_the_router_starts_it_does_not_end_for_it()
    {
        var file = Path.Combine(_folder.FullName, "broker.json");
        using (var make = Process.Start("mkfifo", [file]))
        {
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await using var router = ChildProcess.StartIn(_folder.FullName, [], "dotnet", BuiltFiles.Router);

        // Opens once the router reads its configuration, which comes to an end when this is closed.
        await using (var pipe = await Task.Run(() => new FileStream(file, FileMode.Open, FileAccess.Write), TestContext.Current.CancellationToken))
        {
            await router.HangUpAsync();
            var text = file + "~";
            await File.WriteAllTextAsync(text, """{ "listeners": [ { "listen": "127.0.0.1:0" } ] }""", TestContext.Current.CancellationToken);
            await pipe.WriteAsync(await File.ReadAllBytesAsync(text, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
            File.Move(text, file, overwrite: true); // for when it looks at the file again
        }

        await ReadUntilAsync(router, "Broker listens on");
        await router.TerminateAsync();
        Assert.Equal(0, await router.WaitForExitAsync());
    }

    private static async Task ReadUntilAsync(ChildProcess process, string text)
    {
        while (await process.ReadLineAsync() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        throw process.Failure($"It ended before it said '{text}'");
    }
}
