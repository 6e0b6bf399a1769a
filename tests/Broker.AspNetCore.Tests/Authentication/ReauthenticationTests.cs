using System.Text.Json.Nodes;
using Broker.Authentication.Tokens;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Authentication;

/// <summary>
/// A session that is authenticated for a time goes on if its client proves once more who it is, and says in HELLO that it can.
/// </summary>
public sealed class ReauthenticationTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _clock = new();

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "AUT-06")]
    public async Task A_new_token_before_the_old_one_ends_keeps_the_session_open(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync();
        await using var peer = await JoinAsync(router, transport, serializer, Token(lasts: 100));
        Advance(router, 69);
        await ExpectOpenAsync(peer, 1);

        Advance(router, 2);
        await peer.ExpectAsync("""[4,"ticket",{}]""");
        await ExpectOpenAsync(peer, 2);
        await peer.SendAsync(Login.Authenticate(Token(lasts: 60)));
        await ExpectOpenAsync(peer, 3);
        Advance(router, 35); // the old one would be over
        await ExpectOpenAsync(peer, 4);

        Advance(router, 6);
        await peer.ExpectAsync("""[4,"ticket",{}]""");
        await peer.SendAsync(Login.Authenticate(Token(lasts: 1000)));
        await ExpectOpenAsync(peer, 5);
        Advance(router, 500);
        await ExpectOpenAsync(peer, 6);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SES-31")]
    public async Task Who_has_no_better_token_goes_when_the_time_is_over(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync();
        foreach (var answer in (string?[])["wrong", Token(lasts: 1000, authId: "ann"), Token(lasts: 1000, role: "admin"), null])
        {
            await using var peer = await JoinAsync(router, transport, serializer, Token(lasts: 100));
            Advance(router, 71);
            await peer.ExpectAsync("""[4,"ticket",{}]""");
            if (answer is not null)
            {
                await peer.SendAsync(Login.Authenticate(answer));
            }

            await ExpectOpenAsync(peer, 1);
            Advance(router, 30);
            await peer.ExpectAsync("""[6,{*},"wamp.error.authentication_required"]""");
        }
    }

    [Fact]
    public async Task A_token_of_the_HTTP_request_is_asked_for_anew()
    {
        await using var router = await StartAsync();
        await using var peer = await TestPeer.DialAsync(router, PeerTransport.WebSocket);
        await peer.SendBytesAsync(System.Text.Encoding.ASCII.GetBytes(
            TestPeer.UpgradeText("Sec-WebSocket-Protocol: wamp.2.json", "Authorization: Bearer " + Token(lasts: 30))));
        await peer.ReceiveHttpHeadAsync();
        await peer.SendAsync(Hello(reauthenticates: true));
        await peer.ExpectAsync("[2,*]");

        Advance(router, 21); // a third is left
        await peer.ExpectAsync("""[4,"ticket",{}]""");
        await peer.SendAsync(Login.Authenticate(Token(lasts: 90)));
        await ExpectOpenAsync(peer, 1);
        Advance(router, 20);
        await ExpectOpenAsync(peer, 2);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SES-40")]
    public async Task Nobody_else_is_asked_and_AUTHENTICATE_without_CHALLENGE_is_a_breach(
        PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync();
        await using var silent = await JoinAsync(router, transport, serializer, Token(lasts: 100), reauthenticates: false);
        await using var early = await JoinAsync(router, transport, serializer, Token(lasts: 100));

        await early.SendAsync(Login.Authenticate(Token(lasts: 1000)));
        await early.ExpectAbortAsync("wamp.error.protocol_violation");

        Advance(router, 71);
        await ExpectOpenAsync(silent, 1);
        Advance(router, 30);
        await silent.ExpectAsync("""[6,{*},"wamp.error.authentication_required"]""");
    }

    [Fact]
    public async Task What_the_options_of_now_do_not_take_any_more_does_not_keep_it_open()
    {
        await using var router = await Login.StartRouterAsync(new Generations("old", "new"));
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket);
        await peer.SendAsync("""[1,"realm1",{"roles":{"caller":{}},"authmethods":["generations"],"_reauthenticate":true}]""");
        await peer.ExpectAsync("[4,*]");
        await peer.SendAsync(Login.Authenticate("old"));
        await peer.ExpectAsync("[2,*]");
        router.Clock.Advance(11 * Second); // a third is left
        await peer.ExpectAsync("[4,*]");
        var options = new Hosting.WampRouterOptions();
        options.Authenticators[TestRouter.Realm] = [new Generations("old")];
        router.Router.Reconfigure(options);

        await peer.SendAsync(Login.Authenticate("new"));

        await peer.ExpectAsync("""[6,{*},"wamp.error.authentication_required"]""");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_new_token_is_judged_as_the_options_of_now_say(bool takesTokens)
    {
        await using var router = await StartAsync();
        await using var peer = await JoinAsync(router, PeerTransport.WebSocket, SerializerKind.Json, Token(lasts: 100));
        var options = new Hosting.WampRouterOptions { AttemptLimits = AttemptLimits.None, KeepAliveInterval = TimeSpan.Zero };
        var audience = takesTokens ? JwtMaker.Options.Audiences : ["others"];
        options.Authenticators[TestRouter.Realm] = [new TicketAuthenticator(
            new JwtTickets(JwtMaker.Options with { ClockSkew = TimeSpan.Zero, Audiences = audience }, _clock))];

        router.Router.Reconfigure(options);

        await ExpectOpenAsync(peer, 1); // the token of before is good until it ends
        Advance(router, 71);
        await peer.ExpectAsync("""[4,"ticket",{}]""");
        await peer.SendAsync(Login.Authenticate(Token(lasts: 1000)));
        await ExpectOpenAsync(peer, 2);
        Advance(router, 30);
        await (takesTokens ? ExpectOpenAsync(peer, 3) : peer.ExpectAsync("""[6,{*},"wamp.error.authentication_required"]"""));
    }

    [Fact]
    public async Task One_answer_counts_for_one_challenge()
    {
        await using var router = await StartAsync();
        await using var peer = await JoinAsync(router, PeerTransport.RawSocket, SerializerKind.Json, Token(lasts: 100));
        Advance(router, 71);
        await peer.ExpectAsync("""[4,"ticket",{}]""");

        await peer.SendAsync(Login.Authenticate(Token(lasts: 1000)), Login.Authenticate(Token(lasts: 1000)));

        await peer.ExpectAbortAsync("wamp.error.protocol_violation");
    }

    private static string Hello(bool reauthenticates)
    {
        var hello = JsonNode.Parse(Login.Hello("ticket", null))!;
        hello[2]!["_reauthenticate"] = reauthenticates;
        return hello.ToJsonString();
    }

    private static async Task ExpectOpenAsync(TestPeer peer, int requestId)
    {
        await peer.SendAsync($$"""[48,{{requestId}},{},"com.example.nothing"]""");
        await peer.ExpectAsync($"[8,48,{requestId},*]");
    }

    private Task<TestRouter> StartAsync() => TestRouter.StartAsync(options =>
    {
        options.Authenticators[TestRouter.Realm] = [new TicketAuthenticator(
            new JwtTickets(JwtMaker.Options with { ClockSkew = TimeSpan.Zero }, _clock))];
        options.AttemptLimits = AttemptLimits.None;
        options.KeepAliveInterval = TimeSpan.Zero; // the clock runs, and nobody answers pings
    });

    private static async Task<TestPeer> JoinAsync(
        TestRouter router, PeerTransport transport, SerializerKind serializer, string token, bool reauthenticates = true)
    {
        var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        await peer.ChallengeAsync(Hello(reauthenticates));
        await peer.SendAsync(Login.Authenticate(token));
        await peer.ExpectAsync("[2,*]");
        return peer;
    }

    private void Advance(TestRouter router, int seconds)
    {
        _clock.Advance(seconds * Second);
        router.Clock.Advance(seconds * Second);
    }

    private string Token(int lasts, string authId = "joe", string role = "device")
    {
        var claims = JwtMaker.Claims(authId, role);
        claims["exp"] = (_clock.GetUtcNow() + (lasts * Second)).ToUnixTimeSeconds();
        return JwtMaker.Sign("ES256", claims);
    }

    /// <summary>Takes each answer, for a time, and those who have given one of some may stay.</summary>
    private sealed class Generations(params string[] taken) : IWampAuthenticator
    {
        public string Method => "generations";

        public ValueTask<AuthenticationResult> BeginAsync(AuthenticationRequest request, CancellationToken cancellationToken) =>
            ValueTask.FromResult<AuthenticationResult>(new AuthenticationResult.Challenge([], State: null));

        public ValueTask<AuthenticationResult> ContinueAsync(
            AuthenticationRequest request, object? state, AuthenticationAnswer answer, CancellationToken cancellationToken) =>
            ValueTask.FromResult<AuthenticationResult>(
                new AuthenticationResult.Accepted(
                    new Sessions.SessionIdentity("joe", "guest", Method, "test"), Expires: new ManualTimeProvider().GetUtcNow() + (15 * Second))
                {
                    Evidence = answer.Signature,
                });

        public bool StillAccepts(AcceptedClient client) => taken.Contains(client.Evidence);
    }
}
