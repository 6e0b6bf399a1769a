namespace Broker.EndToEnd;

/// <summary>Testaments of foreign clients and of our own SDK, read by each other.</summary>
public sealed class AutobahnTestamentTests(SharedRouter router, AnyClient clients)
{
    [Theory]
    [Trait("wamp", "TST-01")]
    [Trait("wamp", "TST-03")]
    [Trait("wamp", "TST-04")]
    [Trait("wamp", "TST-05")]
    [Trait("wamp", "TST-06")]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task A_session_that_leaves_has_its_testaments_published(string from, string to)
    {
        await using var testator = await clients.OpenAsync(from, router.Url);
        await using var heir = await clients.OpenAsync(to, router.Url);
        await using var other = await clients.OpenAsync(from, router.Url);
        var topic = SharedRouter.NewUri();
        await heir.SubscribeAsync(topic);
        await other.SubscribeAsync(topic);
        await AddAsync("""[1],{"unit":"C"}""", "{}");
        await AddAsync("[2],{}", $$"""{"scope":"destroyed","publish_options":{"exclude":[{{other.Id}}]} }""");
        await AddAsync("[3],{}", """{"scope":"detached"}""");

        await testator.LeaveAsync();

        Assert.Equal("[3]", (await heir.Events.NextAsync()).Arguments);
        Assert.Equal("""[1] {"unit":"C"}""", (await heir.Events.NextAsync()).Arguments);
        Assert.Equal("[2]", (await heir.Events.NextAsync()).Arguments);
        Assert.Equal("[3]", (await other.Events.NextAsync()).Arguments);
        Assert.Equal("""[1] {"unit":"C"}""", (await other.Events.NextAsync()).Arguments);
        await heir.PublishAsync(topic, """["next"]""");
        Assert.Equal("""["next"]""", (await other.Events.NextAsync()).Arguments);

        async Task AddAsync(string payload, string argumentsKw) =>
            Assert.Equal("[]", await testator.Call("wamp.session.add_testament", $"[\"{topic}\",{payload}]", argumentsKw).Result);
    }

    [Theory]
    [Trait("wamp", "TST-02")]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task Testaments_can_be_withdrawn(string from, string to)
    {
        await using var testator = await clients.OpenAsync(from, router.Url);
        await using var heir = await clients.OpenAsync(to, router.Url);
        var topic = SharedRouter.NewUri();
        await heir.SubscribeAsync(topic);
        foreach (var scope in (string[])["destroyed", "detached"])
            await testator.Call("wamp.session.add_testament", $$"""["{{topic}}",["{{scope}}"],{}]""", $$"""{"scope":"{{scope}}"}""").Result;

        Assert.Equal("[]", await testator.Call("wamp.session.flush_testaments").Result); // those of the scope destroyed
        await testator.LeaveAsync();

        Assert.Equal("""["detached"]""", (await heir.Events.NextAsync()).Arguments);
        Assert.Equal(0, heir.Events.Count);
    }
}
