namespace Broker.Client;

public class SubscribeTests
{
    [Theory, Trait("wamp", "SUB-01"), Trait("wamp", "SUB-04"), MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    [Trait("wamp", "SUB-07")]
    public async Task EventsReachTheHandlerEvenRightBehindSubscribed(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        var events = new Inbox();
        var subscribing = joined.Client.SubscribeAsync("com.acme.t", events.Add);
        await joined.Peer.ExpectAsync("""[32,1,{},"com.acme.t"]""");
        await joined.Peer.SendAsync("[33,1,77]");
        await joined.Peer.SendAsync("""[36,77,5,{"publisher":9,"publisher_authid":"p","x_more":[1]},[1,"two"],{"k":3.0}]""");

        var published = await events.NextAsync();
        Assert.Equal(("com.acme.t", 5L, 9L, "p"), (published.Topic, published.PublicationId, published.Publisher, published.PublisherAuthId));
        Assert.Equal((1, "two"), (published.Arguments.Get<int>(0), published.Arguments.Get<string>(1)));
        Assert.Equal(3.0, published.ArgumentsKw.Get<double>("k"));
        Assert.Equal([1], published.Details.Get<int[]>("x_more")!);
        var subscription = await subscribing.Soon();
        Assert.Equal(("com.acme.t", 77L), (subscription.Topic, subscription.Id));
    }

    [Theory]
    [InlineData("prefix", "com.acme.")]
    [InlineData("wildcard", "com..t")]
    public async Task PatternsAreAskedForAndEventsTellTheirTopic(string match, string pattern)
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var events = new Inbox();
        var options = match == "prefix" ? SubscribeOptions.Prefix : SubscribeOptions.Wildcard;
        var subscribing = joined.Client.SubscribeAsync(pattern, events.Add, options);
        await joined.Peer.ExpectAsync($$"""[32,1,{"match":"{{match}}"},"{{pattern}}"]""");
        await joined.Peer.SendAsync("[33,1,77]");
        await joined.Peer.SendAsync("""[36,77,5,{"topic":"com.acme.t"}]""");

        Assert.Equal("com.acme.t", (await events.NextAsync()).Topic);
        await subscribing.Soon();
    }

    [Fact]
    public async Task APatternIsNotAskedOfARouterThatDoesNotKnowPatterns()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync("""[2,1,{"roles":{"broker":{}}}]""");

        var exception = await Assert.ThrowsAsync<WampException>(() => joined.Client.SubscribeAsync("com.", _ => { }, SubscribeOptions.Prefix));
        Assert.Equal("wamp.error.feature_not_supported", exception.Uri);
    }

    [Fact, Trait("wamp", "SUB-05")]
    public async Task OneHandlerGetsOneEventAfterTheOther()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var seen = new List<int>();
        var running = 0;
        var all = new TaskCompletionSource();
        var subscribing = joined.Client.SubscribeAsync("com.acme.t", async published =>
        {
            Assert.Equal(1, Interlocked.Increment(ref running));
            await Task.Yield();
            seen.Add(published.Arguments.Get<int>(0));
            Interlocked.Decrement(ref running);
            if (seen.Count == 500)
                all.SetResult();
        });
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("[33,1,77]");
        for (var i = 0; i < 500; i++)
            await joined.Peer.SendAsync($"[36,77,{i + 1},{{}},[{i}]]");

        await all.Task.Soon();
        Assert.Equal(Enumerable.Range(0, 500), seen);
        await subscribing.Soon();
    }

    [Fact, Trait("wamp", "SUB-03")]
    public async Task SeveralHandlersShareASubscriptionUntilTheLastGoes()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var (first, second) = (new Inbox(), new Inbox());
        var one = await SubscribeAsync(joined, first.Add, 1);
        var two = await SubscribeAsync(joined, second.Add, 2);
        await joined.Peer.SendAsync("[36,77,1,{}]");
        await first.NextAsync();
        await second.NextAsync();

        await one.DisposeAsync().AsTask().Soon(); // sends nothing
        await joined.Peer.SendAsync("[36,77,2,{}]");
        Assert.Equal(2, (await second.NextAsync()).PublicationId);
        Assert.True(first.IsEmpty);

        var last = two.DisposeAsync().AsTask();
        await joined.Peer.ExpectAsync("[34,3,77]");
        await joined.Peer.SendAsync("[36,77,3,{}]"); // on its way already
        await joined.Peer.SendAsync("[35,3]");
        await last.Soon();
        Assert.True(second.IsEmpty);
    }

    [Fact, Trait("wamp", "SUB-03")]
    public async Task TheLastHandlerDoesNotTakeTheSubscriptionFromOneThatIsBeingMade()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var events = new Inbox();
        var one = await SubscribeAsync(joined, _ => { }, 1);
        var subscribing = joined.Client.SubscribeAsync("com.acme.t", events.Add);
        await joined.Peer.ReceiveAsync();
        await one.DisposeAsync().AsTask().Soon(); // UNSUBSCRIBE would overtake SUBSCRIBED here
        await joined.Peer.SendAsync("[33,2,77]");
        await using var two = await subscribing.Soon();
        await joined.Peer.SendAsync("[36,77,1,{}]");

        await events.NextAsync();
        var last = two.DisposeAsync().AsTask();
        await joined.Peer.ExpectAsync("[34,3,77]");
        await joined.Peer.SendAsync("[35,3]");
        await last.Soon();
    }

    [Fact, Trait("wamp", "SUB-03")]
    public async Task ARefusedSubscribeReleasesWhatItHeld()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var one = await SubscribeAsync(joined, _ => { }, 1);
        var subscribing = joined.Client.SubscribeAsync("com.acme.t", _ => { });
        await joined.Peer.ReceiveAsync();
        await one.DisposeAsync().AsTask().Soon();
        await joined.Peer.SendAsync("""[8,32,2,{},"wamp.error.not_authorized"]""");

        await joined.Peer.ExpectAsync("[34,3,77]");
        Assert.Equal("wamp.error.not_authorized", (await Assert.ThrowsAsync<WampException>(() => subscribing.Soon())).Uri);
    }

    [Fact]
    public async Task ASubscribeGivenUpIsUndone()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        using var cancellation = new CancellationTokenSource();
        var subscribing = joined.Client.SubscribeAsync("com.acme.t", _ => { }, cancellationToken: cancellation.Token);
        await joined.Peer.ReceiveAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => subscribing.Soon());
        await joined.Peer.SendAsync("[33,1,77]");

        await joined.Peer.ExpectAsync("[34,2,77]");
    }

    [Fact]
    public async Task WhatAHandlerThrowsIsReportedAndTheNextEventStillComes()
    {
        using var router = new FakeRouter();
        var failed = new TaskCompletionSource<HandlerFailure>();
        router.Options = router.Options with { HandlerFailed = failed.SetResult };
        await using var joined = await router.JoinAsync();
        var events = new Inbox();
        await SubscribeAsync(
            joined,
            published =>
            {
                events.Add(published);
                if (published.PublicationId == 1)
                    throw new InvalidOperationException("no");
            },
            1);
        await joined.Peer.SendAsync("[36,77,1,{}]");
        await joined.Peer.SendAsync("[36,77,2,{}]");

        await events.NextAsync();
        Assert.Equal(2, (await events.NextAsync()).PublicationId);
        var failure = await failed.Task.Soon();
        Assert.Equal("com.acme.t", failure.Uri);
        Assert.IsType<InvalidOperationException>(failure.Exception);
    }

    [Fact]
    [Trait("wamp", "SUB-05")]
    public async Task AHandlerThatReturnsATaskIsAwaitedAndItsFailureReported()
    {
        using var router = new FakeRouter();
        var failed = new TaskCompletionSource<HandlerFailure>();
        router.Options = router.Options with { HandlerFailed = failed.SetResult };
        await using var joined = await router.JoinAsync();
        var release = new TaskCompletionSource();
        var order = new Inbox();
        await AnsweredAsync(joined, joined.Client.SubscribeAsync("com.acme.t", published => HandleAsync(published)), 1);

        await joined.Peer.SendAsync("[36,77,1,{}]");
        await joined.Peer.SendAsync("[36,77,2,{}]");
        Assert.Equal(1, (await order.NextAsync()).PublicationId);
        release.SetResult();

        Assert.Equal(2, (await order.NextAsync()).PublicationId);
        Assert.IsType<InvalidOperationException>((await failed.Task.Soon()).Exception);

        async Task HandleAsync(WampEvent published)
        {
            order.Add(published);
            await release.Task;
            if (published.PublicationId == 1)
            {
                throw new InvalidOperationException("no");
            }
        }
    }

    [Fact]
    public async Task AFullQueueStopsTheReadingAndLosesNothing()
    {
        using var router = new FakeRouter();
        router.Options = router.Options with { ReceiveBuffer = 2 };
        await using var joined = await router.JoinAsync();
        var gate = new SemaphoreSlim(0);
        var events = new Inbox();
        await SubscribeAsync(
            joined,
            async published =>
            {
                await gate.WaitAsync();
                events.Add(published);
            },
            1);
        var call = joined.Client.CallAsync("com.acme.p");
        await joined.Peer.ReceiveAsync();
        for (var i = 1; i <= 10; i++)
            await joined.Peer.SendAsync($"[36,77,{i},{{}}]");
        await joined.Peer.SendAsync("[50,2,{}]");
        Assert.False(call.IsCompleted); // one event runs, two wait, and the result stands behind the others

        gate.Release(10);
        for (var i = 1; i <= 10; i++)
        {
            var published = await events.NextAsync();
            Assert.Equal((i, 0), (published.PublicationId, published.Gap));
        }

        await call.Soon();
    }

    [Fact]
    public async Task AHandlerThatCallsIsAnsweredThoughItsQueueIsFull()
    {
        using var router = new FakeRouter();
        router.Options = router.Options with { ReceiveBuffer = 2 };
        await using var joined = await router.JoinAsync();
        var events = new Inbox();
        await SubscribeAsync(
            joined,
            async published =>
            {
                if (published.PublicationId == 1)
                    await joined.Client.CallAsync("com.acme.p");
                events.Add(published);
            },
            1);
        await joined.Peer.SendAsync("[36,77,1,{}]");
        await joined.Peer.ExpectAsync("""[48,2,{},"com.acme.p"]""");
        for (var i = 2; i <= 6; i++)
            await joined.Peer.SendAsync($"[36,77,{i},{{}}]");
        await joined.Peer.SendAsync("[50,2,{}]");

        Assert.Equal(1, (await events.NextAsync()).PublicationId);
        Assert.Equal(2, (await events.NextAsync()).PublicationId);
        Assert.Equal(3, (await events.NextAsync()).PublicationId);
        await joined.Peer.SendAsync("""[36,77,7,{"_gap":5}]""");
        var next = await events.NextAsync();
        Assert.Equal((7, 5 + 3), (next.PublicationId, next.Gap)); // the router dropped 5, and 4, 5 and 6 found no room
    }

    [Fact]
    public async Task DisposingDropsWhatWaitsEvenWhenTheSessionHasEnded()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var gate = new TaskCompletionSource();
        var first = new TaskCompletionSource();
        var handled = 0;
        await SubscribeAsync(
            joined,
            async published =>
            {
                handled++;
                if (published.PublicationId == 1)
                {
                    first.SetResult();
                    await gate.Task;
                }
            },
            1);
        await joined.Peer.SendAsync("[36,77,1,{}]");
        await joined.Peer.SendAsync("[36,77,2,{}]");
        await first.Task.Soon();
        await joined.Peer.DisposeAsync();
        await joined.Client.Completion.Soon();

        var disposing = joined.Client.DisposeAsync().AsTask();
        gate.SetResult();
        await disposing.Soon();
        Assert.Equal(1, handled);
    }

    private static Task<WampSubscription> SubscribeAsync(Joined joined, Action<WampEvent> handler, int requestId) =>
        AnsweredAsync(joined, joined.Client.SubscribeAsync("com.acme.t", handler), requestId);

    private static Task<WampSubscription> SubscribeAsync(Joined joined, Func<WampEvent, ValueTask> handler, int requestId) =>
        AnsweredAsync(joined, joined.Client.SubscribeAsync("com.acme.t", handler), requestId);

    private static async Task<WampSubscription> AnsweredAsync(Joined joined, Task<WampSubscription> subscribing, int requestId)
    {
        await joined.Peer.ExpectAsync($$"""[32,{{requestId}},{},"com.acme.t"]""");
        await joined.Peer.SendAsync($"[33,{requestId},77]");
        return await subscribing.Soon();
    }
}
