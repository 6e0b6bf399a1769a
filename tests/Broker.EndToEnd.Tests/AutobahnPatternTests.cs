namespace Broker.EndToEnd;

/// <summary>Pattern subscriptions and registrations between foreign clients and with our own SDK, in every direction.</summary>
public sealed class AutobahnPatternTests(SharedRouter router, AnyClient clients)
{
    [Theory]
    [Trait("wamp", "PBS-01")]
    [Trait("wamp", "PBS-04")]
    [Trait("wamp", "PBS-05")]
    [Trait("wamp", "PBS-07")]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task Every_matching_subscription_gets_the_event_and_its_topic(string from, string to)
    {
        await using var subscriber = await clients.OpenAsync(from, router.Url);
        await using var publisher = await clients.OpenAsync(to, router.Url);
        var root = SharedRouter.NewUri();
        var exact = await subscriber.SubscribeAsync($"{root}.room1.temperature");
        var prefix = await subscriber.SubscribeAsync($"{root}.room", """{"match":"prefix"}""");
        var wildcard = await subscriber.SubscribeAsync($"{root}..temperature", """{"match":"wildcard"}""");

        var everywhere = await publisher.PublishAsync($"{root}.room1.temperature", "[1]");
        var byPrefix = await publisher.PublishAsync($"{root}.room2", "[2]");
        await publisher.PublishAsync($"{root}.hall.humidity", "[3]");
        var byWildcard = await publisher.PublishAsync($"{root}.hall.temperature", "[4]");

        await AssertEventsAsync(
            subscriber,
            (exact, everywhere, $"{root}.room1.temperature", "[1]"),
            (prefix, everywhere, $"{root}.room1.temperature", "[1]"),
            (wildcard, everywhere, $"{root}.room1.temperature", "[1]"),
            (prefix, byPrefix, $"{root}.room2", "[2]"),
            (wildcard, byWildcard, $"{root}.hall.temperature", "[4]"));

        await subscriber.UnsubscribeAsync(prefix);
        var afterwards = await publisher.PublishAsync($"{root}.room1.temperature", "[5]");
        await AssertEventsAsync(
            subscriber, (exact, afterwards, $"{root}.room1.temperature", "[5]"), (wildcard, afterwards, $"{root}.room1.temperature", "[5]"));
    }

    [Theory]
    [Trait("wamp", "PBR-01")]
    [Trait("wamp", "PBR-04")]
    [Trait("wamp", "PBR-07")]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task The_best_registration_is_called_and_told_the_procedure(string from, string to)
    {
        await using var caller = await clients.OpenAsync(from, router.Url);
        await using var exact = await clients.OpenAsync(to, router.Url);
        await using var prefix = await clients.OpenAsync(from, router.Url);
        await using var wildcard = await clients.OpenAsync(to, router.Url);
        var root = SharedRouter.NewUri();
        await exact.RegisterAsync($"{root}.room1.read");
        await prefix.RegisterAsync($"{root}.room1", """{"match":"prefix"}""");
        await wildcard.RegisterAsync($"{root}..read", """{"match":"wildcard"}""");

        await AssertCalledAsync($"{root}.room1.read", exact);
        await AssertCalledAsync($"{root}.room1.write", prefix);
        await AssertCalledAsync($"{root}.room2.read", wildcard);
        Assert.Equal("wamp.error.no_such_procedure", await caller.Call($"{root}.room2.write").ErrorAsync());

        async Task AssertCalledAsync(string procedure, DrivenSession callee)
        {
            var call = caller.Call(procedure, "[1]");
            var invocation = await callee.Invocations.NextAsync();
            Assert.Equal((procedure, "[1]"), (invocation.Procedure, invocation.Arguments));
            await invocation.CompleteAsync("[2]");
            Assert.Equal("[2]", await call.Result.Soon());
        }
    }

    /// <summary>Those events and no others so far; those of one subscription in order: clients handle those of several side by side.</summary>
    private static async Task AssertEventsAsync(
        DrivenSession subscriber, params (long Subscription, long Publication, string Topic, string Arguments)[] expected)
    {
        var seen = new List<(long Subscription, long Publication, string Topic, string Arguments)>();
        while (seen.Count < expected.Length)
        {
            var published = await subscriber.Events.NextAsync();
            seen.Add((published.Subscription, published.Publication, published.Topic, published.Arguments));
        }

        Assert.Equivalent(expected, seen, strict: true);
        foreach (var subscription in expected.Select(published => published.Subscription).Distinct())
        {
            Assert.Equal(
                expected.Where(published => published.Subscription == subscription), seen.Where(published => published.Subscription == subscription));
        }
    }
}
