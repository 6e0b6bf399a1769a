namespace Broker.Client;

/// <summary>An event that several subscriptions match is sent for each; a client may want it once (WAMP specification, "Pattern-based Subscription").</summary>
public sealed class DeduplicationTests
{
    [Theory, Trait("wamp", "PBS-06"), MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires))]
    public async Task SubscriptionsThatShareWhatTheyHaveSeenGetAnEventOnce(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        var once = new Inbox();
        var each = new Inbox();
        var seen = new SeenPublications();
        await SubscribedAsync(joined, 1, "com.acme.t", once, new SubscribeOptions { Seen = seen });
        await SubscribedAsync(joined, 2, "com.acme.", once, SubscribeOptions.Prefix with { Seen = seen });
        await SubscribedAsync(joined, 3, "com..t", each, SubscribeOptions.Wildcard);

        for (var publication = 1; publication <= 50; publication++)
        {
            foreach (var subscription in new[] { 71, 72, 73 })
                await joined.Peer.SendAsync($$"""[36,{{subscription}},{{publication}},{"topic":"com.acme.t"}]""");
        }

        await joined.Peer.SendAsync("""[36,72,51,{"topic":"com.acme.last"}]""");
        var ids = new List<long>();
        while (ids.Count < 51)
            ids.Add((await once.NextAsync()).PublicationId);
        Assert.Equal(Enumerable.Range(1, 51).Select(i => (long)i), ids.Order());
        Assert.True(once.IsEmpty);
        for (var publication = 1; publication <= 50; publication++)
            Assert.Equal(publication, (await each.NextAsync()).PublicationId);
    }

    [Fact, Trait("wamp", "PBS-06")]
    public async Task EachGetsItUnlessTheyAsk()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var (exact, prefix) = (new Inbox(), new Inbox());
        await SubscribedAsync(joined, 1, "com.acme.t", exact, new SubscribeOptions { Seen = new SeenPublications() });
        await SubscribedAsync(joined, 2, "com.acme.", prefix, SubscribeOptions.Prefix with { Seen = new SeenPublications() });
        await joined.Peer.SendAsync("[36,71,5,{}]");
        await joined.Peer.SendAsync("""[36,72,5,{"topic":"com.acme.t"}]""");

        Assert.Equal(5, (await exact.NextAsync()).PublicationId);
        Assert.Equal(5, (await prefix.NextAsync()).PublicationId);
    }

    [Fact, Trait("wamp", "PBS-06")]
    public async Task OnlySoManyPublicationsAreRemembered()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var events = new Inbox();
        await SubscribedAsync(joined, 1, "com.acme.t", events, new SubscribeOptions { Seen = new SeenPublications(capacity: 2) });
        foreach (var publication in new[] { 1, 2, 1, 3, 2, 1 }) // 1 has been forgotten by the time it comes last
            await joined.Peer.SendAsync($"[36,71,{publication},{{}}]");

        foreach (var expected in new[] { 1, 2, 3, 1 })
            Assert.Equal(expected, (await events.NextAsync()).PublicationId);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SeenPublications(0));
    }

    [Fact, Trait("wamp", "PBS-06")]
    public async Task WhatAnEventPassedOverSaysOfAGapIsNotLost()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var events = new Inbox();
        await SubscribedAsync(joined, 1, "com.acme.t", events, new SubscribeOptions { Seen = new SeenPublications() });
        await joined.Peer.SendAsync("[36,71,5,{}]");
        await joined.Peer.SendAsync("""[36,71,5,{"_gap":3}]""");
        await joined.Peer.SendAsync("""[36,71,6,{"_gap":1}]""");
        await joined.Peer.SendAsync("[36,71,7,{}]");

        Assert.Equal((5, 0), await NextAsync());
        Assert.Equal((6, 4), await NextAsync());
        Assert.Equal((7, 0), await NextAsync());

        async Task<(long, long)> NextAsync()
        {
            var published = await events.NextAsync();
            return (published.PublicationId, published.Gap);
        }
    }

    /// <summary>The subscription gets the id 70 plus that of the request.</summary>
    private static async Task SubscribedAsync(Joined joined, int requestId, string topic, Inbox events, SubscribeOptions options)
    {
        var subscribing = joined.Client.SubscribeAsync(topic, events.Add, options);
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync($"[33,{requestId},{70 + requestId}]");
        await subscribing.Soon();
    }
}
