using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Broker.EndToEnd;

/// <summary>A collector gets the metrics by OTLP, as OpenTelemetry's variables say; what is wrong with them, or with it, is told.</summary>
public sealed class CollectorTests : IDisposable
{
    private const int StartFault = 1;

    /// <summary>The default address for operators.</summary>
    private const int OpsPort = 9090;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("broker-otlp");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task It_gets_them_though_the_default_address_for_operators_is_taken()
    {
        await using var collector = await Collector.StartAsync();
        using var other = Occupy(OpsPort);
        await using var router = Start(("BROKER__OPS", null), ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url));

        Assert.EndsWith(
            "The address 127.0.0.1:9090 is in use: this router has no listener for health and metrics, but tells the collector. Give it one by ops.listen, or none by ops = null.",
            await ReadUntilAsync(router, "127.0.0.1:9090 is in use"),
            StringComparison.Ordinal);
        await collector.ReceiveAsync("broker.connections");
    }

    [Theory]
    [InlineData("broker", "OTEL_METRIC_EXPORT_TIMEOUT", "10000")]
    [InlineData("com.example.named", "OTEL_SERVICE_NAME", "com.example.named")]
    [InlineData("com.example.named", "OTEL_RESOURCE_ATTRIBUTES", "service.name=com.example.named")]
    public async Task The_router_has_the_name_that_the_environment_gives_it(string name, string variable, string value)
    {
        await using var collector = await Collector.StartAsync();
        await using var router = Start(("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url), (variable, value));

        // In protobuf: the key, and the value with its tags and lengths.
        await collector.ReceiveAsync($"service.name\u0012{(char)(name.Length + 2)}\n{(char)name.Length}{name}");
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT is 'foo', which is no URL", "foo", "")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT is '127.0.0.1:4317', which is no URL", "127.0.0.1:4317", "")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT is 'grpc://127.0.0.1:4317', which is no URL", "grpc://127.0.0.1:4317", "")]
    [InlineData("Metrics cannot be sent as the variables OTEL_* ask for", "http://127.0.0.1:4317", "garbage")]
    [InlineData("Metrics cannot be sent as the variables OTEL_* ask for", "http://127.0.0.1:4317", "garbage", true)]
    public async Task A_variable_that_cannot_be_used_is_explained_in_one_line(string part, string endpoint, string headers, bool hasPage = false)
    {
        List<(string, string?)> variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint), ("OTEL_EXPORTER_OTLP_HEADERS", headers)];
        if (hasPage)
        {
            variables.AddRange([("BROKER__OPS", null), ("BROKER__OPS__LISTEN", "127.0.0.1:0")]);
        }

        await using var router = Start(variables);
        var printed = new List<string>();
        while (await router.ReadLineAsync() is { } line)
        {
            printed.Add(line);
        }

        Assert.Contains(part, Assert.Single(printed), StringComparison.Ordinal);
        Assert.Equal(StartFault, await router.WaitForExitAsync());
    }

    [Fact]
    public async Task That_it_cannot_be_reached_is_logged_without_the_stack_of_the_exception()
    {
        await using var router = Start(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"));

        var line = await ReadUntilAsync(router, "Metrics may not have reached the collector");

        Assert.Contains("\"EventId\":121", line, StringComparison.Ordinal);
        Assert.Contains("Connection refused", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
    }

    private ChildProcess Start(params IEnumerable<(string Name, string? Value)> environment) => ChildProcess.StartIn(
        _folder.FullName,
        [("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_METRIC_EXPORT_INTERVAL", "100"), .. environment],
        "dotnet",
        BuiltFiles.Router,
        "--listen",
        "127.0.0.1:0");

    private static async Task<string> ReadUntilAsync(ChildProcess process, string text)
    {
        while (await process.ReadLineAsync() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw process.Failure($"It ended before it said '{text}'");
    }

    /// <summary>Sees to it that somebody listens there: this test, or who does already.</summary>
    private static TcpListener Occupy(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            listener.Dispose();
        }

        return listener;
    }

    private sealed class Collector(WebApplication app, Channel<string> received) : IAsyncDisposable
    {
        public string Url => app.Urls.Single();

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var app = builder.Build();
            var received = Channel.CreateUnbounded<string>();
            app.MapPost("/v1/metrics", async (HttpContext http) =>
            {
                using var reader = new StreamReader(http.Request.Body, Encoding.Latin1);
                await received.Writer.WriteAsync(await reader.ReadToEndAsync());
            });
            await app.StartAsync(TestContext.Current.CancellationToken);
            return new Collector(app, received);
        }

        /// <summary>Waits for an export with <paramref name="text"/> among its bytes, taken as characters.</summary>
        public async Task ReceiveAsync(string text)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(TimeSpan.FromSeconds(60));
            while (!(await received.Reader.ReadAsync(limit.Token)).Contains(text, StringComparison.Ordinal))
            {
            }
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
