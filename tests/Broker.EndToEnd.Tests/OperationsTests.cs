using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Broker.Client;

namespace Broker.EndToEnd;

/// <summary>What operators rely on: health, metrics, certificates.</summary>
public sealed class OperationsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("broker-ops");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Metrics_tell_of_each_message_exactly_and_are_not_served_to_clients()
    {
        await using var router = await ConfiguredRouter.StartAsync("""{ "listeners": [ { "listen": "127.0.0.1:0" } ], "ops": { "listen": "127.0.0.1:0" } }""");
        using var http = new HttpClient();
        await using (var client = await WampClient.ConnectAsync(router.Url, "realm1", TestContext.Current.CancellationToken))
        {
            var events = new TaskCompletionSource<string>();
            await client.SubscribeAsync("com.example.topic", e => events.TrySetResult(e.Arguments.Get<string>(0)!));
            for (var i = 0; i < 3; i++)
            {
                await client.PublishAcknowledgedAsync("com.example.topic", ["hello"], new PublishOptions { ExcludeMe = false });
            }

            Assert.Equal("hello", await events.Task);
            await client.RegisterAsync("com.example.echo", (string text, CancellationToken _) => ValueTask.FromResult(text));
            Assert.Equal("hello", await client.CallAsync<string>("com.example.echo", ["hello"]));
            var metrics = await http.GetStringAsync(new Uri(router.Ops, "metrics"), TestContext.Current.CancellationToken);
            Assert.Equal("3", Value(metrics, "broker_messages_total", "direction=\"received\"", "type=\"publish\""));
            Assert.Equal("3", Value(metrics, "broker_messages_total", "direction=\"sent\"", "type=\"published\""));
            Assert.Equal("3", Value(metrics, "broker_messages_total", "direction=\"sent\"", "type=\"event\""));
            Assert.Equal("1", Value(metrics, "broker_sessions", "realm=\"realm1\""));
            Assert.Equal("0", Value(metrics, "broker_calls_pending", "realm=\"realm1\""));
            Assert.Equal("1", Value(metrics, "broker_calls_duration_seconds_count", "outcome=\"result\""));
            Assert.Equal("1", Value(metrics, "broker_calls_duration_seconds_bucket", "outcome=\"result\"", "le=\"60\""));
            Assert.Matches("broker_calls_duration_seconds_bucket.*le=\"0.0001\"", metrics);
            Assert.Contains("dotnet_gc_collections_total", metrics, StringComparison.Ordinal);
        }

        using var answer = await http.GetAsync(new Uri(router.Url.Replace("ws:", "http:", StringComparison.Ordinal).Replace("/ws", "/metrics", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task All_that_the_page_of_metrics_offers_is_listed_in_the_documentation_and_all_gauges_listed_are_there()
    {
        await using var router = await ConfiguredRouter.StartAsync("""{ "listeners": [ { "listen": "127.0.0.1:0" } ], "ops": { "listen": "127.0.0.1:0" } }""");
        await using (var client = await WampClient.ConnectAsync(router.Url, "realm1", TestContext.Current.CancellationToken))
        {
            await client.PublishAcknowledgedAsync("com.example.topic", ["kept"], new PublishOptions { Retain = true });
        }

        using var http = new HttpClient();
        var metrics = await http.GetStringAsync(new Uri(router.Ops, "metrics"), TestContext.Current.CancellationToken);
        var rows = File.ReadLines(Path.Combine(BuiltFiles.Repository, "docs", "operations.md"))
            .Where(line => line.StartsWith("| `broker.", StringComparison.Ordinal))
            .Select(line => line.Split('|'))
            .SelectMany(row => row[1].Split(',').Select(name => (Name: name.Trim().Trim('`').Replace('.', '_'), Kind: row[2])))
            .ToList();
        var offered = metrics.Split('\n').Where(line => line.StartsWith("# TYPE broker_", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToList();

        Assert.All(offered, name => Assert.Contains(rows, row => name == row.Name || name == row.Name + "_total" || name == row.Name + "_seconds" || name == row.Name + "_seconds_total" || name == row.Name + "_bytes" || name == row.Name + "_bytes_total"));
        Assert.All(
            rows.Where(row => row.Kind.StartsWith(" gauge", StringComparison.Ordinal) && row.Name != "broker_tls_certificate_expiry"), // there is none without TLS
            row => Assert.Contains(offered, name => name.StartsWith(row.Name, StringComparison.Ordinal)));
        Assert.NotEqual("0", Value(metrics, "broker_retained_bytes", "realm=\"realm1\""));
        Assert.Equal("67108864", Value(metrics, "broker_retained_limit_bytes", "realm=\"realm1\""));
    }

    [Fact]
    public async Task Health_is_told_as_JSON_and_nothing_else_is_there()
    {
        await using var router = await ConfiguredRouter.StartAsync("""{ "listeners": [ { "listen": "127.0.0.1:0" } ], "ops": { "listen": "127.0.0.1:0" } }""");
        using var http = new HttpClient();

        Assert.Equal("""{"status":"ok","reasons":[]}""", await http.GetStringAsync(new Uri(router.Ops, "livez"), TestContext.Current.CancellationToken));
        Assert.Equal("""{"status":"ok","reasons":[]}""", await http.GetStringAsync(new Uri(router.Ops, "readyz"), TestContext.Current.CancellationToken));
        using var other = await http.GetAsync(new Uri(router.Ops, "ws"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        using var post = await http.PostAsync(new Uri(router.Ops, "livez"), null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        Assert.False(post.Headers.Contains("Server"));
    }

    [Fact]
    public async Task The_messages_of_a_session_are_logged_while_an_operator_asks_for_them()
    {
        await using var router = await ConfiguredRouter.StartAsync("""{ "listeners": [ { "listen": "127.0.0.1:0" } ], "ops": { "listen": "127.0.0.1:0" } }""");
        await using var client = await WampClient.ConnectAsync(router.Url, "realm1", TestContext.Current.CancellationToken);
        var trace = $"trace/session/{client.Session.Id}";

        Assert.Equal("""{"traces":[],"error":"There is no such session."}""", await AskAsync(router, HttpMethod.Put, "trace/session/1", HttpStatusCode.NotFound));
        await AskAsync(router, HttpMethod.Put, trace + "?payload=lots", HttpStatusCode.BadRequest);
        await AskAsync(router, HttpMethod.Put, trace + "?messages=0", HttpStatusCode.BadRequest);
        await AskAsync(router, HttpMethod.Put, "trace/everything/1", HttpStatusCode.NotFound);
        await AskAsync(router, HttpMethod.Post, trace, HttpStatusCode.MethodNotAllowed);
        var entry = $$"""{"traces":[{"subject":"session","name":"{{client.Session.Id}}","messages":1000,"seconds":60,"payload_bytes":64}]}""";
        Assert.Equal(entry, await AskAsync(router, HttpMethod.Put, trace + "?payload=64B&time=1m", HttpStatusCode.OK));
        Assert.Equal(entry, await AskAsync(router, HttpMethod.Get, "trace", HttpStatusCode.OK));
        await client.PublishAcknowledgedAsync("com.example.topic", ["hello"]);

        using var line = JsonDocument.Parse(await router.ReadUntilAsync("com.example.topic"));
        Assert.Equal(("Broker.Trace", 16), (line.RootElement.GetProperty("Category").GetString(), line.RootElement.GetProperty("EventId").GetInt32()));
        var state = line.RootElement.GetProperty("State");
        Assert.Equal(
            ("received", "PUBLISH", "com.example.topic", """["hello"]"""),
            (state.GetProperty("Direction").GetString(), state.GetProperty("Type").GetString(), state.GetProperty("Uri").GetString(), state.GetProperty("Payload").GetString()));
        Assert.Equal("""{"traces":[]}""", await AskAsync(router, HttpMethod.Delete, trace, HttpStatusCode.OK));
        await AskAsync(router, HttpMethod.Delete, trace, HttpStatusCode.NotFound);
        await router.ReadUntilAsync("has ended: asked to");
    }

    [Fact]
    public async Task No_web_page_can_start_a_trace()
    {
        await using var router = await ConfiguredRouter.StartAsync("""{ "listeners": [ { "listen": "127.0.0.1:0" } ], "ops": { "listen": "127.0.0.1:0" } }""");

        // What a browser asks before it lets a page of another origin send PUT.
        await AskAsync(router, HttpMethod.Options, "trace/authid/joe", HttpStatusCode.MethodNotAllowed);

        // A page whose own name was made to point here.
        await AskAsync(router, HttpMethod.Put, "trace/authid/joe", HttpStatusCode.BadRequest, host: "evil.example:9090");
        Assert.Equal("""{"traces":[]}""", await AskAsync(router, HttpMethod.Get, "trace", HttpStatusCode.OK, host: "localhost"));
    }

    [Theory]
    [InlineData("X-Forwarded-For", "192.0.2.1")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("Forwarded", "for=192.0.2.1")]
    [InlineData("Via", "1.1 proxy.example")]
    [InlineData("X-Real-IP", "192.0.2.1")]
    public async Task Through_a_proxy_nobody_can_start_or_see_a_trace(string header, string value)
    {
        await using var router = await ConfiguredRouter.StartAsync("""{ "listeners": [ { "listen": "127.0.0.1:0" } ], "ops": { "listen": "127.0.0.1:0" } }""");

        Assert.Contains($"through a proxy, of which the header {header} speaks", await AskAsync(router, HttpMethod.Put, "trace/authid/joe", HttpStatusCode.Forbidden, more: (header, value)), StringComparison.Ordinal);
        await AskAsync(router, HttpMethod.Get, "trace", HttpStatusCode.Forbidden, more: (header, value));
        Assert.Equal("""{"traces":[]}""", await AskAsync(router, HttpMethod.Get, "trace", HttpStatusCode.OK));
    }

    [Fact]
    public async Task What_a_trace_is_for_is_taken_from_its_address_to_the_letter()
    {
        await using var router = await ConfiguredRouter.StartAsync("""{ "listeners": [ { "listen": "127.0.0.1:0" } ], "ops": { "listen": "127.0.0.1:0" } }""");
        foreach (var wrong in new[] { "authid,session/x", "AuthId/x", "+1/x", "-1/x", "1/x", "%201/x", "authid/", "authid" })
        {
            await AskAsync(router, HttpMethod.Put, "trace/" + wrong, HttpStatusCode.NotFound);
        }

        Assert.Equal(
            """{"traces":[],"error":"A trace ends after 1 to 1000000 messages."}""",
            await AskAsync(router, HttpMethod.Put, "trace/authid/x?messages=0", HttpStatusCode.BadRequest));
        foreach (var (path, name) in new[] { ("a%2Fb", "a/b"), ("a/c", "a/c"), ("a%252Fb", "a%2Fb"), ("a%20b", "a b") })
        {
            Assert.Contains($"\"name\":\"{name}\"", await AskAsync(router, HttpMethod.Put, "trace/authid/" + path, HttpStatusCode.OK), StringComparison.Ordinal);
            Assert.Equal("""{"traces":[]}""", await AskAsync(router, HttpMethod.Delete, "trace/authid/" + path, HttpStatusCode.OK));
        }
    }

    [Fact]
    public async Task A_trace_that_was_asked_for_is_logged_though_the_log_is_quiet_and_none_is_started_that_would_not_be()
    {
        const string Listeners = """ "listeners": [ { "listen": "127.0.0.1:0" } ], "ops": { "listen": "127.0.0.1:0" } """;
        await using var router = await ConfiguredRouter.StartAsync("{" + Listeners + """, "log": { "level": "error", "levels": { "Broker": "error" } } }""");
        await using var client = await WampClient.ConnectAsync(router.Url, "realm1", TestContext.Current.CancellationToken);
        await AskAsync(router, HttpMethod.Put, $"trace/session/{client.Session.Id}", HttpStatusCode.OK);
        await client.PublishAcknowledgedAsync("com.example.topic", ["hello"]);
        await router.ReadUntilAsync("com.example.topic");

        await using var mute = await ConfiguredRouter.StartAsync("{" + Listeners + """, "log": { "levels": { "Broker.Trace": "none" } } }""");
        Assert.Equal(
            """{"traces":[],"error":"The log takes no entries of the category Broker.Trace: set its level to information."}""",
            await AskAsync(mute, HttpMethod.Put, "trace/authid/joe", HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task More_traces_than_may_run_are_refused()
    {
        await using var router = await ConfiguredRouter.StartAsync("""{ "listeners": [ { "listen": "127.0.0.1:0" } ], "ops": { "listen": "127.0.0.1:0" } }""");
        for (var number = 0; number < 100; number++)
        {
            await AskAsync(router, HttpMethod.Put, $"trace/authid/joe{number}", HttpStatusCode.OK);
        }

        Assert.Equal(
            """{"traces":[],"error":"100 traces run, and no more may: end one of them."}""",
            await AskAsync(router, HttpMethod.Put, "trace/authid/joe", HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Every_realm_of_many_has_its_own_series()
    {
        const int Realms = 2100; // more than the 2,000 series that an instrument has unless told otherwise
        var names = string.Join(", ", Enumerable.Range(1, Realms).Select(number => $$"""{ "name": "com.example.r{{number}}" }"""));
        await using var router = await ConfiguredRouter.StartAsync(
            """{ "listeners": [ { "listen": "127.0.0.1:0" } ], "ops": { "listen": "127.0.0.1:0" }, "realms": [ """ + names + " ] }");
        await using var client = await WampClient.ConnectAsync(router.Url, $"com.example.r{Realms}", TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<WampException>(async () => await client.PublishAcknowledgedAsync("wamp.reserved"));
        Assert.Equal("wamp.error.invalid_uri", refusal.Uri);
        using var http = new HttpClient();

        var metrics = await http.GetStringAsync(new Uri(router.Ops, "metrics"), TestContext.Current.CancellationToken);

        Assert.Equal("1", Value(metrics, "broker_sessions", $"realm=\"com.example.r{Realms}\""));
        Assert.Equal("1", Value(metrics, "broker_refusals_total", $"realm=\"com.example.r{Realms}\"", "reason=\"invalid_uri\""));
        Assert.DoesNotContain("overflow", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_are_bounded_by_HTTP_and_a_listener_answers_to_its_names_only()
    {
        await using var router = await ConfiguredRouter.StartAsync(
            """{ "listeners": [ { "listen": "127.0.0.1:0", "hosts": ["router.example"] } ], "ops": { "listen": "127.0.0.1:0" } }""");
        var page = new Uri(router.Url.Replace("ws:", "http:", StringComparison.Ordinal));
        using var http = new HttpClient();

        using var longHead = new HttpRequestMessage(HttpMethod.Get, page);
        longHead.Headers.Add("X-Long", new string('x', 17 * 1024));
        using var refused = await http.SendAsync(longHead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, refused.StatusCode);
        using var longLine = await http.GetAsync(new Uri(page, "?" + new string('x', 9 * 1024)), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestUriTooLong, longLine.StatusCode);
        var misnamed = await Assert.ThrowsAnyAsync<Exception>(() => WampClient.ConnectAsync(router.Url, "realm1", TestContext.Current.CancellationToken));
        Assert.Contains("400", misnamed.ToString(), StringComparison.Ordinal);
        var options = new WampClientOptions
        {
            Url = new Uri(router.Url), Realm = "realm1", ConfigureWebSocket = socket => socket.SetRequestHeader("Host", "router.example"),
        };
        await using var client = await WampClient.ConnectAsync(options, TestContext.Current.CancellationToken);
        Assert.Equal("1", Value(await http.GetStringAsync(new Uri(router.Ops, "metrics"), TestContext.Current.CancellationToken), "broker_connections_refused_total", "reason=\"host\""));
    }

    [Fact]
    public async Task A_default_address_for_operators_that_is_taken_is_given_up_with_a_word_and_one_that_is_configured_is_not()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var taken = ((IPEndPoint)holder.LocalEndpoint).ToString();
        await using var process = ChildProcess.StartIn(
            _folder.FullName, [("BROKER__OPS", null)], "dotnet", BuiltFiles.Router, "--config", Write("taken.json", $$"""{ "listeners": [ { "listen": "127.0.0.1:0" } ], "ops": { "listen": "{{taken}}" } }"""));

        Assert.Equal(1, await process.WaitForExitAsync());
    }

    [Fact]
    public async Task A_certificate_that_is_renewed_is_used_for_new_connections_and_old_ones_stay()
    {
        WriteCertificate("first.example");
        await using var router = await ConfiguredRouter.StartAsync(
            $$"""{ "listeners": [ { "listen": "127.0.0.1:0", "tls": { "cert": "{{PathOf("c.pem")}}", "key": "{{PathOf("k.pem")}}" } } ], "ops": { "listen": "127.0.0.1:0" } }""");
        var names = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await using var old = await ConnectAsync(router, names);
        Assert.Equal("CN=first.example", names.Single());

        WriteCertificate("second.example");
        await router.ReadUntilAsync("was read again");

        await using var renewed = await ConnectAsync(router, names);
        Assert.Equal(["CN=first.example", "CN=second.example"], names);
        Assert.NotEqual(0, await old.PublishAcknowledgedAsync("com.example.topic"));
        File.WriteAllText(PathOf("c.pem"), "no certificate");
        await router.ReadUntilAsync("The certificate in use stays");
        await using var still = await ConnectAsync(router, names);
        Assert.Equal("CN=second.example", names.Last());
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_used_is_told_in_one_sentence()
    {
        await using var process = ChildProcess.Start(
            "dotnet", BuiltFiles.Router, "--config",
            Write("broken.json", $$"""{ "listeners": [ { "listen": "127.0.0.1:0", "tls": { "cert": "{{PathOf("none.pem")}}", "key": "{{PathOf("none.pem")}}" } } ] }"""));

        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.Contains("none.pem", process.Failure("").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_certificates_that_cannot_be_used_are_told_of_by_check_too()
    {
        WriteCertificate("router.example");
        var file = Write(
            "broken.json",
            $$"""
            { "listeners": [
              { "listen": "127.0.0.1:0", "tls": { "cert": "{{PathOf("c.pem")}}", "key": "{{PathOf("none.pem")}}" } },
              { "listen": "127.0.0.1:0", "tls": { "cert": "{{PathOf("none.pem")}}", "key": "{{PathOf("k.pem")}}" } } ] }
            """);
        foreach (var (exitCode, arguments) in new[] { (2, new[] { "check", file }), (1, ["--config", file]) })
        {
            await using var process = ChildProcess.Start("dotnet", [BuiltFiles.Router, .. arguments]);
            for (var listener = 0; listener < 2; listener++)
            {
                Assert.StartsWith($"{file}:{listener + 2}: listeners.{listener}.tls: The certificate '", await process.ReadLineAsync(), StringComparison.Ordinal);
            }

            Assert.Null(await process.ReadLineAsync());
            Assert.Equal(exitCode, await process.WaitForExitAsync());
        }
    }

    [Fact]
    public async Task A_probe_finds_a_router_behind_TLS_and_one_that_has_no_room()
    {
        WriteCertificate("router.example");
        var configuration =
            $$"""{ "listeners": [ { "listen": "127.0.0.1:0", "tls": { "cert": "{{PathOf("c.pem")}}", "key": "{{PathOf("k.pem")}}" } } ], "ops": { "listen": "127.0.0.1:0" } }""";
        await using var router = await ConfiguredRouter.StartAsync(configuration);
        var address = $"127.0.0.1:{new Uri(router.Url).Port}";
        await ExpectProbeAsync(0, "", $"tls:{address}");
        await ExpectProbeAsync(1, "No router answers", address, "3s"); // without TLS

        await using var client = await ConnectAsync(router, []);
        await router.ReloadAsync(configuration.Replace("\"ops\"", "\"limits\": { \"connections\": 1 }, \"ops\"", StringComparison.Ordinal));

        await ExpectProbeAsync(0, "", $"tls:{address}");
    }

    [Fact]
    public async Task A_probe_asks_pages_for_operators()
    {
        await using var router = await ConfiguredRouter.StartAsync("""{ "listeners": [ { "listen": "127.0.0.1:0" } ], "ops": { "listen": "127.0.0.1:0" } }""");

        await ExpectProbeAsync(0, "", $"{router.Ops}livez");
        await ExpectProbeAsync(0, "", $"{router.Ops}readyz");
        await ExpectProbeAsync(1, "answers with status 404", $"{router.Ops}nothing");
        await ExpectProbeAsync(1, "No router answers", "http://127.0.0.1:1/livez");
    }

    private static async Task ExpectProbeAsync(int exitCode, string text, string address, string timeout = "60s")
    {
        await using var probe = ChildProcess.Start("dotnet", BuiltFiles.Router, "probe", address, "--timeout", timeout);
        Assert.Contains(text, await probe.ReadLineAsync() ?? "", StringComparison.Ordinal);
        Assert.Equal(exitCode, await probe.WaitForExitAsync());
    }

    private static async Task<string> AskAsync(ConfiguredRouter router, HttpMethod method, string path, HttpStatusCode expected, string? host = null, (string Name, string Value)? more = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, new Uri(router.Ops, path));
        request.Headers.Host = host;
        if (more is { } header)
        {
            request.Headers.Add(header.Name, header.Value);
        }

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(expected, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static string Value(string metrics, string name, params string[] labels)
    {
        var line = metrics.Split('\n').Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) && labels.All(label => line.Contains(label, StringComparison.Ordinal)));
        return Assert.Single(line).Split(' ')[1];
    }

    private static Task<WampClient> ConnectAsync(ConfiguredRouter router, System.Collections.Concurrent.ConcurrentQueue<string> names) =>
        WampClient.ConnectAsync(
            new WampClientOptions
            {
                Url = new Uri(router.Url),
                Realm = "realm1",
                ConnectTimeout = TimeSpan.FromSeconds(30),
                ConfigureWebSocket = socket => socket.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    names.Enqueue(certificate!.Subject);
                    return certificate.Subject == certificate.Issuer; // no other is made here
                },
            },
            TestContext.Current.CancellationToken);

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    private void WriteCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(90));
        Write("k.pem", key.ExportPkcs8PrivateKeyPem());
        Write("c.pem", certificate.ExportCertificatePem());
    }
}
