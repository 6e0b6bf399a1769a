using System.Text.Json.Nodes;

namespace Broker.EndToEnd;

/// <summary>The meta API, asked and watched by foreign clients and our own SDK, about each other. The realm has other sessions, which come and go.</summary>
public sealed class AutobahnMetaTests(SharedRouter router, AnyClient clients)
{
    [Theory]
    [Trait("wamp", "SME-03")]
    [Trait("wamp", "SME-04")]
    [Trait("wamp", "SME-05")]
    [Trait("wamp", "SME-06")]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task Sessions_are_announced_counted_listed_and_described(string from, string about)
    {
        await using var observer = await clients.OpenAsync(from, router.Url);
        await observer.SubscribeAsync("wamp.session.on_join");
        await observer.SubscribeAsync("wamp.session.on_leave");

        await using var other = await clients.OpenAsync(about, router.Url);
        var joined = await NextAsync(observer, other.Id);
        Assert.Equal("wamp.session.on_join", joined.Topic);
        var details = joined.Arguments[0]!;
        Assert.Equal(
            (other.Id, other.AuthId, "anonymous", "anonymous"),
            ((long)details["session"]!, (string)details["authid"]!, (string)details["authrole"]!, (string)details["authmethod"]!));
        Assert.Equal(details.ToJsonString(), (await AskAsync(observer, "wamp.session.get", other.Id))!.ToJsonString());
        Assert.True((int)(await AskAsync(observer, "wamp.session.count"))! >= 2);
        Assert.Equal(0, (int)(await AskAsync(observer, "wamp.session.count", new JsonArray("nobody")))!);
        Assert.Contains(observer.Id, Ids(await AskAsync(observer, "wamp.session.list")));
        Assert.Contains(other.Id, Ids(await AskAsync(observer, "wamp.session.list", new JsonArray("anonymous"))));
        Assert.Empty(Ids(await AskAsync(observer, "wamp.session.list", new JsonArray("nobody"))));

        await other.LeaveAsync();
        var left = await NextAsync(observer, other.Id);
        Assert.Equal(("wamp.session.on_leave", $$"""[{{other.Id}},"{{other.AuthId}}","anonymous"]"""), (left.Topic, left.Arguments.ToJsonString()));
        Assert.Equal("wamp.error.no_such_session", await observer.Call("wamp.session.get", $"[{other.Id}]").ErrorAsync());
    }

    [Theory]
    [Trait("wamp", "RME-02")]
    [Trait("wamp", "RME-04")]
    [Trait("wamp", "RME-05")]
    [Trait("wamp", "RME-06")]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task Registrations_are_announced_listed_found_and_described(string from, string about)
    {
        await using var observer = await clients.OpenAsync(from, router.Url);
        await using var callee = await clients.OpenAsync(about, router.Url);
        await observer.SubscribeAsync("wamp.registration.", """{"match":"prefix"}""");
        var procedure = SharedRouter.NewUri();

        var id = await callee.RegisterAsync(procedure, """{"match":"prefix","invoke":"roundrobin"}""");
        var created = await NextAsync(observer, callee.Id);
        Assert.Equal("wamp.registration.on_create", created.Topic);
        var details = created.Arguments[1]!;
        Assert.Equal(
            (id, procedure, "prefix", "roundrobin"),
            ((long)details["id"]!, (string)details["uri"]!, (string)details["match"]!, (string)details["invoke"]!));
        await AssertNextAsync(observer, "wamp.registration.on_register", callee.Id, id);

        Assert.Equal(details.ToJsonString(), (await AskAsync(observer, "wamp.registration.get", id))!.ToJsonString());
        Assert.Contains(id, Ids((await AskAsync(observer, "wamp.registration.list"))!["prefix"]));
        Assert.Equal(id, (long)(await AskAsync(observer, "wamp.registration.lookup", procedure, new JsonObject { ["match"] = "prefix" }))!);
        Assert.Null(await AskAsync(observer, "wamp.registration.lookup", procedure));
        Assert.Equal(id, (long)(await AskAsync(observer, "wamp.registration.match", $"{procedure}.any"))!);
        Assert.Equal([callee.Id], Ids(await AskAsync(observer, "wamp.registration.list_callees", id)));
        Assert.Equal(1, (int)(await AskAsync(observer, "wamp.registration.count_callees", id))!);

        await callee.UnregisterAsync(id);
        await AssertNextAsync(observer, "wamp.registration.on_unregister", callee.Id, id);
        await AssertNextAsync(observer, "wamp.registration.on_delete", callee.Id, id);
        Assert.Equal("wamp.error.no_such_registration", await observer.Call("wamp.registration.get", $"[{id}]").ErrorAsync());
    }

    [Theory]
    [Trait("wamp", "SBM-02")]
    [Trait("wamp", "SBM-04")]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task Subscriptions_are_announced_listed_found_and_described(string from, string about)
    {
        await using var observer = await clients.OpenAsync(from, router.Url);
        await using var subscriber = await clients.OpenAsync(about, router.Url);
        await observer.SubscribeAsync("wamp.subscription.", """{"match":"prefix"}""");
        var topic = SharedRouter.NewUri();
        Assert.Null(await AskAsync(observer, "wamp.subscription.match", topic));

        var id = await subscriber.SubscribeAsync($"{topic}.", """{"match":"wildcard"}""");
        var created = await NextAsync(observer, subscriber.Id);
        Assert.Equal("wamp.subscription.on_create", created.Topic);
        var details = created.Arguments[1]!;
        Assert.Equal((id, $"{topic}.", "wildcard"), ((long)details["id"]!, (string)details["uri"]!, (string)details["match"]!));
        await AssertNextAsync(observer, "wamp.subscription.on_subscribe", subscriber.Id, id);

        Assert.Equal(details.ToJsonString(), (await AskAsync(observer, "wamp.subscription.get", id))!.ToJsonString());
        Assert.Contains(id, Ids((await AskAsync(observer, "wamp.subscription.list"))!["wildcard"]));
        Assert.Equal(id, (long)(await AskAsync(observer, "wamp.subscription.lookup", $"{topic}.", new JsonObject { ["match"] = "wildcard" }))!);
        Assert.Equal([id], Ids(await AskAsync(observer, "wamp.subscription.match", $"{topic}.any")));
        Assert.Equal([subscriber.Id], Ids(await AskAsync(observer, "wamp.subscription.list_subscribers", id)));
        Assert.Equal(1, (int)(await AskAsync(observer, "wamp.subscription.count_subscribers", id))!);

        await subscriber.UnsubscribeAsync(id);
        await AssertNextAsync(observer, "wamp.subscription.on_unsubscribe", subscriber.Id, id);
        await AssertNextAsync(observer, "wamp.subscription.on_delete", subscriber.Id, id);
        Assert.Equal("wamp.error.no_such_subscription", await observer.Call("wamp.subscription.get", $"[{id}]").ErrorAsync());
    }

    /// <summary>The result of a meta procedure. To the foreign libraries a null is as good as none.</summary>
    private static async Task<JsonNode?> AskAsync(DrivenSession session, string procedure, params JsonNode[] arguments) =>
        Enumerable.SingleOrDefault(JsonNode.Parse(await session.Call(procedure, new JsonArray(arguments).ToJsonString()).Result)!.AsArray());

    private static HashSet<long> Ids(JsonNode? list) => [.. list!.AsArray().GetValues<long>()];

    private static async Task AssertNextAsync(DrivenSession observer, string topic, long session, long id)
    {
        var next = await NextAsync(observer, session);
        Assert.Equal((topic, $"[{session},{id}]"), (next.Topic, next.Arguments.ToJsonString()));
    }

    /// <summary>The next meta event about a session.</summary>
    private static async Task<(string Topic, JsonArray Arguments)> NextAsync(DrivenSession observer, long session)
    {
        while (true)
        {
            var published = await observer.Events.NextAsync();
            var arguments = JsonNode.Parse(published.Arguments)!.AsArray();
            if ((arguments[0] is JsonObject details ? (long)details["session"]! : (long)arguments[0]!) == session)
                return (published.Topic, arguments);
        }
    }
}
