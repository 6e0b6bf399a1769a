using System.Text.Json;

namespace Broker.EndToEnd;

/// <summary>The load tool against the router: nothing is lost and nothing overtakes, in any scenario. Says nothing about speed.</summary>
public sealed class LoadTestTests(SharedRouter router)
{
    [Theory]
    [InlineData("fanout", "websocket", "json")]
    [InlineData("fanout", "rawsocket", "cbor")]
    [InlineData("pairs", "websocket", "msgpack")]
    [InlineData("pairs", "rawsocket", "json")]
    [InlineData("telemetry", "websocket", "cbor")]
    [InlineData("telemetry", "rawsocket", "msgpack")]
    [InlineData("rpc", "websocket", "json")]
    [InlineData("rpc", "rawsocket", "cbor")]
    [InlineData("connect", "websocket", "msgpack")]
    [InlineData("connect", "rawsocket", "json")]
    [InlineData("idle", "websocket", "cbor")]
    [InlineData("idle", "rawsocket", "msgpack")]
    [Trait("wamp", "ORD-01")]
    public async Task A_second_of_load_loses_nothing_and_keeps_the_order(string scenario, string transport, string serializer)
    {
        await using var tool = Start(
            scenario, "--url", router.Url(transport), "--serializer", serializer, "--subscribers", "20", "--duration", "1", "--warmup", "0", "--json");

        var report = await ReadReportAsync(tool);
        var exitCode = await tool.WaitForExitAsync();

        Assert.True(exitCode == 0, $"Exit code {exitCode}: {report}");
        Assert.Equal(0, report.GetProperty("lost").GetInt64());
        Assert.Equal(0, report.GetProperty("out_of_order").GetInt64());
        Assert.Equal(0, report.GetProperty("errors").GetInt64());
        Assert.True(report.GetProperty("count").GetInt64() > 0, "Nothing was delivered at all.");
    }

    [Theory]
    [InlineData("telemetry")]
    [InlineData("rpc")]
    [InlineData("connect")]
    public async Task At_a_rate_nothing_is_lost_either(string scenario)
    {
        await using var tool = Start(
            scenario, "--url", router.WebSocketUrl, "--subscribers", "2", "--rate", "200", "--duration", "1", "--warmup", "0", "--json");

        var report = await ReadReportAsync(tool);

        Assert.Equal(0, await tool.WaitForExitAsync());
        Assert.Equal(0, report.GetProperty("lost").GetInt64());
        Assert.True(report.GetProperty("count").GetInt64() > 0, "Nothing was delivered at all.");
    }

    [Fact]
    public async Task SIGTERM_ends_the_measuring_and_the_report_follows()
    {
        await using var tool = Start("pairs", "--url", router.WebSocketUrl, "--duration", "600", "--warmup", "0", "--json");
        while (await tool.ReadLineAsync() is { } line && !line.StartsWith("measuring", StringComparison.Ordinal))
        {
            // It has not begun to measure.
        }

        await tool.TerminateAsync();
        var report = await ReadReportAsync(tool);

        Assert.Equal(0, await tool.WaitForExitAsync());
        Assert.Equal(0, report.GetProperty("lost").GetInt64());
    }

    [Fact]
    public async Task When_the_router_dies_the_exit_code_is_1_and_the_report_says_why()
    {
        await using var doomed = await RouterProcess.StartAsync();
        await using var tool = Start("idle", "--url", doomed.WebSocketUrl, "--subscribers", "5", "--duration", "600", "--json");
        while (await tool.ReadLineAsync() is { } line && !line.StartsWith("measuring", StringComparison.Ordinal))
        {
            // The sessions are joining.
        }

        await doomed.StopAsync();
        while (await tool.ReadLineAsync() is { } line && !line.EndsWith("  5 errors", StringComparison.Ordinal))
        {
            // It has not heard of the end of all sessions.
        }

        await tool.TerminateAsync();
        var report = await ReadReportAsync(tool);

        Assert.Equal(1, await tool.WaitForExitAsync());
        Assert.Equal(5, report.GetProperty("lost").GetInt64());
        Assert.Contains("wamp.close.system_shutdown", report.GetProperty("first_error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("websocket", "silent-sessions")]
    [InlineData("websocket", "one-byte-frames")]
    [InlineData("websocket", "retained-storm")]
    [InlineData("rawsocket", "unread-events")]
    [InlineData("rawsocket", "call-storm")]
    public async Task A_pair_that_behaves_loses_nothing_beside_an_attack(string transport, string attack)
    {
        await using var tool = Start("attack", attack, "--url", router.Url(transport), "--duration", "1", "--json");

        var report = await ReadReportAsync(tool);

        Assert.Equal(0, await tool.WaitForExitAsync());
        Assert.Equal(attack, report.GetProperty("attack").GetString());
        Assert.Equal((0, 0), (report.GetProperty("lost").GetInt64(), report.GetProperty("errors").GetInt64()));
        Assert.True(report.GetProperty("count").GetInt64() > 0, "There was no round trip at all.");
        Assert.True(report.GetProperty("done").GetInt64() > 0, "The attack did nothing.");
    }

    [Theory]
    [InlineData(
        "'storm' is no attack: write none, silent-connections, slow-handshakes, silent-sessions, unread-events, ping-flood, one-byte-frames, "
        + "subscribe-storm, retained-storm, register-storm, call-storm, wrong-logins, join-storm.", "attack", "storm")]
    [InlineData("'storm' is no scenario: write fanout, pairs, telemetry, rpc, connect or idle.", "storm")]
    [InlineData("'xml' is no serializer: write json, msgpack or cbor.", "rpc", "--serializer", "xml")]
    [InlineData("--window is a number from 1 to 100000, not 'many'.", "rpc", "--window", "many")]
    [InlineData(
        "'http://127.0.0.1' is no router's address: write ws://HOST:PORT/PATH for WebSocket or tcp://HOST:PORT for RawSocket.",
        "rpc", "--url", "http://127.0.0.1")]
    public async Task What_cannot_be_run_is_one_sentence_and_exit_code_2(string sentence, params string[] arguments)
    {
        await using var tool = Start(arguments);

        var line = await tool.ReadLineAsync();
        var next = await tool.ReadLineAsync();

        Assert.Equal(sentence, line);
        Assert.Null(next);
        Assert.Equal(2, await tool.WaitForExitAsync());
    }

    private static ChildProcess Start(params IReadOnlyList<string> arguments) =>
        ChildProcess.Start("dotnet", [BuiltFiles.LoadTest, .. arguments]);

    private static async Task<JsonElement> ReadReportAsync(ChildProcess tool)
    {
        while (await tool.ReadLineAsync() is { } line)
        {
            if (line.StartsWith('{'))
                return JsonElement.Parse(line);
        }

        throw tool.Failure($"It ended with exit code {await tool.WaitForExitAsync()} and without a report");
    }
}
