using System.Security.Claims;
using Broker.Peers;
using Broker.Serialization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;

namespace Broker.Authentication;

/// <summary>Users whom the embedding application has authenticated.</summary>
public sealed class PrincipalLoginTests
{
    private static readonly Claim[] Joe =
        [new(ClaimTypes.NameIdentifier, "joe"), new(ClaimTypes.Name, "Joe"), new(ClaimTypes.Role, "device"),
            new(ClaimTypes.Role, "technician"), new("team", "blue")];

    [Theory]
    [InlineData(PeerTransport.MappedWebSocket, SerializerKind.Json)]
    [InlineData(PeerTransport.MappedWebSocket, SerializerKind.MessagePack)]
    [InlineData(PeerTransport.MappedWebSocket, SerializerKind.Cbor)]
    [InlineData(PeerTransport.MappedBatchedWebSocket, SerializerKind.Json)]
    [Trait("wamp", "AUT-13")]
    public async Task A_user_of_the_application_joins_as_itself_and_until_its_login_ends(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync(Joe, ends: TimeSpan.FromSeconds(5));
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        await peer.SendAsync(Login.Hello("principal", null));

        var details = (await peer.ExpectAsync("[2,*]"))[2];
        Assert.Equal(
            ("joe", "device", "principal", "test"),
            (details.GetProperty("authid").GetString(), details.GetProperty("authrole").GetString(),
                details.GetProperty("authmethod").GetString(),
                details.GetProperty("authprovider").GetString()));
        router.Clock.Advance(TimeSpan.FromSeconds(6));
        await peer.ExpectAsync("""[6,{*},"wamp.error.authentication_required"]""");
    }

    [Theory]
    [InlineData(PeerTransport.MappedWebSocket)]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.RawSocket)]
    [Trait("wamp", "AUT-13")]
    public async Task Where_there_is_no_user_the_client_is_told(PeerTransport transport)
    {
        await using var router = await StartAsync(claims: null);
        await using var peer = await TestPeer.ConnectAsync(router, transport);
        await peer.SendAsync(Login.Hello("principal", "joe"));

        Assert.Contains("logged in", await peer.ExpectAbortAsync("wamp.error.authentication_required"), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("wamp", "AUT-11")]
    public async Task Claims_say_who_it_is_and_what_it_may_be()
    {
        Assert.Equal(("joe", "technician"), Identity(await JudgeAsync(new(), "joe", "technician")));
        Assert.Equal(("Joe", "blue"), Identity(await JudgeAsync(new() { AuthIdClaim = ClaimTypes.Name, RoleClaim = "team" })));
        Assert.Equal(("joe", "technician"), Identity(await JudgeAsync(new() { Roles = ["technician"] })));
        Assert.Equal(("joe", "guest"), Identity(await JudgeAsync(new() { RoleClaim = "nothing", DefaultRole = "guest" })));
        Assert.IsType<AuthenticationResult.Refused>(await JudgeAsync(new() { RoleClaim = "nothing" }));
        Assert.IsType<AuthenticationResult.Refused>(await JudgeAsync(new() { AuthIdClaim = "nothing" }));
        Assert.IsType<AuthenticationResult.Refused>(await JudgeAsync(new(), authId: "ann"));
        Assert.IsType<AuthenticationResult.Refused>(await JudgeAsync(new(), role: "admin"));
    }

    [Fact]
    public async Task Roles_of_an_identity_that_nobody_has_proven_do_not_count()
    {
        var user = new ClaimsPrincipal([new ClaimsIdentity([new(ClaimTypes.NameIdentifier, "joe")], "test"),
            new ClaimsIdentity([new(ClaimTypes.Role, "admin")])]);

        Assert.IsType<AuthenticationResult.Refused>(await JudgeAsync(new(), user: user));
    }

    private static Task<TestRouter> StartAsync(Claim[]? claims, TimeSpan? ends = null) => TestRouter.StartAsync(
        options => options.Authenticators["realm1"] = [new PrincipalAuthenticator()],
        app => app.Use((http, next) =>
        {
            if (claims is not null)
            {
                http.User = new ClaimsPrincipal(new ClaimsIdentity(claims, "test"));
                var ticket = new AuthenticationTicket(
                    http.User, new AuthenticationProperties { ExpiresUtc = new ManualTimeProvider().GetUtcNow() + ends }, "test");
                http.Features.Set<IAuthenticateResultFeature>(
                    new Authenticated { AuthenticateResult = AuthenticateResult.Success(ticket) });
            }

            return next(http);
        }));

    private static ValueTask<AuthenticationResult> JudgeAsync(
        PrincipalAuthenticator authenticator, string? authId = null, string? role = null, ClaimsPrincipal? user = null) =>
        authenticator.BeginAsync(
            new AuthenticationRequest
            {
                Realm = "realm1",
                SessionId = 1,
                AuthId = authId,
                AuthRole = role,
                Transport = new TransportInfo { User = user ?? new ClaimsPrincipal(new ClaimsIdentity(Joe, "test")) },
            },
            TestContext.Current.CancellationToken);

    private static (string AuthId, string Role) Identity(AuthenticationResult result)
    {
        var identity = Assert.IsType<AuthenticationResult.Accepted>(result).Identity;
        return (identity.AuthId, identity.AuthRole);
    }

    /// <summary>What ASP.NET Core's authentication leaves behind.</summary>
    private sealed class Authenticated : IAuthenticateResultFeature
    {
        public AuthenticateResult? AuthenticateResult { get; set; }
    }
}
