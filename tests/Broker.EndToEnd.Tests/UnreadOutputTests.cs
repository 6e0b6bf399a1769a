using System.Diagnostics;
using Broker.Client;

namespace Broker.EndToEnd;

/// <summary>The router serves its clients though nobody reads what it prints.</summary>
public sealed class UnreadOutputTests
{
    /// <summary>More entries than a pipe and the logger's queue hold: each session leaves several.</summary>
    private const int Sessions = 1500;

    [Theory]
    [InlineData("json")]
    [InlineData("console")]
    public async Task Entries_of_the_log_that_nobody_reads_are_dropped_and_counted_and_the_router_goes_on(string format)
    {
        var start = new ProcessStartInfo(
            "dotnet", [BuiltFiles.Router, "--listen", "127.0.0.1:0", "--log-level", "debug", "--set", $"log.format={format}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["BROKER__OPS"] = "null";
        using var router = Process.Start(start)!;
        try
        {
            var url = (await FindAsync(router.StandardOutput, "Broker listens on")).Split(' ').First(word => word.StartsWith("ws://", StringComparison.Ordinal));
            for (var i = 0; i < Sessions; i++)
            {
                await JoinAndLeaveAsync(url);
            }

            // From now on somebody does.
            var rest = router.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var told = FindAsync(router.StandardError, "dropped because of queue size limit");
            while (!told.IsCompleted)
            {
                await JoinAndLeaveAsync(url);
            }

            await told;
            router.Kill();
            await rest;
        }
        finally
        {
            router.Kill();
            await router.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task JoinAndLeaveAsync(string url)
    {
        await using var client = await WampClient.ConnectAsync(url, "realm1", TestContext.Current.CancellationToken);
    }

    private static async Task<string> FindAsync(StreamReader output, string text)
    {
        while (await output.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"The router ended before it said '{text}'.");
    }
}
