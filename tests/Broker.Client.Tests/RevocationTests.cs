namespace Broker.Client;

/// <summary>A router takes a subscription or a registration away (WAMP specification, "Subscription Revocation", "Registration Revocation").</summary>
public sealed class RevocationTests
{
    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires)), Trait("wamp", "SRV-03")]
    public async Task ARevokedSubscriptionIsDroppedWithoutAReply(Wire wire)
    {
        using var router = new FakeRouter(wire);
        var told = new TaskCompletionSource<Revocation>();
        router.Options = router.Options with { Revoked = told.SetResult };
        await using var joined = await router.JoinAsync();
        var events = new Inbox();
        var subscribing = joined.Client.SubscribeAsync("com.acme.t", events.Add);
        await joined.Peer.ExpectAsync("""[32,1,{},"com.acme.t"]""");
        await joined.Peer.SendAsync("[33,1,77]");
        var subscription = await subscribing.Soon();

        await joined.Peer.SendAsync("[36,77,5,{}]");
        await joined.Peer.SendAsync("""[35,0,{"subscription":77,"reason":"com.acme.no_more"}]""");
        await joined.Peer.SendAsync("[36,77,6,{}]");
        var revocation = new Revocation("com.acme.t", "com.acme.no_more");
        Assert.Equal(revocation, await subscription.Revoked.Soon());
        Assert.Equal(revocation, await told.Task.Soon());
        Assert.Equal(5, (await events.NextAsync()).PublicationId); // what came before is handed over
        await AssertNextIsACallAsync(joined);
        await subscription.DisposeAsync();

        await AssertNextIsACallAsync(joined, 3); // no UNSUBSCRIBE came in between
    }

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires)), Trait("wamp", "RVK-03")]
    public async Task ARevokedRegistrationIsDroppedWithoutAReply(Wire wire)
    {
        using var router = new FakeRouter(wire);
        var told = new TaskCompletionSource<Revocation>();
        router.Options = router.Options with { Revoked = told.SetResult };
        await using var joined = await router.JoinAsync();
        var registering = joined.Client.RegisterAsync("com.acme.p", _ => ValueTask.FromResult(1));
        await joined.Peer.ExpectAsync("""[64,1,{},"com.acme.p"]""");
        await joined.Peer.SendAsync("[65,1,88]");
        var registration = await registering.Soon();

        await joined.Peer.SendAsync("""[67,0,{"registration":88,"reason":"com.acme.no_more"}]""");
        var revocation = new Revocation("com.acme.p", "com.acme.no_more");
        Assert.Equal(revocation, await registration.Revoked.Soon());
        Assert.Equal(revocation, await told.Task.Soon());
        await AssertNextIsACallAsync(joined);
        await registration.DisposeAsync();

        await joined.Peer.SendAsync("[68,1,88,{}]");
        Assert.StartsWith("""[8,68,1,{},"wamp.error.no_such_registration",""", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Theory, Trait("wamp", "RVK-06")]
    [InlineData("[67,0,{\"registration\":99}]")]
    [InlineData("[67,0,{}]")]
    [InlineData("[35,0,{\"subscription\":99}]")]
    public async Task RevocationsOfWhatIsUnknownAreIgnored(string message)
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        await joined.Peer.SendAsync(message);
        await AssertNextIsACallAsync(joined, 1);
    }

    /// <summary>The client is alive, has read all that was sent before, and has sent nothing but this.</summary>
    private static async Task AssertNextIsACallAsync(Joined joined, int requestId = 2)
    {
        var call = joined.Client.CallAsync("com.acme.other");
        await joined.Peer.ExpectAsync($$"""[48,{{requestId}},{},"com.acme.other"]""");
        await joined.Peer.SendAsync($$"""[50,{{requestId}},{}]""");
        await call.Soon();
    }
}
