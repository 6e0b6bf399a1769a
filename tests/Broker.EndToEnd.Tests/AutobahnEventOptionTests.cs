namespace Broker.EndToEnd;

/// <summary>What a publisher and a subscriber can say about events, between foreign clients and with our own SDK, in every direction.</summary>
public sealed class AutobahnEventOptionTests(SharedRouter router, AnyClient clients)
{
    [Theory]
    [Trait("wamp", "BWL-01")]
    [Trait("wamp", "BWL-03")]
    [Trait("wamp", "PEX-01")]
    [Trait("wamp", "PEX-02")]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task Lists_decide_who_gets_an_event(string from, string to)
    {
        await using var publisher = await clients.OpenAsync(from, router.Url);
        await using var one = await clients.OpenAsync(to, router.Url);
        await using var two = await clients.OpenAsync(from, router.Url);
        var topic = SharedRouter.NewUri();
        foreach (var subscriber in (DrivenSession[])[publisher, one, two])
            await subscriber.SubscribeAsync(topic);

        string[] options =
        [
            $$"""{"exclude":[{{one.Id}}]}""",
            $$"""{"eligible":[{{one.Id}},1]}""",
            $$"""{"exclude_authid":["{{two.AuthId}}"]}""",
            $$"""{"eligible_authid":["{{two.AuthId}}"]}""",
            """{"exclude_authrole":["anonymous"]}""",
            """{"eligible_authrole":["anonymous"]}""",
            """{"eligible_authrole":["admin"]}""",
            $$"""{"eligible":[{{one.Id}},{{two.Id}}],"exclude_authid":["{{one.AuthId}}"]}""",
            """{"exclude_me":false}""",
            $$"""{"exclude_me":false,"exclude":[{{publisher.Id}}]}""",
        ];
        for (var i = 0; i < options.Length; i++)
            await publisher.PublishAsync(topic, $"[{i}]", options[i]);
        await publisher.PublishAsync(topic, """["last"]""", """{"exclude_me":false}""");

        Assert.Equal(["[1]", "[2]", "[5]", "[8]", "[9]"], await UntilLastAsync(one));
        Assert.Equal(["[0]", "[3]", "[5]", "[7]", "[8]", "[9]"], await UntilLastAsync(two));
        Assert.Equal(["[8]"], await UntilLastAsync(publisher));
    }

    [Theory]
    [Trait("wamp", "RET-01")]
    [Trait("wamp", "RET-02")]
    [Trait("wamp", "RET-05")]
    [Trait("wamp", "RET-07")]
    [Trait("wamp", "RET-08")]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task The_retained_event_comes_first_for_who_asks(string from, string to)
    {
        await using var publisher = await clients.OpenAsync(from, router.Url);
        await using var asks = await clients.OpenAsync(to, router.Url);
        await using var doesNotAsk = await clients.OpenAsync(from, router.Url);
        var topic = SharedRouter.NewUri();
        await publisher.PublishAsync(topic, "[1]", """{"retain":true}""");
        var retained = await publisher.PublishAsync(topic, "[2]", """{"retain":true}""");
        await publisher.PublishAsync(topic, "[3]");

        await asks.SubscribeAsync(topic, """{"get_retained":true}""");
        await doesNotAsk.SubscribeAsync(topic);
        await publisher.PublishAsync(topic, "[4]");

        var first = await asks.Events.NextAsync();
        Assert.Equal(("[2]", true, retained), (first.Arguments, first.Retained, first.Publication));
        foreach (var subscriber in (DrivenSession[])[asks, doesNotAsk])
        {
            var live = await subscriber.Events.NextAsync();
            Assert.Equal(("[4]", false), (live.Arguments, live.Retained));
        }
    }

    // python3-autobahn sees who is disclosed, but cannot ask to be.
    [Theory]
    [Trait("wamp", "PID-01")]
    [Trait("wamp", "PID-02")]
    [Trait("wamp", "PID-05")]
    [MemberData(nameof(AnyClient.PairsOfNodeAndSdk), MemberType = typeof(AnyClient))]
    public async Task A_publisher_is_disclosed_if_it_asks(string from, string to)
    {
        await using var publisher = await clients.OpenAsync(from, router.Url);
        await using var subscriber = await clients.OpenAsync(to, router.Url);
        var topic = SharedRouter.NewUri();
        await subscriber.SubscribeAsync(topic);
        await publisher.PublishAsync(topic, options: """{"disclose_me":true}""");
        await publisher.PublishAsync(topic);

        var disclosed = await subscriber.Events.NextAsync();
        var hidden = await subscriber.Events.NextAsync();
        Assert.Equal((publisher.Id, publisher.AuthId), (disclosed.Publisher, disclosed.PublisherAuthId));
        Assert.Equal((null, null), (hidden.Publisher, hidden.PublisherAuthId));
    }

    [Theory]
    [Trait("wamp", "CID-01")]
    [Trait("wamp", "CID-02")]
    [Trait("wamp", "CID-06")]
    [MemberData(nameof(AnyClient.PairsOfNodeAndSdk), MemberType = typeof(AnyClient))]
    public async Task A_caller_is_disclosed_if_it_asks(string from, string to)
    {
        await using var caller = await clients.OpenAsync(from, router.Url);
        await using var callee = await clients.OpenAsync(to, router.Url);
        var procedure = SharedRouter.NewUri();
        await callee.RegisterAsync(procedure);

        var disclosing = await InvokeAsync(caller, callee, procedure, """{"disclose_me":true}""");
        var hiding = await InvokeAsync(caller, callee, procedure, "{}");

        Assert.Equal((caller.Id, caller.AuthId), (disclosing.Caller, disclosing.CallerAuthId));
        Assert.Equal((null, null), (hiding.Caller, hiding.CallerAuthId));
    }

    // python3-autobahn cannot ask for it.
    [Theory]
    [Trait("wamp", "CID-05")]
    [MemberData(nameof(AnyClient.PairsOfNodeAndSdk), MemberType = typeof(AnyClient))]
    public async Task A_callee_may_have_all_its_callers_disclosed(string to, string from)
    {
        await using var caller = await clients.OpenAsync(from, router.Url);
        await using var callee = await clients.OpenAsync(to, router.Url);
        var procedure = SharedRouter.NewUri();
        await callee.RegisterAsync(procedure, """{"disclose_caller":true}""");

        var invocation = await InvokeAsync(caller, callee, procedure, "{}");

        Assert.Equal((caller.Id, caller.AuthId), (invocation.Caller, invocation.CallerAuthId));
    }

    private static async Task<DrivenInvocation> InvokeAsync(DrivenSession caller, DrivenSession callee, string procedure, string options)
    {
        var call = caller.Call(procedure, options: options);
        var invocation = await callee.Invocations.NextAsync();
        await invocation.CompleteAsync();
        Assert.Equal("[]", await call.Result.Soon());
        return invocation;
    }

    private static async Task<List<string>> UntilLastAsync(DrivenSession subscriber)
    {
        var seen = new List<string>();
        while (await subscriber.Events.NextAsync() is { Arguments: not """["last"]""" } published)
            seen.Add(published.Arguments);
        return seen;
    }
}
