using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Broker.Client;

namespace Broker.EndToEnd;

/// <summary>The program and its configuration: how it is checked, shown and written, and how a running router takes another one.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private const int Success = 0;
    private const int Refusal = 1;
    private const int UsageFault = 2;
    private const string Page = "https://app.example.com";
    private const string OtherPage = "https://other.example.com";

    private readonly string _folder = Directory.CreateTempSubdirectory("broker-").FullName;

    [Fact]
    public async Task Every_fault_is_told_on_a_line_and_nothing_starts()
    {
        Write("broker.json", "{\n  \"limits\": { \"mesage_size\": \"1MiB\" },\n  \"close_timeout\": 2\n}");
        string[] faults =
        [
            "broker.json:2: limits.mesage_size: there is no such key: did you mean 'message_size'?",
            "broker.json:3: close_timeout: this must be a duration: write a whole number and its unit, ms, s, m, h or d, such as 20s, in quotes.",
        ];

        await ExpectAsync(UsageFault, faults, []);
        await ExpectAsync(UsageFault, faults, [], "check");
        await ExpectAsync(UsageFault, faults, [], "check", "broker.json");
        await ExpectAsync(UsageFault, faults, [], "print-effective");
    }

    [Fact]
    public async Task A_file_that_is_in_order_is_said_to_be()
    {
        Write("other.json", """{ "realms": [ { "name": "${env:REALM}" } ] }""");

        await ExpectAsync(Success, ["other.json is in order."], [("REALM", "a")], "check", "other.json");
        await ExpectAsync(UsageFault, ["other.json:1: realms.0.name: the environment variable REALM is not set."], [], "check", "other.json");
    }

    [Fact]
    public async Task What_may_not_be_meant_is_told_and_no_fault()
    {
        Write("broker.json", """
            { "realms": [ { "name": "a", "roles": [ { "name": "anonymous", "permissions": [
              { "uri": "com.secret.", "match": "prefix" },
              { "uri": "com..", "match": "wildcard", "allow": { "call": true } } ] } ] } ] }
            """);

        await ExpectAsync(
            Success,
            [
                "Warning: broker.json:3: realms.0.roles.0.permissions.1.uri: the wildcard 'com..' decides about URIs below 'com.secret.', too, and allows what "
                + "that prefix denies: wildcards go before prefixes.",
                "broker.json is in order.",
            ],
            [],
            "check");
    }

    /// <summary>Who does not get on with the handshake: HTTP in the open, TLS behind it.</summary>
    [Theory]
    [InlineData(0, "POST /x HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData(0, "")]
    [InlineData(1, "")]
    public async Task The_time_for_a_handshake_changes_while_the_router_runs(int listener, string sent)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(90));
        Write("c.pem", certificate.ExportCertificatePem());
        Write("k.pem", key.ExportPkcs8PrivateKeyPem());
        string With(string time) => $$"""
            {
              "listeners": [ { "listen": "127.0.0.1:0" }, { "listen": "127.0.0.1:0", "tls": { "cert": "{{_folder}}/c.pem", "key": "{{_folder}}/k.pem" } } ],
              "limits": { "handshake_timeout": "{{time}}" }
            }
            """;
        Write("broker.json", With("1d"));
        await using var process = Start([]);
        string?[] lines = [await process.ReadLineAsync(), await process.ReadLineAsync()];
        Write("broker.json", With("1s"));
        await process.HangUpAsync();
        await ReadUntilAsync(process, "was reloaded");

        var port = new Uri(UrlOf(lines[listener])).Port;
        if (listener == 1)
        {
            await HandshakeAsync(port, (_, shown, _, _) => shown!.Subject == certificate.Subject); // who gets on with it has no trouble
        }

        using var client = new TcpClient("127.0.0.1", port);
        await UntilEndAsync(client.GetStream(), sent);
    }

    [Fact]
    public async Task Every_value_is_printed_with_its_origin()
    {
        Write("broker.json", "{\n \"limits\": { \"nesting\": 8 } }");

        var (exitCode, printed) = await RunAsync([("BROKER__LIMITS__URI_LENGTH", "99")], "print-effective", "--set", "limits.message_size=4MiB", "--realm", "a");

        Assert.Equal(Success, exitCode);
        var lines = printed.Select(line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.Superset(
            new HashSet<string>
            {
                "limits.nesting = 8|broker.json:2",
                "limits.uri_length = 99|BROKER__LIMITS__URI_LENGTH",
                "limits.message_size = \"4MiB\"|--set",
                "realms.0.name = \"a\"|--realm",
                "close_timeout = \"2s\"|default",
            },
            lines.Select(line => string.Join('|', line)).ToHashSet());
    }

    [Fact]
    public async Task A_starting_file_is_written_once_and_is_in_order()
    {
        var (exitCode, _) = await RunAsync([], "init");
        var text = await File.ReadAllTextAsync(Path.Combine(_folder, "broker.json"));

        Assert.Equal(Success, exitCode);
        await ExpectAsync(Success, ["broker.json is in order."], [], "check");
        Assert.True(File.Exists(Path.Combine(_folder, "broker.schema.json")));
        await ExpectAsync(Refusal, ["broker.json exists and is left as it is: name another file."], [], "init");
        Assert.Equal(text, await File.ReadAllTextAsync(Path.Combine(_folder, "broker.json")));
    }

    [Theory]
    [InlineData("check")]
    [InlineData("init")]
    [InlineData("import-crossbar")]
    [InlineData("new-key")]
    public async Task An_option_that_there_is_not_is_no_file(string verb)
    {
        await ExpectAsync(UsageFault, ["There is no option '--bogus' here; a file of that name is './--bogus'."], [], verb, "--bogus");

        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public async Task The_schema_lies_beside_the_program()
    {
        var (exitCode, printed) = await RunAsync([], "schema");

        Assert.Equal(Success, exitCode);
        Assert.Equal(await File.ReadAllLinesAsync(Path.Combine(Path.GetDirectoryName(BuiltFiles.Router)!, "broker.schema.json")), printed);
    }

    [Fact]
    public async Task A_configuration_of_Crossbar_is_converted_and_the_differences_told()
    {
        Write("config.json", """
            { "version": 2, "workers": [ { "type": "router", "realms": [ { "name": "a", "roles": [] } ],
              "transports": [ { "type": "rawsocket", "endpoint": { "type": "tcp", "port": 8080, "interface": "127.0.0.1" } } ] } ] }
            """);

        var (exitCode, printed) = await RunAsync([], "import-crossbar", "config.json");

        Assert.Equal(Success, exitCode);
        Assert.Contains("      \"listen\": \"127.0.0.1:8080\"", printed);
        Assert.Contains(printed, line => line.StartsWith("Differs: ", StringComparison.Ordinal));
        Assert.Equal(UsageFault, (await RunAsync([], "import-crossbar", "none.json")).ExitCode);
    }

    [Fact]
    public async Task The_file_in_the_working_directory_is_taken_and_flags_and_environment_overrule_it()
    {
        Write("broker.json", """
            {
              "listeners": [ { "listen": "127.0.0.1:0", "path": "/one" }, { "listen": "127.0.0.1:0", "path": "/two" } ],
              "realms": [ { "name": "com.example.a" } ]
            }
            """);
        await using var process = Start([("BROKER__REALMS__0__NAME", "com.example.b")], "--set", "listeners.1.path=/three");

        var (one, two) = (await process.ReadLineAsync(), await process.ReadLineAsync());
        Assert.EndsWith("realm com.example.b", one, StringComparison.Ordinal);
        Assert.Equal("Its configuration is broker.json, read again when it changes.", await process.ReadLineAsync());
        Assert.EndsWith("/one", UrlOf(one), StringComparison.Ordinal);
        Assert.EndsWith("/three", UrlOf(two), StringComparison.Ordinal);
        await using var client = await WampClient.ConnectAsync(UrlOf(one), "com.example.b");
        await Assert.ThrowsAnyAsync<Exception>(() => WampClient.ConnectAsync(UrlOf(one).Replace("/one", "/three"), "com.example.b"));
    }

    [Theory]
    [InlineData("rename")]
    [InlineData("link")]
    [InlineData("hangup")]
    public async Task A_running_router_takes_a_new_configuration_and_keeps_its_sessions(string way)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "v1"));
        Write("v1/broker.json", With(Page));
        Link("v1", "..data");
        Link("..data/broker.json", "broker.json");
        await using var process = Start([]);
        var url = UrlOf(await process.ReadLineAsync());
        await using var client = await WampClient.ConnectAsync(url, "realm1");
        Assert.Equal((true, false), (await MayConnectAsync(url, Page), await MayConnectAsync(url, OtherPage)));

        await ReplaceAsync(With(OtherPage), way, process);

        var line = await ReadUntilAsync(process, "configuration");
        Assert.Contains("The configuration was reloaded: listeners.0.origins.0", line, StringComparison.Ordinal);
        Assert.Equal((false, true), (await MayConnectAsync(url, Page), await MayConnectAsync(url, OtherPage)));
        Assert.True(await client.CallAsync<long>("wamp.session.count") >= 1);

        await ReplaceAsync(With(Page).Replace("origins", "orgins", StringComparison.Ordinal), way, process);

        line = await ReadUntilAsync(process, "configuration");
        Assert.Contains("is rejected, and nothing has changed: broker.json:1: listeners.0.orgins: there is no such key: did you mean 'origins'?", line, StringComparison.Ordinal);
        Assert.Equal((false, true), (await MayConnectAsync(url, Page), await MayConnectAsync(url, OtherPage)));
        await process.TerminateAsync();
        Assert.Equal(Success, await process.WaitForExitAsync());
    }

    [Fact]
    public async Task Levels_of_the_log_change_while_the_router_runs()
    {
        Write("broker.json", """{ "listeners": [ { "listen": "127.0.0.1:0" } ] }""");
        await using var process = Start([]);
        var url = UrlOf(await process.ReadLineAsync());

        Write("broker.json", """{ "listeners": [ { "listen": "127.0.0.1:0" } ], "log": { "levels": { "Broker.Router": "debug" } } }""");
        await process.HangUpAsync();
        await ReadUntilAsync(process, "was reloaded");
        await using (await WampClient.ConnectAsync(url, "realm1"))
        {
            await ReadUntilAsync(process, "joined realm realm1");
        }
    }

    [Fact]
    public async Task For_development_everybody_may_join_and_the_router_says_so()
    {
        await using var process = Start([], "--dev", "--listen", "0.0.0.0:0");

        var url = UrlOf(await process.ReadLineAsync()).Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal);
        Assert.StartsWith("INSECURE, because of --dev: ", await process.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal((true, false), (await MayConnectAsync(url, "http://localhost:3000"), await MayConnectAsync(url, Page)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string With(string origin) => $$"""{ "listeners": [ { "listen": "127.0.0.1:0", "origins": ["{{origin}}"] } ] }""";

    private static string UrlOf(string? line) => line!.Split("listens on ")[1].Split(' ')[0];

    /// <summary>Shakes hands as a client of TLS. The second that the router gives may be too short on a busy machine: then once more, for a minute at most.</summary>
    private static async Task HandshakeAsync(int port, RemoteCertificateValidationCallback isRight)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            using var client = new TcpClient("127.0.0.1", port);
            await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, isRight);
            try
            {
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, limit.Token);
                return;
            }
            catch (Exception exception) when (exception is IOException or AuthenticationException && !limit.IsCancellationRequested)
            {
            }
        }
    }

    /// <summary>Sends this, which the router may no longer take, and reads until it closes or resets the connection.</summary>
    private static async Task UntilEndAsync(Stream stream, string sent)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(sent), limit.Token);
            while (await stream.ReadAsync(new byte[1024], limit.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
        }
    }

    private static async Task<bool> MayConnectAsync(string url, string origin)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", origin);
        socket.Options.AddSubProtocol("wamp.2.json");
        try
        {
            await socket.ConnectAsync(new Uri(url), TestContext.Current.CancellationToken);
            return true;
        }
        catch (WebSocketException exception) when (exception.Message.Contains("403", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private static async Task<string> ReadUntilAsync(ChildProcess process, string part)
    {
        while (await process.ReadLineAsync() is { } line)
        {
            if (line.Contains(part, StringComparison.Ordinal) && !line.StartsWith("Its", StringComparison.Ordinal))
                return line;
        }

        throw process.Failure($"It ended without a line with '{part}'");
    }

    /// <summary>Puts another text in the file's place: as editors do, without SIGHUP or with it, or as Kubernetes does.</summary>
    private async Task ReplaceAsync(string text, string way, ChildProcess process)
    {
        switch (way)
        {
            case "link":
                var next = $"v{Guid.NewGuid():N}";
                Directory.CreateDirectory(Path.Combine(_folder, next));
                Write($"{next}/broker.json", text);
                Link(next, "..data_tmp");
                using (var move = Process.Start("mv", ["-T", Path.Combine(_folder, "..data_tmp"), Path.Combine(_folder, "..data")]))
                    await move.WaitForExitAsync(TestContext.Current.CancellationToken);
                break;
            default: // not in place: the router, which watches the file, might read the half of it
                Write("broker.json~", text);
                File.Move(Path.Combine(_folder, "broker.json~"), Path.Combine(_folder, "broker.json"), overwrite: true);
                if (way == "hangup")
                    await process.HangUpAsync();

                break;
        }
    }

    private void Link(string target, string name) => File.CreateSymbolicLink(Path.Combine(_folder, name), target);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private ChildProcess Start(IEnumerable<(string Name, string Value)> environment, params string[] arguments) =>
        ChildProcess.StartIn(_folder, environment.Select(one => (one.Name, (string?)one.Value)), "dotnet", [BuiltFiles.Router, .. arguments]);

    private async Task ExpectAsync(int exitCode, string[] lines, IEnumerable<(string Name, string Value)> environment, params string[] arguments)
    {
        var ended = await RunAsync(environment, arguments);
        Assert.Equal(lines, ended.Lines);
        Assert.Equal(exitCode, ended.ExitCode);
    }

    private async Task<(int ExitCode, IReadOnlyList<string> Lines)> RunAsync(IEnumerable<(string Name, string Value)> environment, params string[] arguments)
    {
        await using var process = Start(environment, arguments);
        var lines = new List<string>();
        while (await process.ReadLineAsync() is { } line)
        {
            lines.Add(line);
        }

        return (await process.WaitForExitAsync(), lines);
    }
}
