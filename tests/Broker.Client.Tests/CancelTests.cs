using Broker.Options;

namespace Broker.Client;

/// <summary>A caller cancels (WAMP specification, "Call Canceling").</summary>
public sealed class CancelTests
{
    private const string Welcome = """[2,1,{"roles":{"dealer":{"features":{"call_canceling":true,"call_timeout":true}}}}]""";

    [Theory, Trait("wamp", "CAN-17"), Trait("wamp", "CAN-01"), MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task CancelIsSentAndTheErrorThatComesEndsTheCall(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync(Welcome);
        using var cancellation = new CancellationTokenSource();
        var call = joined.Client.CallAsync("com.acme.p", cancellationToken: cancellation.Token);
        await joined.Peer.ExpectAsync("""[48,1,{},"com.acme.p"]""");
        await cancellation.CancelAsync();
        await joined.Peer.ExpectAsync("""[49,1,{"mode":"killnowait"}]""");
        Assert.False(call.IsCompleted);
        await joined.Peer.SendAsync("""[8,48,1,{},"wamp.error.canceled"]""");

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
        Assert.Equal(cancellation.Token, exception.CancellationToken);
        await AssertAliveAsync(joined, 2);
    }

    [Theory, Trait("wamp", "CAN-17")]
    [InlineData(CancelMode.Skip, "skip")]
    [InlineData(CancelMode.Kill, "kill")]
    public async Task TheModeIsTheCallers(CancelMode mode, string text)
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        using var cancellation = new CancellationTokenSource();
        var call = joined.Client.CallAsync("com.acme.p", options: new CallOptions { CancelMode = mode }, cancellationToken: cancellation.Token);
        await joined.Peer.ReceiveAsync();
        await cancellation.CancelAsync();
        await joined.Peer.ExpectAsync($$"""[49,1,{"mode":"{{text}}"}]""");
        await joined.Peer.SendAsync("""[8,49,1,{},"wamp.error.canceled"]"""); // typed by the CANCEL, as some routers do

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
    }

    [Fact, Trait("wamp", "CAN-17")]
    public async Task AResultThatWinsTheRaceIsTheResult()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        using var cancellation = new CancellationTokenSource();
        var call = joined.Client.CallAsync<int>("com.acme.p", cancellationToken: cancellation.Token);
        await joined.Peer.ReceiveAsync();
        await cancellation.CancelAsync();
        await joined.Peer.ExpectAsync("""[49,1,{"mode":"killnowait"}]""");
        await joined.Peer.SendAsync("[50,1,{},[7]]");

        Assert.Equal(7, await call.Soon());
    }

    [Fact, Trait("wamp", "CAN-17")]
    public async Task KillGivesWhatTheCalleeAnswers()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        using var cancellation = new CancellationTokenSource();
        var call = joined.Client.CallAsync(
            "com.acme.p", options: new CallOptions { CancelMode = CancelMode.Kill }, cancellationToken: cancellation.Token);
        await joined.Peer.ReceiveAsync();
        await cancellation.CancelAsync();
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("""[8,48,1,{},"com.acme.error.half_done"]""");

        Assert.Equal("com.acme.error.half_done", (await Assert.ThrowsAsync<WampException>(() => call.Soon())).Uri);
    }

    [Fact, Trait("wamp", "CAN-17")]
    public async Task ARouterThatNeverAnswersCancelDoesNotHoldTheCaller()
    {
        using var router = new FakeRouter();
        var time = new ManualTime();
        router.Options = router.Options.On(time);
        await using var joined = await router.JoinAsync(Welcome);
        using var cancellation = new CancellationTokenSource();
        var call = joined.Client.CallAsync("com.acme.p", cancellationToken: cancellation.Token);
        await joined.Peer.ReceiveAsync();
        await cancellation.CancelAsync();
        await joined.Peer.ReceiveAsync();
        await time.ElapseAsync(router.Options.CloseTimeout);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
        await joined.Peer.SendAsync("[50,1,{}]"); // late
        await AssertAliveAsync(joined, 2);
    }

    [Fact, Trait("wamp", "CTO-09")]
    public async Task WhenTheDealersTimeoutDoesNotComeTheCallIsCanceledHere()
    {
        using var router = new FakeRouter();
        var time = new ManualTime();
        router.Options = router.Options.On(time);
        await using var joined = await router.JoinAsync(Welcome);
        var call = joined.Client.CallAsync("com.acme.p", options: new CallOptions { Timeout = TimeSpan.FromSeconds(7) });
        await joined.Peer.ExpectAsync("""[48,1,{"timeout":7000},"com.acme.p"]""");
        await time.ElapseAsync(TimeSpan.FromSeconds(8)); // the dealer's word has a way to go

        await Assert.ThrowsAsync<WampTimeoutException>(() => call.Soon());
        await joined.Peer.ExpectAsync("""[49,1,{"mode":"killnowait"}]""");
        await joined.Peer.SendAsync("""[8,48,1,{},"wamp.error.timeout"]""");
        await AssertAliveAsync(joined, 2);
    }

    private static async Task AssertAliveAsync(Joined joined, int requestId)
    {
        var call = joined.Client.CallAsync<string>("com.acme.q");
        await joined.Peer.ExpectAsync($$"""[48,{{requestId}},{},"com.acme.q"]""");
        await joined.Peer.SendAsync($$"""[50,{{requestId}},{},["yes"]]""");
        Assert.Equal("yes", await call.Soon());
    }
}
