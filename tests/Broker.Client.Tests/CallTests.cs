namespace Broker.Client;

public class CallTests
{
    [Theory, Trait("wamp", "RPC-06"), MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task CallsReturnResultsInAnyOrder(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        var first = joined.Client.CallAsync<int>("com.acme.add", [2, 3]);
        var second = joined.Client.CallAsync("com.acme.whole", new WampArguments { "x", { "k", true } });
        await joined.Peer.ExpectAsync("""[48,1,{},"com.acme.add",[2,3]]""");
        await joined.Peer.ExpectAsync("""[48,2,{},"com.acme.whole",["x"],{"k":true}]""");
        await joined.Peer.SendAsync("""[50,2,{"callee":4},[1,"two"],{"three":3.5}]""");
        await joined.Peer.SendAsync("[50,1,{},[5]]");

        Assert.Equal(5, await first.Soon());
        var result = await second.Soon();
        Assert.Equal((1, "two", 3.5, 4), (
            result.Arguments.Get<int>(0), result.Arguments.Get<string>(1), result.ArgumentsKw.Get<double>("three"), result.Details.Get<int>("callee")));
    }

    [Theory, Trait("wamp", "SER-13")]
    [InlineData("[50,1,{}]")]
    [InlineData("[50,1,{},[]]")]
    [InlineData("[50,1,{},null]")]
    [InlineData("[50,1,{},null,null]")]
    [InlineData("[50,1,{},[null]]")]
    [InlineData("[50,1,{},[],{}]")]
    public async Task NoResultIsNullAndNoNumber(string reply)
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var text = joined.Client.CallAsync<string>("com.acme.p");
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync(reply);
        var number = joined.Client.CallAsync<int>("com.acme.p");
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync(reply.Replace("[50,1", "[50,2", StringComparison.Ordinal));

        Assert.Null(await text.Soon());
        await Assert.ThrowsAsync<WampArgumentException>(() => number.Soon());
    }

    [Theory, Trait("wamp", "RPC-04"), MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task AnErrorIsAnExceptionWithItsUriAndArguments(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        var call = joined.Client.CallAsync("com.acme.order");
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("""[8,48,1,{},"com.acme.error.no_such_order",["Order 7 is not here.",7],{"hint":"8"}]""");

        var exception = await Assert.ThrowsAsync<WampException>(() => call.Soon());
        Assert.Equal("com.acme.error.no_such_order", exception.Uri);
        Assert.Equal("Calling com.acme.order failed with com.acme.error.no_such_order: Order 7 is not here.", exception.Message);
        Assert.Equal(7, exception.Arguments.Get<int>(1));
        Assert.Equal("8", exception.ArgumentsKw.Get<string>("hint"));
    }

    [Theory]
    [InlineData("wamp.error.no_such_procedure", "Start the callee")]
    [InlineData("wamp.error.canceled", "callee has left")]
    [InlineData("wamp.error.cancelled", "callee has left")]
    [InlineData("wamp.error.no_eligible_callee", "callee has left")]
    [InlineData("wamp.error.callee_unregistered", "callee has left")]
    public async Task CommonErrorsSayWhatToDo(string uri, string remedy)
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var call = joined.Client.CallAsync("com.acme.p");
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync($$"""[8,48,1,{},"{{uri}}"]""");

        var exception = await Assert.ThrowsAsync<WampException>(() => call.Soon());
        Assert.Equal(uri, exception.Uri);
        Assert.Contains(remedy, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheRoutersTimeoutIsATimeout()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var call = joined.Client.CallAsync("com.acme.p");
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("""[8,48,1,{},"wamp.error.timeout"]""");

        await Assert.ThrowsAsync<WampTimeoutException>(() => call.Soon());
    }

    [Theory]
    [InlineData(null, 30)]
    [InlineData(7, 7)]
    [Trait("wamp", "CTO-09")]
    [Trait("wamp", "RPC-10")]
    public async Task ACallEndsInTimeAndALateResultIsIgnored(int? seconds, int limit)
    {
        using var router = new FakeRouter();
        var time = new ManualTime();
        router.Options = router.Options.On(time);
        await using var joined = await router.JoinAsync();
        var call = joined.Client.CallAsync(
            "com.acme.p", options: seconds is null ? null : new CallOptions { Timeout = TimeSpan.FromSeconds(seconds.Value) });
        await joined.Peer.ExpectAsync("""[48,1,{},"com.acme.p"]"""); // the dealer announces no call_timeout
        await time.ElapseAsync(TimeSpan.FromSeconds(limit));

        var exception = await Assert.ThrowsAsync<WampTimeoutException>(() => call.Soon());
        Assert.Contains($"no reply within {limit} s", exception.Message, StringComparison.Ordinal);
        await joined.Peer.SendAsync("[50,1,{}]");
        await AssertAliveAsync(joined);
    }

    [Fact]
    [Trait("wamp", "CTO-01")]
    public async Task ATimeoutIsToldToADealerThatKnowsTimeouts()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync("""[2,1,{"roles":{"dealer":{"features":{"call_timeout":true}}}}]""");
        var call = joined.Client.CallAsync("com.acme.p", options: new CallOptions { Timeout = TimeSpan.FromSeconds(7.5) });

        await joined.Peer.ExpectAsync("""[48,1,{"timeout":7500},"com.acme.p"]""");
        await joined.Peer.SendAsync("[50,1,{}]");
        await call.Soon();
    }

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires)), Trait("wamp", "CAN-18")]
    public async Task ACancelledCallIsGivenUpWithoutCancel(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        using var cancellation = new CancellationTokenSource();
        var call = joined.Client.CallAsync("com.acme.p", cancellationToken: cancellation.Token);
        await joined.Peer.ReceiveAsync();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
        await joined.Peer.SendAsync("[50,1,{}]");
        await AssertAliveAsync(joined); // the next message is the next call: no CANCEL went out
    }

    [Fact]
    public async Task ACancelledTokenSendsNothing()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => joined.Client.CallAsync("com.acme.p", cancellationToken: cancelled));
        var call = joined.Client.CallAsync("com.acme.q");
        await joined.Peer.ExpectAsync("""[48,1,{},"com.acme.q"]""");
        await joined.Peer.SendAsync("[50,1,{}]");
        await call.Soon();
    }

    [Fact]
    public async Task NullMeansNoArgumentsAndNoOptions()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var call = joined.Client.CallAsync("com.acme.p", null, null);
        await joined.Peer.ExpectAsync("""[48,1,{},"com.acme.p"]""");
        await joined.Peer.SendAsync("[50,1,{}]");
        await call.Soon();
    }

    private static async Task AssertAliveAsync(Joined joined)
    {
        var call = joined.Client.CallAsync<string>("com.acme.q");
        await joined.Peer.ExpectAsync("""[48,2,{},"com.acme.q"]""");
        await joined.Peer.SendAsync("""[50,2,{},["yes"]]""");
        Assert.Equal("yes", await call.Soon());
    }
}
