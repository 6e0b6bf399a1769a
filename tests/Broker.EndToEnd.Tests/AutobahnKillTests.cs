namespace Broker.EndToEnd;

/// <summary>Foreign clients and our own SDK end each other's sessions, where a realm allows that.</summary>
public sealed class AutobahnKillTests(HostedRouter hosted, SharedRouter router, AnyClient clients) : IClassFixture<HostedRouter>
{
    [Theory]
    [Trait("wamp", "SME-10")]
    [Trait("wamp", "SME-14")]
    [Trait("wamp", "SME-15")]
    [Trait("wamp", "TST-06")]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task A_killed_session_is_told_why_and_is_out_of_routing(string from, string to)
    {
        await using var killer = await clients.OpenAsync(from, hosted.Url);
        await using var one = await clients.OpenAsync(to, hosted.Url);
        await using var two = await clients.OpenAsync(to, hosted.Url);
        var uri = SharedRouter.NewUri();
        await killer.SubscribeAsync(uri);
        await one.RegisterAsync(uri);
        await one.Call("wamp.session.add_testament", $$"""["{{uri}}",["gone"],{}]""").Result;

        Assert.Equal(
            "[]",
            await killer.Call("wamp.session.kill", $"[{one.Id}]", """{"reason":"com.example.close.enough","message":"Enough."}""").Result);
        Assert.Equal("[]", await killer.Call("wamp.session.kill", $"[{two.Id}]").Result);

        Assert.Equal("wamp.error.no_such_procedure", await killer.Call(uri).ErrorAsync());
        Assert.Equal("""["gone"]""", (await killer.Events.NextAsync()).Arguments);
        Assert.Equal("com.example.close.enough", await one.Left.Soon());
        Assert.Equal("wamp.close.killed", await two.Left.Soon());
        Assert.Equal("wamp.error.no_such_session", await killer.Call("wamp.session.kill", $"[{one.Id}]").ErrorAsync());
    }

    [Theory]
    [Trait("wamp", "SME-11")]
    [Trait("wamp", "SME-12")]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task Sessions_can_be_killed_by_authid_by_authrole_and_altogether(string from, string to)
    {
        await using var killer = await clients.OpenAsync(from, hosted.Url);
        await using var one = await clients.OpenAsync(to, hosted.Url);
        Assert.Equal($"[[{one.Id}]]", await killer.Call("wamp.session.kill_by_authid", $"[\"{one.AuthId}\"]").Result);
        Assert.Equal("wamp.close.killed", await one.Left.Soon());

        await AssertKillsAllOthersAsync("wamp.session.kill_by_authrole", """["anonymous"]""");
        await AssertKillsAllOthersAsync("wamp.session.kill_all", "[]");
        Assert.Equal($"[[{killer.Id}]]", await killer.Call("wamp.session.list").Result);

        async Task AssertKillsAllOthersAsync(string procedure, string arguments)
        {
            await using var two = await clients.OpenAsync(to, hosted.Url);
            await using var three = await clients.OpenAsync(from, hosted.Url);
            Assert.Equal("[2]", await killer.Call(procedure, arguments).Result);
            Assert.Equal("wamp.close.killed", await two.Left.Soon());
            Assert.Equal("wamp.close.killed", await three.Left.Soon());
        }
    }

    [Theory]
    [Trait("wamp", "SME-18")]
    [MemberData(nameof(AnyClient.Foreign), MemberType = typeof(AnyClient))]
    public async Task Without_permission_nobody_is_killed(string from)
    {
        await using var killer = await clients.OpenAsync(from, router.Url);
        await using var other = await clients.OpenAsync(from, router.Url);
        await AssertRefusedAsync("wamp.session.kill", $"[{other.Id}]");
        await AssertRefusedAsync("wamp.session.kill_by_authid", $"[\"{other.AuthId}\"]");
        await AssertRefusedAsync("wamp.session.kill_by_authrole", """["anonymous"]""");
        await AssertRefusedAsync("wamp.session.kill_all", "[]");

        await other.PublishAsync(SharedRouter.NewUri());

        async Task AssertRefusedAsync(string procedure, string arguments) =>
            Assert.Equal("wamp.error.not_authorized", await killer.Call(procedure, arguments).ErrorAsync());
    }
}
