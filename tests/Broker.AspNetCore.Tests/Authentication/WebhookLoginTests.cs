using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Authentication.Remote;
using Broker.Peers;
using Broker.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Broker.Authentication;

/// <summary>Tickets that a web server judges.</summary>
public sealed class WebhookLoginTests : IDisposable
{
    private static readonly WebhookOptions Options = new()
    {
        Url = new Uri("https://example.com/judge"),
        Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer router" },
    };

    private readonly ManualTimeProvider _clock = new();
    private readonly Web _web = new();

    public void Dispose() => _web.Dispose();

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "AUT-16")]
    public async Task A_web_server_is_asked_and_says_who_it_is(PeerTransport transport, SerializerKind serializer)
    {
        await using var server = await StartServerAsync();
        var url = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/judge";
        await using var router = await Login.StartRouterAsync(new TicketAuthenticator(new WebhookTickets(Options with { Url = new Uri(url),
            Timeout = TimeSpan.FromSeconds(20) })));

        var hello = Login.Hello("ticket", "joe", new JsonObject { ["device"] = "é" });
        var welcome = await Login.JoinAsync(router, transport, serializer, hello, _ => Login.Authenticate("sesame"));
        Assert.Equal(
            ("joe", "device", "webhook", "é"),
            (welcome[2].GetProperty("authid").GetString(), welcome[2].GetProperty("authrole").GetString(),
                welcome[2].GetProperty("authprovider").GetString(),
                welcome[2].GetProperty("authextra").GetProperty("device").GetString()));
        await Login.FailAsync(router, transport, serializer, hello, _ => Login.Authenticate("simsim"));
        await server.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task It_learns_what_the_client_said_and_that_it_is_the_router_who_asks()
    {
        _web.Answer = (200, """{"roles":["guest","device"],"authid":"ann","expires":4000000000}""");

        var accepted = Assert.IsType<AuthenticationResult.Accepted>(await VerifyAsync(authId: null, role: "device"));

        Assert.Equal(("ann", "device", "ticket"), (accepted.Identity.AuthId, accepted.Identity.AuthRole, accepted.Identity.AuthMethod));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(4000000000), accepted.Expires);
        var (url, authorization, body) = Assert.Single(_web.Asked);
        Assert.Equal((Options.Url, "Bearer router"), (url, authorization));
        var expected = JsonNode.Parse("""
            {"realm":"realm1","authid":null,"ticket":"sesame\r\nX-Admin: 1","authmethod":"ticket","authrole":"device","authextra":{"a":1},"session":7,
             "transport":{"peer":"192.0.2.1","is_secure":true}}
            """);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(body)), body);
    }

    [Theory]
    [InlineData(204, "")]
    [InlineData(401, "no")]
    [InlineData(403, "{\"role\":\"admin\"}")]
    [InlineData(404, "")]
    [InlineData(200, "null")]
    [InlineData(200, "false")]
    [Trait("wamp", "AUT-09")]
    public async Task It_denies_in_several_ways(int status, string body)
    {
        _web.Answer = (status, body);

        Assert.Null(await VerifyAsync()); // which TicketAuthenticator makes a denial, if nobody else knows the ticket
    }

    [Theory]
    [InlineData(500, "{\"role\":\"device\"}", "status code 500")]
    [InlineData(302, "{\"role\":\"device\"}", "status code 302")]
    [InlineData(201, "{\"role\":\"device\"}", "status code 201")]
    [InlineData(200, "", "no JSON")]
    [InlineData(200, "role: device", "no JSON")]
    [InlineData(200, "{\"role\":\"device\",\"role\":\"admin\"}", "key twice")]
    [InlineData(200, "true", "neither a role nor a dict")]
    [InlineData(200, "{}", "grants no role")]
    [InlineData(200, "{\"role\":\"admin\"}", "grants no role")]
    public async Task Every_other_answer_lets_nobody_in(int status, string body, string told)
    {
        _web.Answer = (status, body);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => VerifyAsync());
        Assert.Contains(told, failure.Message, StringComparison.Ordinal);
        Assert.Contains("https://example.com/judge", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("wamp", "AUT-08")]
    public async Task A_server_that_is_silent_or_gone_lets_nobody_in()
    {
        _web.Held = new TaskCompletionSource();
        var judged = VerifyAsync();
        await _web.Reached.Task;
        _clock.Advance(Options.Timeout);
        await Assert.ThrowsAsync<TimeoutException>(() => judged);

        using var cancellation = new CancellationTokenSource();
        judged = VerifyAsync(cancellation: cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => judged);
        _web.Held = null;

        _web.Answer = (0, "");
        await Assert.ThrowsAsync<HttpRequestException>(() => VerifyAsync());
        await using var router = await Login.StartRouterAsync(new TicketAuthenticator(new WebhookTickets(
            Options, _clock, new HttpClient(_web))));
        await Login.FailAsync(
            router, PeerTransport.RawSocket, SerializerKind.Json, Login.Hello("ticket", "joe"), _ =>
                Login.Authenticate("sesame"), "wamp.error.authentication_failed");
        Assert.Single(router.Logs.Errors);
        router.Logs.ForgetErrors();
    }

    [Theory]
    [InlineData("http://example.com/judge", "A", "a", "https")]
    [InlineData("ftp://example.com/judge", "A", "a", "https")]
    [InlineData("https://joe:sesame@example.com/judge?key=k", "A", "a", "address https://example.com/judge has a user")]
    [InlineData("https://example.com/judge", "A", "a\r\nB: b", "field A")]
    [InlineData("https://example.com/judge", "A B", "a", "field A B")]
    public void Options_that_cannot_work_are_refused_at_the_start(string url, string name, string value, string told)
    {
        var options = new WebhookOptions { Url = new Uri(url), Headers = new Dictionary<string, string> { [name] = value } };

        Assert.Contains(told, Assert.Throws<ArgumentException>(() => new WebhookTickets(options)).Message, StringComparison.Ordinal);
    }

    private async Task<AuthenticationResult?> VerifyAsync(
        string? authId = "joe", string? role = null, CancellationToken? cancellation = null) =>
        await new WebhookTickets(Options with { Roles = ["guest", "device"] }, _clock, new HttpClient(_web)).VerifyAsync(
            new AuthenticationRequest
            {
                Realm = "realm1",
                SessionId = 7,
                AuthId = authId,
                AuthRole = role,
                AuthExtra = new JsonObject { ["a"] = 1 },
                Transport = new TransportInfo { RemoteAddress = IPAddress.Parse("192.0.2.1"), IsEncrypted = true },
            },
            "sesame\r\nX-Admin: 1",
            cancellation ?? TestContext.Current.CancellationToken);

    private static async Task<WebApplication> StartServerAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapPost("/judge", (JsonElement asked, HttpContext http) =>
            http.Request.Headers.Authorization == "Bearer router" && asked.GetProperty("ticket").GetString() == "sesame"
                ? Results.Text($$"""{"role":"device","extra":{{asked.GetProperty("authextra").GetRawText()}}}""", "application/json")
                : Results.StatusCode(403));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    /// <summary>A web server that answers what the test wants.</summary>
    private sealed class Web : HttpMessageHandler
    {
        public ConcurrentQueue<(Uri? Url, string Authorization, string Body)> Asked { get; } = new();

        public (int Status, string Body) Answer { get; set; } = (200, "null");

        public TaskCompletionSource? Held { get; set; }

        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Enqueue((
                request.RequestUri, $"{request.Headers.Authorization}", await request.Content!.ReadAsStringAsync(cancellationToken)));
            Reached.TrySetResult();
            if (Held is { } held)
            {
                await held.Task.WaitAsync(cancellationToken);
            }

            return Answer.Status == 0
                ? throw new HttpRequestException("No such host.")
                : new((HttpStatusCode)Answer.Status) { Content = new StringContent(Answer.Body) };
        }
    }
}
