using System.Text.Json.Nodes;

namespace Broker.Client.Authentication;

/// <summary>The framework of authentication: what HELLO offers, rounds of CHALLENGE and AUTHENTICATE, and how it fails.</summary>
public class AuthenticatorTests
{
    [Theory, Trait("wamp", "AUT-02"), Trait("wamp", "AUT-03"), MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task ChallengeIsAnsweredByAuthenticateAndWelcomeTellsWhoTheSessionIs(Wire wire)
    {
        await using var dialog = await LoginDialog.StartAsync(wire, null, CancellationToken.None, new TicketAuthenticator("joe", "secret!!!"));
        Assert.Equal("""["ticket"]""", dialog.Hello.GetProperty("authmethods").GetRawText());
        Assert.Equal("joe", dialog.Hello.GetProperty("authid").GetString());
        Assert.False(dialog.Hello.TryGetProperty("authextra", out _));
        Assert.False(dialog.Hello.TryGetProperty("authrole", out _));

        var (signature, extra) = await dialog.ChallengeAsync("ticket");
        Assert.Equal(("secret!!!", "{}"), (signature, extra.GetRawText()));

        var client = await dialog.WelcomeAsync("ticket");
        Assert.Equal((7, "joe", "device", "ticket"), (client.Session.Id, client.Session.AuthId, client.Session.AuthRole, client.Session.AuthMethod));
    }

    [Fact, Trait("wamp", "AUT-02")]
    public async Task HelloOffersAllMethodsInOrderWithOneAuthIdAndWhatEachHasToSay()
    {
        await using var dialog = await LoginDialog.StartAsync(
            Wire.RawSocketMessagePack,
            options => options with { AuthRole = "device" },
            CancellationToken.None,
            new Rounds("x-second", "joe", new JsonObject { ["nonce"] = "mine", ["list"] = new JsonArray(1, 2.5, null) }),
            new ScramAuthenticator("joe", "pencil"),
            new CryptosignAuthenticator(new string('1', 64)),
            new AnonymousAuthenticator());

        var hello = dialog.Hello;
        Assert.Equal("""["x-second","wamp-scram","cryptosign","anonymous"]""", hello.GetProperty("authmethods").GetRawText());
        Assert.Equal(("joe", "device"), (hello.GetProperty("authid").GetString(), hello.GetProperty("authrole").GetString()));
        var extra = hello.GetProperty("authextra");
        Assert.Equal("mine", extra.GetProperty("nonce").GetString()); // the first one counts
        Assert.Equal("[1,2.5,null]", extra.GetProperty("list").GetRawText());
        Assert.Equal(64, extra.GetProperty("pubkey").GetString()!.Length);
    }

    [Fact, Trait("wamp", "AUT-06")]
    public async Task ARouterMayHaveSeveralRoundsOfOneMethodAndOfAnother()
    {
        var rounds = new Rounds("x-code", "joe");
        await using var dialog = await LoginDialog.StartAsync(new TicketAuthenticator("joe", "secret"), rounds);
        Assert.Equal("secret", (await dialog.ChallengeAsync("ticket")).Signature);
        await dialog.SendAsync("""[4,"x-code",{"digits":6}]""");
        var first = await dialog.ReceiveAsync(5);
        Assert.Equal("[5,\"1: 6\",{\"round\":1}]", first.GetRawText());
        await dialog.SendAsync("""[4,"x-code",{"digits":8}]""");
        Assert.Equal("[5,\"2: 8\",{\"round\":2}]", (await dialog.ReceiveAsync(5)).GetRawText());
        await dialog.WelcomeAsync("x-code");
        Assert.Equal(1, rounds.Welcomes);
    }

    [Fact, Trait("wamp", "AUT-07")]
    public async Task AChallengeByAMethodThatWasNotOfferedIsRefused()
    {
        await using var dialog = await LoginDialog.StartAsync(new CraAuthenticator("joe", "secret"), new AnonymousAuthenticator());
        await dialog.SendChallengeAsync("ticket");
        var (sent, exception) = await dialog.AbortedAsync("wamp.error.no_matching_auth_method");
        Assert.Equal("This client authenticates by wampcra, anonymous only.", sent);
        Assert.Contains("demands authentication by ticket", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Authenticators", exception.Message, StringComparison.Ordinal);
    }

    [Fact, Trait("wamp", "AUT-07")]
    public async Task AnAuthenticatorThatFailsEndsTheJoiningAndTellsTheRouterNothing()
    {
        await using var dialog = await LoginDialog.StartAsync(new TicketAuthenticator("joe", _ => throw new InvalidOperationException("vault key 42 is gone")));
        await dialog.SendChallengeAsync("ticket");
        var (sent, exception) = await dialog.AbortedAsync("wamp.error.authentication_failed");
        Assert.Equal("The client failed to answer CHALLENGE.", sent);
        Assert.Contains("vault key 42 is gone", exception.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(exception.InnerException);
    }

    [Fact, Trait("wamp", "AUT-07")]
    public async Task AnAuthenticatorThatRefusesSaysWhyToBoth()
    {
        await using var dialog = await LoginDialog.StartAsync(new TicketAuthenticator("joe", _ => throw new WampAuthenticationException("Not today.")));
        await dialog.SendChallengeAsync("ticket");
        var (sent, exception) = await dialog.AbortedAsync("wamp.error.authentication_failed");
        Assert.Equal("Not today.", sent);
        Assert.Contains("Not today.", exception.Message, StringComparison.Ordinal);
    }

    [Theory, Trait("wamp", "AUT-03"), Trait("wamp", "SCR-09")]
    [InlineData("""[3,{"message":"No."},"wamp.error.authentication_denied"]""", "wamp.error.authentication_denied: No. Check authid and secret")]
    [InlineData("""[3,{},"wamp.error.no_such_principal"]""", "Check authid and secret")]
    [InlineData("""[3,{},"wamp.error.no_matching_auth_method"]""", "This client offers ticket")]
    [InlineData("""[3,{},"wamp.error.authentication_required"]""", "This client offers ticket")]
    [InlineData("""[3,{},"wamp.error.no_such_role"]""", "Ask for another role")]
    [InlineData("""[3,{"scram":"invalid-proof"},"wamp.error.authentication_denied"]""", "invalid-proof")]
    public async Task ARefusalIsToldWithItsRemedy(string abort, string said)
    {
        await using var dialog = await LoginDialog.StartAsync(new TicketAuthenticator("joe", "wrong"));
        await dialog.ChallengeAsync("ticket");
        await dialog.SendAsync(abort);
        var exception = await Assert.ThrowsAsync<WampConnectException>(() => dialog.Connecting.Soon());
        Assert.Contains(said, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAuthenticatorHasAsLongAsJoiningMayTake()
    {
        var time = new ManualTime();
        var asked = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource<string>();
        await using var dialog = await LoginDialog.StartAsync(
            Wire.RawSocketJson,
            options => options.On(time),
            CancellationToken.None,
            new TicketAuthenticator("joe", token =>
            {
                asked.SetResult(token);
                return new ValueTask<string>(never.Task); // heeds no token
            }));
        await dialog.SendChallengeAsync("ticket");
        var token = await asked.Task.Soon();
        await time.ElapseAsync(TimeSpan.FromSeconds(10));

        var exception = await Assert.ThrowsAsync<WampConnectException>(() => dialog.Connecting.Soon());
        Assert.Contains("authenticator for ticket had no answer", exception.Message, StringComparison.Ordinal);
        Assert.True(token.IsCancellationRequested);
        await dialog.EndedAsync();
        never.SetException(new InvalidOperationException("late")); // observed by nobody, and missed by nobody
    }

    [Fact]
    public async Task AnAuthenticatorIsLeftAloneWhenTheCallerGivesUp()
    {
        using var cancellation = new CancellationTokenSource();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var dialog = await LoginDialog.StartAsync(
            Wire.WebSocketJson,
            null,
            cancellation.Token,
            new TicketAuthenticator("joe", async token =>
            {
                asked.SetResult();
                await new TaskCompletionSource().Task.WaitAsync(token); // nobody completes it
                return "";
            }));
        await dialog.SendChallengeAsync("ticket");
        await asked.Task.Soon();
        await cancellation.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => dialog.Connecting.Soon());
        await dialog.EndedAsync();
    }

    [Fact]
    public async Task AuthenticatorsThatDoNotGoTogetherAreRefusedBeforeConnecting()
    {
        var options = new WampClientOptions { Url = new Uri("tcp://127.0.0.1:1"), Realm = "realm1" };
        var twice = await Assert.ThrowsAsync<ArgumentException>(() => WampClient.ConnectAsync(
            options with { Authenticators = [new TicketAuthenticator("joe", "1"), new TicketAuthenticator("joe", "2")] }));
        Assert.Contains("ticket, ticket", twice.Message, StringComparison.Ordinal);
        var two = await Assert.ThrowsAsync<ArgumentException>(() => WampClient.ConnectAsync(
            options with { Authenticators = [new TicketAuthenticator("joe", "1"), new CraAuthenticator("jane", "2")] }));
        Assert.Contains("joe, jane", two.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneAuthenticatorServesManyClients()
    {
        var scram = new ScramAuthenticator("joe", "pencil");
        await using var one = await LoginDialog.StartAsync(scram);
        await using var other = await LoginDialog.StartAsync(scram);
        Assert.NotEqual(
            one.Hello.GetProperty("authextra").GetProperty("nonce").GetString(), other.Hello.GetProperty("authextra").GetProperty("nonce").GetString());
    }

    /// <summary>An application's own.</summary>
    private sealed class Rounds(string method, string authId, JsonObject? hello = null) : IWampClientAuthenticator
    {
        public string Method => method;

        public string? AuthId => authId;

        public int Welcomes { get; private set; }

        public AuthenticationExchange Begin(WampClientOptions options) => new Exchange(this, hello);

        private sealed class Exchange(Rounds owner, JsonObject? hello) : AuthenticationExchange
        {
            private int _round;

            public override JsonObject? HelloExtra => hello;

            public override async ValueTask<AuthenticationAnswer> AnswerAsync(AuthenticationChallenge challenge, CancellationToken cancellationToken)
            {
                await Task.Yield();
                _round++;
                return new AuthenticationAnswer($"{_round}: {challenge.Extra.Get<int>("digits")}", new JsonObject { ["round"] = _round });
            }

            public override void CheckWelcome(WampSession session) => owner.Welcomes++;
        }
    }
}
