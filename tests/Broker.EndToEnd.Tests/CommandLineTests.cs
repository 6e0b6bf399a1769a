using System.Net;
using System.Net.Sockets;

namespace Broker.EndToEnd;

/// <summary>What the program says, and with which exit code it ends, when it is not used as it should be.</summary>
public sealed class CommandLineTests(SharedRouter router) : IDisposable
{
    private const int Success = 0;
    private const int StartFault = 1;
    private const int UsageFault = 2;

    private readonly string _folder = Directory.CreateTempSubdirectory("broker-").FullName;

    [Theory]
    [InlineData("'--nonsense'", "--nonsense")]
    [InlineData("'extra'", "extra")]
    [InlineData("--realm", "--realm")]
    [InlineData("HOST:PORT", "--listen", "foo")]
    [InlineData("HOST:PORT", "--listen", "127.0.0.1:80x")]
    [InlineData("HOST:PORT", "--listen", "127.0.0.1:99999")]
    [InlineData("HOST:PORT", "--listen", "127.0.0.1:0", "--listen", "")]
    [InlineData("'example' is no IP address", "--listen", "example:8080")]
    [InlineData("no absolute path", "--listen", "unix:relative")]
    [InlineData("--allow-anonymous", "--listen", "0.0.0.0:0")]
    [InlineData("--allow-anonymous", "--listen", "127.0.0.1:0", "--listen", "*:0")]
    [InlineData("'no uri' is no realm", "--realm", "no uri")]
    [InlineData("'' is no realm", "--realm", "")]
    [InlineData("'wamp.own' is no realm", "--realm", "realm1", "--realm", "wamp.own")]
    [InlineData("'ws' is no path", "--path", "ws")]
    [InlineData("'/' is no path", "--path", "/")]
    [InlineData("'/a b' is no path", "--path", "/a b")]
    [InlineData("'loud'", "--log-level", "loud")]
    [InlineData("HOST:PORT", "probe", "foo")]
    [InlineData("HOST:PORT", "probe", "tls:foo")]
    [InlineData("is no IP address", "probe", "tls:example:443")]
    [InlineData("'20' is no time to answer: write 1ms to 1d, such as 3s.", "probe", "--timeout", "20")]
    [InlineData("'0s' is no time to answer", "probe", "--timeout", "0s")]
    [InlineData("'25h' is no time to answer", "probe", "--timeout", "25h")]
    public Task A_wrong_command_line_is_explained_in_one_line(string part, params string[] arguments) => ExpectRefusalAsync(UsageFault, part, arguments);

    [Fact]
    public Task A_port_in_use_is_explained() => ExpectRefusalAsync(StartFault, "address already in use", "--listen", SharedAddress);

    [Fact]
    public Task An_address_of_another_machine_is_explained() =>
        ExpectRefusalAsync(StartFault, "Cannot listen", "--listen", "192.0.2.1:8080", "--allow-anonymous");

    [Fact]
    public Task A_socket_in_a_folder_that_is_not_there_is_explained() =>
        ExpectRefusalAsync(StartFault, "does not exist", "--listen", $"unix:{_folder}/none/s");

    [Fact]
    public async Task A_file_that_is_no_socket_is_left_alone()
    {
        var path = Path.Combine(_folder, "precious");
        await File.WriteAllTextAsync(path, "content", TestContext.Current.CancellationToken);

        await ExpectRefusalAsync(StartFault, "is no Unix domain socket", "--listen", $"unix:{path}");
        await ExpectRefusalAsync(StartFault, "is no Unix domain socket", "--listen", $"unix:{_folder}");

        Assert.Equal("content", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    [Trait("wamp", "RAW-17")]
    public async Task A_socket_that_another_program_serves_is_left_to_it()
    {
        var path = Path.Combine(_folder, "live");
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(path));
        other.Listen();

        await ExpectRefusalAsync(StartFault, "Another program listens", "--listen", $"unix:{path}");

        Assert.True(File.Exists(path));
    }

    [Fact]
    [Trait("wamp", "RAW-17")]
    public async Task Every_address_is_served_and_printed_and_a_stale_socket_replaced()
    {
        var path = Path.Combine(_folder, "stale");
        LeaveStaleSocket(path);
        await using var process = Start("--listen", "127.0.0.1:0", "--listen", "localhost:0", "--listen", $"unix:{path}", "--path", "/wamp", "--realm", "com.example.a", "--realm", "com.example.b");

        var printed = new List<string>();
        while (printed.Count < 3)
        {
            printed.Add(await process.ReadLineAsync() ?? throw process.Failure("It ended early"));
        }

        Assert.All(printed, line => Assert.EndsWith("realm com.example.a, com.example.b", line, StringComparison.Ordinal));
        Assert.All(printed[..2], line => Assert.Matches("^Broker listens on ws://127\\.0\\.0\\.1:[1-9][0-9]+/wamp \\(WebSocket\\) and tcp://127\\.0\\.0\\.1:[1-9][0-9]+ ", line));
        Assert.StartsWith($"Broker listens on unix:{path} (WebSocket, path /wamp, and RawSocket),", printed[2], StringComparison.Ordinal);
        foreach (var address in new[] { AddressOf(printed[0]), AddressOf(printed[1]), $"unix:{path}" })
        {
            await using var probe = Start("probe", address, "--timeout", "60s");
            Assert.Equal(Success, await probe.WaitForExitAsync());
        }

        await process.TerminateAsync();
        Assert.Equal(Success, await process.WaitForExitAsync());
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task A_probe_tells_by_its_exit_code_whether_a_router_answers()
    {
        await using (var probe = Start("probe", SharedAddress, "--timeout", "60s"))
        {
            Assert.Equal(Success, await probe.WaitForExitAsync());
        }

        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start();
        await ExpectRefusalAsync(StartFault, "within 3s.", "probe", $"127.0.0.1:{((IPEndPoint)deaf.LocalEndpoint).Port}");
        await ExpectRefusalAsync(StartFault, "within 10ms.", "probe", $"127.0.0.1:{((IPEndPoint)deaf.LocalEndpoint).Port}", "--timeout", "10ms");
        await ExpectRefusalAsync(StartFault, "No router answers", "probe", $"unix:{_folder}/nobody");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string SharedAddress => router.RawSocketUrl["tcp://".Length..];

    private static ChildProcess Start(params string[] arguments) => ChildProcess.Start("dotnet", [BuiltFiles.Router, .. arguments]);

    private static string AddressOf(string line) => line.Split("tcp://")[1].Split(' ')[0];

    private static async Task ExpectRefusalAsync(int exitCode, string part, params string[] arguments)
    {
        await using var process = Start(arguments);
        var printed = new List<string>();
        while (await process.ReadLineAsync() is { } line)
        {
            printed.Add(line);
        }

        Assert.Contains(part, Assert.Single(printed), StringComparison.Ordinal);
        Assert.Equal(exitCode, await process.WaitForExitAsync());
    }

    // A handle that is closed behind the back of the socket: its file stays, as that of a killed process does.
    private static void LeaveStaleSocket(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path + "~"));
        File.Move(path + "~", path);
    }
}
