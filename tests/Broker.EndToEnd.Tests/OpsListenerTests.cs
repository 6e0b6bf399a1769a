using System.Net;
using System.Net.Sockets;

namespace Broker.EndToEnd;

/// <summary>The listener for operators: how it opens, what it serves, how it ends.</summary>
public sealed class OpsListenerTests : IDisposable
{
    private const int StartFault = 1;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("broker-ops");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_socket_that_a_killed_router_left_is_replaced()
    {
        var path = Path.Combine(_folder.FullName, "ops");
        using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            killed.Bind(new UnixDomainSocketEndPoint(path + "~"));
            File.Move(path + "~", path); // so that it is not removed with the socket
        }

        await using var router = Start($"unix:{path}");
        while (await router.ReadLineAsync() is { } line && !line.StartsWith("Health and metrics", StringComparison.Ordinal))
        {
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("GET /livez HTTP/1.0\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        Assert.EndsWith(" 200 OK", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_explained_by_the_key_that_names_it()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var taken = ((IPEndPoint)holder.LocalEndpoint).ToString();
        var path = Path.Combine(_folder.FullName, "live");
        using var live = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        live.Bind(new UnixDomainSocketEndPoint(path));
        live.Listen();

        await ExpectFaultAsync(taken, $"{taken}: address already in use: stop what listens there, or choose another address by ops.listen.");
        await ExpectFaultAsync($"unix:{path}", $"Another program listens on unix:{path}: stop it, or choose another path by ops.listen.");
        await ExpectFaultAsync("192.0.2.1:9090", "Cannot listen on 192.0.2.1:9090: Cannot assign requested address. Choose another address by ops.listen.");
    }

    [Fact]
    public async Task Half_a_request_does_not_hold_up_the_end()
    {
        await using var router = await ConfiguredRouter.StartAsync("""{ "listeners": [ { "listen": "127.0.0.1:0" } ], "ops": { "listen": "127.0.0.1:0" } }""");
        using var peer = new TcpClient();
        await peer.ConnectAsync("127.0.0.1", router.Ops.Port, TestContext.Current.CancellationToken);
        await peer.GetStream().WriteAsync("GET /live"u8.ToArray(), TestContext.Current.CancellationToken);

        // Far beyond what it takes, and before the 30 s for which a server waits for heads unless told otherwise.
        Assert.Equal(0, await router.StopAsync().WaitAsync(TimeSpan.FromSeconds(25), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("GET", "metrics", HttpStatusCode.OK)]
    [InlineData("HEAD", "metrics", HttpStatusCode.OK)]
    [InlineData("POST", "metrics", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "metrics/more", HttpStatusCode.NotFound)]
    [InlineData("HEAD", "trace", HttpStatusCode.OK)]
    [InlineData("HEAD", "livez", HttpStatusCode.OK)]
    public async Task A_page_is_read_and_nothing_else(string method, string path, HttpStatusCode expected)
    {
        await using var router = await ConfiguredRouter.StartAsync("""{ "listeners": [ { "listen": "127.0.0.1:0" } ], "ops": { "listen": "127.0.0.1:0" } }""");
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(router.Ops, path));
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Where_clients_connect_nothing_tells_what_serves_them()
    {
        await using var router = await RouterProcess.StartAsync();
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(router.WebSocketUrl.Replace("ws://", "http://", StringComparison.Ordinal)[..^"ws".Length]), TestContext.Current.CancellationToken);

        Assert.Equal("WAMP clients connect to /ws.\n", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.DoesNotContain("Broker", answer.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    private ChildProcess Start(string ops) => ChildProcess.StartIn(
        _folder.FullName, [("BROKER__OPS", null), ("BROKER__OPS__LISTEN", ops)], "dotnet", BuiltFiles.Router, "--listen", "127.0.0.1:0");

    private async Task ExpectFaultAsync(string ops, string fault)
    {
        await using var router = Start(ops);
        var printed = new List<string>();
        while (await router.ReadLineAsync() is { } line)
        {
            printed.Add(line);
        }

        Assert.EndsWith(fault, printed.Last(line => !line.StartsWith('{')), StringComparison.Ordinal);
        Assert.Equal(StartFault, await router.WaitForExitAsync());
    }
}
