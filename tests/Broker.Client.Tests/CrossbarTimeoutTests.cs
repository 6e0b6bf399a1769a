namespace Broker.Client;

/// <summary>Crossbar.io counts timeouts in seconds, announces nothing of them, forwards them always and says canceled when time is up.</summary>
public sealed class CrossbarTimeoutTests
{
    private const string Welcome = """[2,1,{"roles":{"broker":{},"dealer":{"features":{"call_canceling":true}}}}]""";

    [Theory, Trait("wamp", "CTO-01"), Trait("wamp", "CTO-09")]
    [InlineData(7000, 7)]
    [InlineData(7001, 8)]
    [InlineData(1, 1)]
    public async Task TheTimeIsToldInSecondsAndKeptHereToo(int milliseconds, int told)
    {
        using var router = NewRouter(out var time);
        await using var joined = await router.JoinAsync(Welcome);
        var timeout = TimeSpan.FromMilliseconds(milliseconds);
        var call = joined.Client.CallAsync("com.acme.p", options: new CallOptions { Timeout = timeout });
        await joined.Peer.ExpectAsync($$"""[48,1,{"timeout":{{told}}},"com.acme.p"]""");
        await time.ElapseAsync(timeout);
        await joined.Peer.ExpectAsync("""[49,1,{"mode":"killnowait"}]""");
        await joined.Peer.SendAsync("""[8,48,1,{},"wamp.error.canceled"]""");
        await Assert.ThrowsAsync<WampTimeoutException>(() => call.Soon());

        call = joined.Client.CallAsync("com.acme.p");
        await joined.Peer.ExpectAsync("""[48,2,{},"com.acme.p"]""");
        await joined.Peer.SendAsync("[50,2,{}]");
        await call.Soon();
    }

    [Fact, Trait("wamp", "CTO-06")]
    public async Task AProcedureThatKeepsTheTimeReadsSeconds()
    {
        using var router = NewRouter(out var time);
        await using var joined = await router.JoinAsync(Welcome);
        var timeouts = new List<TimeSpan?>();
        var registering = joined.Client.RegisterAsync(
            "com.acme.p",
            async (invocation, canceled) =>
            {
                timeouts.Add(invocation.Timeout);
                await new TaskCompletionSource().Task.WaitAsync(canceled);
                return null;
            },
            new RegisterOptions { ForwardTimeout = true });
        await joined.Peer.ExpectAsync("""[64,1,{},"com.acme.p"]"""); // the router does not know the option
        await joined.Peer.SendAsync("[65,1,88]");
        await registering.Soon();
        await joined.Peer.SendAsync("""[68,1,88,{"timeout":5}]""");
        await time.ElapseAsync(TimeSpan.FromSeconds(5));

        Assert.StartsWith("""[8,68,1,{},"wamp.error.timeout",""", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
        Assert.Equal([TimeSpan.FromSeconds(5)], timeouts);
    }

    private static FakeRouter NewRouter(out ManualTime time)
    {
        var router = new FakeRouter();
        time = new ManualTime();
        router.Options = router.Options.On(time) with { TimeoutsInSeconds = true };
        return router;
    }
}
