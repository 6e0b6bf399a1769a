namespace Broker.Client.Authentication;

/// <summary>Method ticket. (TIC-02 and TIC-04 are the router's.)</summary>
public class TicketTests
{
    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires)), Trait("wamp", "TIC-01"), Trait("wamp", "TIC-03")]
    public async Task AFreshTicketIsFetchedForEachSession(Wire wire)
    {
        var count = 0;
        var ticket = new TicketAuthenticator("joe", async _ =>
        {
            await Task.Yield();
            return $"token {++count}";
        });
        for (var session = 1; session <= 2; session++)
        {
            await using var dialog = await LoginDialog.StartAsync(wire, ticket);
            Assert.Equal("""["ticket"]""", dialog.Hello.GetProperty("authmethods").GetRawText());
            Assert.Equal("joe", dialog.Hello.GetProperty("authid").GetString());
            Assert.Equal($"token {session}", (await dialog.ChallengeAsync("ticket")).Signature);
            await dialog.WelcomeAsync("ticket");
        }
    }

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires)), Trait("wamp", "TIC-03")]
    public async Task AFreshTicketIsFetchedWhenTheRouterAsksAgainInTheOpenSession(Wire wire)
    {
        var count = 0;
        await using var dialog = await LoginDialog.StartAsync(
            wire, new TicketAuthenticator("joe", _ => ValueTask.FromResult($"token {++count}")));
        Assert.True(dialog.Hello.GetProperty("_reauthenticate").GetBoolean());
        Assert.Equal("token 1", (await dialog.ChallengeAsync("ticket")).Signature);
        await dialog.WelcomeAsync("ticket");

        Assert.Equal("token 2", (await dialog.ChallengeAsync("ticket")).Signature);
        Assert.Equal("token 3", (await dialog.ChallengeAsync("ticket")).Signature);
    }

    [Fact]
    public async Task ATicketThatCannotBeFetchedAgainIsToldAndEndsNothing()
    {
        var failures = new TaskCompletionSource<HandlerFailure>(TaskCreationOptions.RunContinuationsAsynchronously);
        var count = 0;
        await using var dialog = await LoginDialog.StartAsync(
            Wire.WebSocketJson,
            options => options with { HandlerFailed = failures.SetResult },
            CancellationToken.None,
            new TicketAuthenticator(
                "joe", _ => ++count == 2 ? throw new InvalidOperationException("No token.") : ValueTask.FromResult($"token {count}")));
        await dialog.ChallengeAsync("ticket");
        await dialog.WelcomeAsync("ticket");

        await dialog.SendChallengeAsync("ticket");

        Assert.Equal("No token.", (await failures.Task.Soon()).Exception.Message);
        Assert.Equal("token 3", (await dialog.ChallengeAsync("ticket")).Signature);
    }

    [Fact]
    public async Task ATicketThatStaysTheSameIsNotAskedForAgain()
    {
        await using var dialog = await LoginDialog.StartAsync(new TicketAuthenticator("joe", "secret"));
        Assert.False(dialog.Hello.TryGetProperty("_reauthenticate", out _));
        await dialog.ChallengeAsync("ticket");
        await dialog.WelcomeAsync("ticket");

        await dialog.SendChallengeAsync("ticket");

        Assert.Equal("wamp.error.protocol_violation", (await dialog.ReceiveAsync(3))[2].GetString());
    }

    [Theory, Trait("wamp", "TIC-06")]
    [InlineData("ws://router.example.com/ws")]
    [InlineData("tcp://192.0.2.1:8080")]
    public async Task ATicketDoesNotLeaveThisMachineUnencrypted(string url)
    {
        var options = new WampClientOptions { Url = new Uri(url), Realm = "realm1", Authenticators = [new TicketAuthenticator("joe", "secret")] };
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => WampClient.ConnectAsync(options));
        Assert.Contains("use wss://", exception.Message, StringComparison.Ordinal);
        Assert.Contains("AllowUnencrypted", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    [Theory, Trait("wamp", "TIC-06")]
    [InlineData("wss://router.example.com/ws", false)]
    [InlineData("ws://localhost/ws", false)]
    [InlineData("tcp://[::1]:8080", false)]
    [InlineData("ws://router.example.com/ws", true)]
    public void ATicketGoesOverTlsAndToThisMachineAndWhereItIsAllowed(string url, bool allow)
    {
        var options = new WampClientOptions { Url = new Uri(url), Realm = "realm1" };
        Assert.NotNull(new TicketAuthenticator("joe", "secret") { AllowUnencrypted = allow }.Begin(options));
    }

    [Fact]
    public void AnAnswerDoesNotShowTheTicketWhenItIsPrinted() => Assert.Equal("AuthenticationAnswer", new AuthenticationAnswer("secret").ToString());
}
