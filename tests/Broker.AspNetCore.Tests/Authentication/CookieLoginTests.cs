using System.Net;
using System.Text;
using Broker.Peers;
using Broker.Serialization;
using Broker.Transports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Broker.Authentication;

/// <summary>Browsers that are known again by a cookie.</summary>
public sealed class CookieLoginTests
{
    private static readonly EphemeralDataProtectionProvider Protection = new();

    private readonly ManualTimeProvider _clock = new();

    private LoginCookies Cookies => new(Protection, _clock);

    [Theory]
    [MemberData(nameof(PeerMatrix.WebSockets), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "AUT-13")]
    public async Task A_cookie_opens_a_session_until_it_ends(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await Login.StartRouterAsync(new CookieAuthenticator(Cookies));
        var value = Cookies.Seal("realm1", "joe", ["device", "technician"], _clock.GetUtcNow() + TimeSpan.FromSeconds(5));
        await using var peer = await ConnectAsync(router, transport, serializer, $"theme=dark; broker={value}; broker2=x");

        await peer.SendAsync(Login.Hello("cookie", null, role: "technician"));

        var details = (await peer.ExpectAsync("[2,*]"))[2];
        Assert.Equal(
            ("joe", "technician", "cookie"),
            (details.GetProperty("authid").GetString(), details.GetProperty("authrole").GetString(),
                details.GetProperty("authmethod").GetString()));
        router.Clock.Advance(TimeSpan.FromSeconds(6));
        await peer.ExpectAsync("""[6,{*},"wamp.error.authentication_required"]""");
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.WebSockets), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "TIC-05")]
    public async Task A_cookie_that_is_truncated_changed_or_of_another_leaves_the_client_to_its_next_method(
        PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await Login.StartRouterAsync(new CookieAuthenticator(Cookies), new AnonymousAuthenticator());
        var right = Cookies.Seal("realm1", "joe", ["device"]);
        var others = new LoginCookies(new EphemeralDataProtectionProvider(), _clock).Seal("realm1", "joe", ["device"]);
        var wrong = Login.Broken(right).Append(others).Append(Cookies.Seal("realm2", "joe", ["device"])).Select(value => "broker=" + value)
            .Append($"broker={right}; broker={right}").Append("broker").Append("").Append($"Broker={right}");
        foreach (var cookie in wrong)
        {
            await using var peer = await ConnectAsync(router, transport, serializer, cookie);
            await peer.SendAsync("""[1,"realm1",{"roles":{"caller":{}},"authmethods":["cookie","anonymous"]}]""");
            Assert.Equal("anonymous", (await peer.ExpectAsync("[2,*]"))[2].GetProperty("authmethod").GetString());
        }
    }

    [Fact]
    public async Task A_cookie_does_not_outlive_its_time_or_its_user()
    {
        var value = "broker=" + Cookies.Seal("realm1", "joe", ["admin"]);
        var users = new StaticUsers([new User { AuthId = "joe", Roles = ["device"] }]);

        Assert.Equal("admin", Role(await JudgeAsync(new CookieAuthenticator(Cookies), value)));
        Assert.Equal("device", Role(await JudgeAsync(new CookieAuthenticator(Cookies, users), value)));
        Assert.IsType<AuthenticationResult.Refused>(await JudgeAsync(new CookieAuthenticator(Cookies, new StaticUsers([])), value));
        Assert.IsType<AuthenticationResult.Declined>(await JudgeAsync(new CookieAuthenticator(Cookies), value, authId: "ann"));

        Assert.IsType<AuthenticationResult.Declined>(await JudgeAsync(new CookieAuthenticator(Cookies), value, isLocal: false));
        Assert.Equal("admin", Role(await JudgeAsync(new CookieAuthenticator(Cookies) { AllowUnencrypted = true }, value, isLocal: false)));

        _clock.Advance(Cookies.MaxAge);
        Assert.IsType<AuthenticationResult.Declined>(await JudgeAsync(new CookieAuthenticator(Cookies), value));
    }

    [Fact]
    public async Task A_login_gives_a_cookie_for_the_next_one()
    {
        var users = new StaticUsers([new User { AuthId = "joe", Roles = ["device"], Ticket = TicketCredential.Plain("sesame"),
            Extra = new() { ["site"] = "Zürich" } }]);
        await using var router = await Login.StartRouterAsync(
            new RememberingAuthenticator(new TicketAuthenticator(users), Cookies, _clock), new CookieAuthenticator(Cookies));

        var welcome = await Login.JoinAsync(
            router, PeerTransport.WebSocket, SerializerKind.Json, Login.Hello("ticket", "joe"), _ => Login.Authenticate("sesame"));
        var extra = welcome[2].GetProperty("authextra");
        Assert.Equal("Zürich", extra.GetProperty("site").GetString());
        Assert.Equal(24 * 60 * 60, extra.GetProperty("cookie").GetProperty("max_age").GetInt32());
        var pair = $"{extra.GetProperty("cookie").GetProperty("name").GetString()}={extra.GetProperty("cookie").GetProperty("value").GetString()}";

        await using var peer = await ConnectAsync(router, PeerTransport.WebSocket, SerializerKind.Json, pair);
        await peer.SendAsync(Login.Hello("cookie", null));
        Assert.Equal("joe", (await peer.ExpectAsync("[2,*]"))[2].GetProperty("authid").GetString());
        await Login.FailAsync(
            router, PeerTransport.WebSocket, SerializerKind.Json, Login.Hello("ticket", "joe"), _ => Login.Authenticate("wrong"));
    }

    [Fact]
    public async Task A_cookie_ends_no_later_than_the_login_that_gave_it()
    {
        var riddles = new Riddles(rounds: 1) { Expires = _clock.GetUtcNow() + TimeSpan.FromMinutes(1) };
        var remembering = new RememberingAuthenticator(riddles, Cookies, _clock);

        var accepted = Assert.IsType<AuthenticationResult.Accepted>(
            await remembering.ContinueAsync(
                Request("joe"), 1, new AuthenticationAnswer("answer 1", []), TestContext.Current.CancellationToken));

        Assert.Equal(60, accepted.AuthExtra!["cookie"]!["max_age"]!.GetValue<long>());
        var cookie = "broker=" + accepted.AuthExtra["cookie"]!["value"]!.GetValue<string>();
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.IsType<AuthenticationResult.Declined>(await JudgeAsync(new CookieAuthenticator(Cookies), cookie));
    }

    [Fact]
    public async Task The_application_gives_one_that_scripts_and_other_sites_do_not_get()
    {
        var cookies = new LoginCookies(Protection, _clock) { Name = "__Host-broker" };
        await using var router = await TestRouter.StartAsync(
            options => options.Authenticators["realm1"] = [new CookieAuthenticator(cookies)],
            app => app.MapPost("/login", (HttpContext http) => cookies.Append(http.Response, "realm1", "joe", ["device"])));
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false });

        using var response = await http.PostAsync(
            new Uri($"http://127.0.0.1:{router.MappedPort}/login"), content: null, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var parts = Assert.Single(response.Headers.GetValues("Set-Cookie")).Split("; ");
        Assert.Equal(["httponly", "max-age=86400", "path=/", "samesite=strict", "secure"],
            parts[1..].Select(part => part.ToLowerInvariant()).Where(part => !part.StartsWith(
                "expires", StringComparison.Ordinal)).Order());
        await using var peer = await ConnectAsync(router, PeerTransport.WebSocket, SerializerKind.Json, parts[0]);
        await peer.SendAsync(Login.Hello("cookie", null));
        Assert.Equal("joe", (await peer.ExpectAsync("[2,*]"))[2].GetProperty("authid").GetString());
    }

    private static async Task<TestPeer> ConnectAsync(TestRouter router, PeerTransport transport, SerializerKind serializer, string cookie)
    {
        var peer = await TestPeer.DialAsync(router, transport, serializer);
        await peer.SendBytesAsync(Encoding.ASCII.GetBytes(TestPeer.UpgradeText(
            "Sec-WebSocket-Protocol: " + new WampSubprotocol(serializer, IsBatched: false).Name, "Cookie: " + cookie)));
        await peer.ReceiveHttpHeadAsync();
        return peer;
    }

    private static AuthenticationRequest Request(string? authId, string? cookie = null, bool isLocal = true) => new()
    {
        Realm = "realm1",
        SessionId = 1,
        AuthId = authId,
        Transport = new TransportInfo(name => name == "Cookie" ? cookie : null) { IsLocal = isLocal },
    };

    private static ValueTask<AuthenticationResult> JudgeAsync(
        CookieAuthenticator authenticator, string cookie, string? authId = null, bool isLocal = true) =>
        authenticator.BeginAsync(Request(authId, cookie, isLocal), TestContext.Current.CancellationToken);

    private static string Role(AuthenticationResult result) => Assert.IsType<AuthenticationResult.Accepted>(result).Identity.AuthRole;
}
