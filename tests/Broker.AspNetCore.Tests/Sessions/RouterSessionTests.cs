using System.Text.Json.Nodes;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Sessions;

/// <summary>The router itself calls procedures of a realm.</summary>
public sealed class RouterSessionTests
{
    private const string Procedure = "com.example.judge";

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    public async Task A_call_reaches_the_callee_and_its_answer_comes_back(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var callee = await CalleeAsync(router, transport, serializer);
        var session = router.Context.RouterSessions.In(TestRouter.Realm)!;

        var answered = session.CallAsync(Procedure, ["é", 5, new JsonObject { ["a"] = null }], TestContext.Current.CancellationToken);
        var invocation = await callee.ExpectAsync("""[68,1,*,{},[*,5,{"a":null}]]""");
        Assert.Equal("é", invocation[4][0].GetString());
        await callee.SendAsync($$"""[70,{{invocation[1]}},{},[true],{"role":"guest"}]""");
        var answer = await answered;
        Assert.Equal(
            (null, "[true]", """{"role":"guest"}"""), (answer.Error, answer.Arguments.ToJsonString(), answer.ArgumentsKw.ToJsonString()));

        answered = session.CallAsync(Procedure, [], TestContext.Current.CancellationToken);
        await callee.ExpectAsync("[68,2,*,{},[]]");
        await callee.SendAsync("""[8,68,2,{},"com.example.error",["no"]]""");
        answer = await answered;
        Assert.Equal(
            ("com.example.error", """["no"]""", "{}"), (answer.Error, answer.Arguments.ToJsonString(), answer.ArgumentsKw.ToJsonString()));

        answered = session.CallAsync(Procedure, [], TestContext.Current.CancellationToken);
        await callee.ExpectAsync("[68,3,*,{},[]]");
        await callee.SendAsync("[70,3,{}]");
        Assert.Empty((await answered).Arguments);
    }

    [Fact]
    public async Task Where_nobody_answers_that_is_an_error()
    {
        await using var router = await TestRouter.StartAsync();
        var session = router.Context.RouterSessions.In(TestRouter.Realm)!;
        Assert.Equal("wamp.error.no_such_procedure", (await session.CallAsync(Procedure, [], TestContext.Current.CancellationToken)).Error);
        Assert.Equal("wamp.error.invalid_uri", (await session.CallAsync("no uri#", [], TestContext.Current.CancellationToken)).Error);

        await using var callee = await CalleeAsync(router);
        var answered = session.CallAsync(Procedure, [], TestContext.Current.CancellationToken);
        await callee.ExpectAsync("[68,*]");
        callee.Reset();

        Assert.Equal("wamp.error.canceled", (await answered).Error);
        Assert.Null(router.Context.RouterSessions.In("com.example.nowhere"));
    }

    [Fact]
    public async Task A_call_that_is_given_up_interrupts_the_callee_and_its_late_answer_is_passed_over()
    {
        await using var router = await TestRouter.StartAsync();
        await using var callee = await CalleeAsync(router);
        var session = router.Context.RouterSessions.In(TestRouter.Realm)!;
        using var cancellation = new CancellationTokenSource();

        var answered = session.CallAsync(Procedure, [], cancellation.Token);
        await callee.ExpectAsync("[68,1,*]");
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answered);
        await callee.ExpectAsync("""[69,1,{"mode":"killnowait"*}]""");
        await callee.SendAsync("[70,1,{},[1]]");

        answered = session.CallAsync(Procedure, [], TestContext.Current.CancellationToken);
        await callee.ExpectAsync("[68,2,*]");
        await callee.SendAsync("[70,2,{},[2]]");
        Assert.Equal("[2]", (await answered).Arguments.ToJsonString());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.CallAsync(Procedure, [], cancellation.Token));
    }

    [Fact]
    public async Task Calls_of_many_threads_each_get_their_own_answer_beyond_the_limit_of_clients()
    {
        await using var router = await TestRouter.StartAsync(
            options => options.Realms[TestRouter.Realm] = new() { SessionLimits = new() { PendingCalls = 2 } });
        await using var callee = await CalleeAsync(router);
        var session = router.Context.RouterSessions.In(TestRouter.Realm)!;

        var calls = Enumerable.Range(0, 50)
            .Select(i => Task.Run(async () => (await session.CallAsync(
                Procedure, [i], TestContext.Current.CancellationToken)).Arguments[0]!.GetValue<int>() == i * 2))
            .ToList();
        var invocations = new List<System.Text.Json.JsonElement>();
        while (invocations.Count < calls.Count)
        {
            invocations.Add(await callee.ExpectAsync("[68,*]"));
        }

        foreach (var invocation in invocations)
        {
            await callee.SendAsync($"[70,{invocation[1]},{{}},[{invocation[4][0].GetInt32() * 2}]]");
        }

        Assert.All(await Task.WhenAll(calls), Assert.True);
    }

    [Fact]
    public async Task Nobody_sees_the_router_itself()
    {
        await using var router = await TestRouter.StartAsync();
        await using var callee = await CalleeAsync(router);
        await callee.SendAsync("""[32,2,{"match":"prefix"},"wamp.session."]""");
        await callee.ExpectAsync("[33,2,*]");

        var answered = router.Context.RouterSessions.In(TestRouter.Realm)!.CallAsync(Procedure, [], TestContext.Current.CancellationToken);
        await callee.ExpectAsync("[68,1,*]");
        await callee.SendAsync("[70,1,{}]");
        await answered;

        await callee.SendAsync("""[48,3,{},"wamp.session.list"]""");
        await callee.ExpectAsync($"[50,3,{{}},[[{callee.SessionId}]]]");
        Assert.Equal(1, router.RealmState.SessionCount);
    }

    [Fact]
    public async Task An_answer_that_is_no_use_does_not_stop_the_next()
    {
        await using var router = await TestRouter.StartAsync();
        await using var callee = await CalleeAsync(router);
        var session = router.Context.RouterSessions.In(TestRouter.Realm)!;

        var answered = session.CallAsync(Procedure, [], TestContext.Current.CancellationToken);
        await callee.ExpectAsync("[68,1,*]");
        await callee.SendAsync($$"""[70,1,{},["{{new string('x', 64 * 1024)}}"]]""");
        Assert.Equal("wamp.error.payload_size_exceeded", (await answered).Error);

        answered = session.CallAsync(Procedure, [], TestContext.Current.CancellationToken);
        await callee.ExpectAsync("[68,2,*]");
        await callee.SendAsync("""[70,2,{},[{"a":1,"a":2}]]""");
        await Assert.ThrowsAnyAsync<System.Text.Json.JsonException>(() => answered);
        await Assert.ThrowsAnyAsync<WampProtocolException>(() => session.CallAsync(
            Procedure, ["\0no base64"], TestContext.Current.CancellationToken));

        answered = session.CallAsync(Procedure, [], TestContext.Current.CancellationToken);
        await callee.ExpectAsync("[68,3,*]");
        await callee.SendAsync("[70,3,{},[3]]");
        Assert.Equal("[3]", (await answered).Arguments.ToJsonString());
    }

    private static async Task<TestPeer> CalleeAsync(
        TestRouter router, PeerTransport transport = PeerTransport.RawSocket, SerializerKind serializer = SerializerKind.Json)
    {
        var callee = await TestPeer.ConnectAsync(router, transport, serializer);
        await callee.SendAsync("""[1,"realm1",{"roles":{"subscriber":{},"caller":{},"callee":{"features":{"call_canceling":true}}}}]""");
        callee.SessionId = (await callee.ExpectAsync("[2,*]"))[1].GetInt64();
        await callee.SendAsync($$"""[64,1,{},"{{Procedure}}"]""");
        await callee.ExpectAsync("[65,1,*]");
        return callee;
    }
}
