using Broker.Client.Meta;
using Broker.Options;
using Broker.Uris;

namespace Broker.Client;

/// <summary>The meta API as typed methods and events, with the shapes of the specification and those of other routers.</summary>
public sealed class MetaTests
{
    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires))]
    [Trait("wamp", "SME-05"), Trait("wamp", "SME-06")]
    public async Task Sessions(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        var sessions = joined.Client.Meta.Sessions;
        Assert.Equal(3, await AnswerAsync(joined, sessions.CountAsync(), 1, ""","wamp.session.count"]""", "[3]"));
        Assert.Equal(0, await AnswerAsync(joined, sessions.CountAsync(["a", "b"]), 2, ""","wamp.session.count",[["a","b"]]]""", "[0]"));
        Assert.Equal([4, 5], await AnswerAsync(joined, sessions.ListAsync(["a"]), 3, ""","wamp.session.list",[["a"]]]""", "[[4,5]]"));
        var session = await AnswerAsync(
            joined,
            sessions.GetAsync(4),
            4,
            ""","wamp.session.get",[4]]""",
            """[{"session":4,"authid":"joe","authrole":"user","authmethod":"ticket","authprovider":null,"transport":{"type":"websocket"}}]""");
        Assert.Equal((4, "joe", "user", "ticket", null), (session.Session, session.AuthId, session.AuthRole, session.AuthMethod, session.AuthProvider));
        Assert.True(session.Details.ContainsKey("transport"));
    }

    [Theory, Trait("wamp", "SME-12")]
    [InlineData("[2]", 2, null)]
    [InlineData("[[7,8]]", 2, new long[] { 7, 8 })]
    [InlineData("[[]]", 0, new long[0])]
    [InlineData("[]", 0, new long[0])]
    public async Task KilledSessionsAreCountedOrListed(string result, int count, long[]? ids)
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var sessions = joined.Client.Meta.Sessions;
        Check(await AnswerAsync(joined, sessions.KillByAuthIdAsync("joe"), 1, ""","wamp.session.kill_by_authid",["joe"]]""", result));
        Check(await AnswerAsync(joined, sessions.KillByAuthRoleAsync("user"), 2, ""","wamp.session.kill_by_authrole",["user"]]""", result));
        Check(await AnswerAsync(
            joined, sessions.KillAllAsync("com.acme.out", "Go."), 3, ""","wamp.session.kill_all",[],{"reason":"com.acme.out","message":"Go."}]""", result));

        void Check(KilledSessions killed)
        {
            Assert.Equal(count, killed.Count);
            Assert.Equal(ids, killed.Ids);
        }
    }

    [Fact, Trait("wamp", "SME-10"), Trait("wamp", "TST-01"), Trait("wamp", "TST-02")]
    public async Task KillAndTestaments()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var sessions = joined.Client.Meta.Sessions;
        var kill = sessions.KillAsync(7, "com.acme.out");
        await joined.Peer.ExpectAsync("""[48,1,{},"wamp.session.kill",[7],{"reason":"com.acme.out"}]""");
        await joined.Peer.SendAsync("""[8,48,1,{},"wamp.error.no_such_session"]""");
        Assert.Equal("wamp.error.no_such_session", (await Assert.ThrowsAsync<WampException>(() => kill.Soon())).Uri);

        var add = sessions.AddTestamentAsync("com.acme.gone", ["x", 1]);
        await joined.Peer.ExpectAsync("""[48,2,{},"wamp.session.add_testament",["com.acme.gone",["x",1],{}]]""");
        await joined.Peer.SendAsync("[50,2,{},[123]]"); // some routers return an id
        await add.Soon();
        var flush = sessions.FlushTestamentsAsync();
        await joined.Peer.ExpectAsync("""[48,3,{},"wamp.session.flush_testaments"]""");
        await joined.Peer.SendAsync("[50,3,{}]");
        await flush.Soon();
        flush = sessions.FlushTestamentsAsync(TestamentScope.Detached);
        await joined.Peer.ExpectAsync("""[48,4,{},"wamp.session.flush_testaments",[],{"scope":"detached"}]""");
        await joined.Peer.SendAsync("[50,4,{}]");
        await flush.Soon();
    }

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires))]
    [Trait("wamp", "TST-01")]
    public async Task TestamentsHaveArgumentsOptionsAndAScope(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync("""[2,1,{"roles":{"broker":{"features":{"subscriber_blackwhite_listing":true}},"dealer":{}}}]""");
        var sessions = joined.Client.Meta.Sessions;
        var options = new PublishOptions { ExcludeMe = false, EligibleAuthRole = ["ops"] };
        var add = sessions.AddTestamentAsync(
            "com.acme.gone", new WampArguments { 21.0, new byte[] { 1 }, long.MaxValue, { "unit", "C" } }, options, TestamentScope.Detached);
        await joined.Peer.ExpectAsync(
            """[48,1,{},"wamp.session.add_testament",["com.acme.gone",[21.0,"\u0000AQ==",9223372036854775807],{"unit":"C"}],{"publish_options":{"exclude_me":false,"eligible_authrole":["ops"]},"scope":"detached"}]""");
        await joined.Peer.SendAsync("[50,1,{}]");
        await add.Soon();
        add = sessions.AddTestamentAsync("com.acme.gone");
        await joined.Peer.ExpectAsync("""[48,2,{},"wamp.session.add_testament",["com.acme.gone",[],{}]]""");
        await joined.Peer.SendAsync("[50,2,{}]");
        await add.Soon();

        var retained = new PublishOptions { Retain = true };
        var refused = await Assert.ThrowsAsync<WampException>(() => sessions.AddTestamentAsync("com.acme.gone", options: retained));
        Assert.Equal("wamp.error.feature_not_supported", refused.Uri);
        Assert.Equal("wamp.error.invalid_uri", (await Assert.ThrowsAsync<WampException>(() => sessions.AddTestamentAsync("com acme"))).Uri);
    }

    [Fact, Trait("wamp", "SME-03"), Trait("wamp", "SME-04")]
    public async Task SessionsJoinAndLeave()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var seen = new Seen();
        await SubscribedAsync(joined, joined.Client.Meta.Sessions.SubscribeJoinedAsync(session => seen.Add((session.Session, session.AuthId))), 1, "wamp.session.on_join");
        await SubscribedAsync(joined, joined.Client.Meta.Sessions.SubscribeLeftAsync(session => seen.Add(session)), 2, "wamp.session.on_leave");

        await joined.Peer.SendAsync("""[36,71,1,{},[{"session":9,"authid":"joe","authrole":"user"}]]""");
        Assert.Equal((9L, "joe"), await seen.NextAsync());
        await joined.Peer.SendAsync("""[36,71,2,{},[],{"session":8}]"""); // as one router has it
        Assert.Equal((8L, (string?)null), await seen.NextAsync());
        await joined.Peer.SendAsync("""[36,72,3,{},[9,"joe","user"]]""");
        Assert.Equal(new SessionLeft(9, "joe", "user"), await seen.NextAsync());
        await joined.Peer.SendAsync("[36,72,4,{},[8]]"); // as several do
        Assert.Equal(new SessionLeft(8, null, null), await seen.NextAsync());
    }

    [Fact]
    public async Task AMetaEventOfAnotherShapeIsReported()
    {
        using var router = new FakeRouter();
        var failed = new TaskCompletionSource<HandlerFailure>();
        router.Options = router.Options with { HandlerFailed = failed.SetResult };
        await using var joined = await router.JoinAsync();
        await SubscribedAsync(joined, joined.Client.Meta.Sessions.SubscribeLeftAsync(_ => ValueTask.CompletedTask), 1, "wamp.session.on_leave");
        await joined.Peer.SendAsync("""[36,71,1,{},["nine"]]""");

        Assert.IsType<WampArgumentException>((await failed.Task.Soon()).Exception);
    }

    [Fact, Trait("wamp", "RME-04"), Trait("wamp", "RME-06")]
    public async Task Registrations()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var registrations = joined.Client.Meta.Registrations;
        var ids = await AnswerAsync(joined, registrations.ListAsync(), 1, ""","wamp.registration.list"]""", """[{"exact":[1,2],"prefix":[]}]""");
        Assert.Equal([1, 2], ids.Exact);
        Assert.Empty(ids.Prefix);
        Assert.Empty(ids.Wildcard); // one router leaves them out
        var created = DateTimeOffset.Parse("2026-03-01T10:00:00.123Z", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(
            new RegistrationDetails(1, created, "com.acme.", MatchPolicy.Prefix, InvocationPolicy.RoundRobin),
            await AnswerAsync(
                joined,
                registrations.GetAsync(1),
                2,
                ""","wamp.registration.get",[1]]""",
                """[{"id":1,"created":"2026-03-01T10:00:00.123Z","uri":"com.acme.","match":"prefix","invoke":"roundrobin"}]"""));
        Assert.Equal(
            new RegistrationDetails(2, null, "com.acme.p", MatchPolicy.Exact, InvocationPolicy.Single), // a router that leaves defaults empty
            await AnswerAsync(
                joined, registrations.GetAsync(2), 3, ""","wamp.registration.get",[2]]""", """[{"id":2,"uri":"com.acme.p","match":"","invoke":""}]"""));
        Assert.Equal([7], await AnswerAsync(joined, registrations.ListCalleesAsync(1), 4, ""","wamp.registration.list_callees",[1]]""", "[[7]]"));
        Assert.Equal(1, await AnswerAsync(joined, registrations.CountCalleesAsync(1), 5, ""","wamp.registration.count_callees",[1]]""", "[1]"));
    }

    [Theory, Trait("wamp", "RME-05")]
    [InlineData("[5]", 5L)]
    [InlineData("[null]", null)]
    [InlineData("[0]", null)]
    [InlineData("[[]]", null)]
    [InlineData("[]", null)]
    public async Task LookingUpWithoutAHitIsNull(string result, long? expected)
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var meta = joined.Client.Meta;
        Assert.Equal(expected, await AnswerAsync(
            joined, meta.Registrations.LookupAsync("com.acme.", MatchPolicy.Prefix), 1, ""","wamp.registration.lookup",["com.acme.",{"match":"prefix"}]]""", result));
        Assert.Equal(expected, await AnswerAsync(
            joined, meta.Registrations.MatchAsync("com.acme.p"), 2, ""","wamp.registration.match",["com.acme.p"]]""", result));
        Assert.Equal(expected, await AnswerAsync(
            joined, meta.Subscriptions.LookupAsync("com.acme.t"), 3, ""","wamp.subscription.lookup",["com.acme.t",{"match":"exact"}]]""", result));
    }

    [Theory, Trait("wamp", "SBM-04")]
    [InlineData("[[5,6]]", new long[] { 5, 6 })]
    [InlineData("[null]", new long[0])]
    [InlineData("[[]]", new long[0])]
    [InlineData("[]", new long[0])]
    public async Task MatchingSubscriptionsAreAList(string result, long[] expected)
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        Assert.Equal(expected, await AnswerAsync(
            joined, joined.Client.Meta.Subscriptions.MatchAsync("com.acme.t"), 1, ""","wamp.subscription.match",["com.acme.t"]]""", result));
    }

    [Fact, Trait("wamp", "RME-02"), Trait("wamp", "SBM-02")]
    public async Task SubscriptionsAndRegistrationsComeAndGo()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var (subscriptions, registrations) = (joined.Client.Meta.Subscriptions, joined.Client.Meta.Registrations);
        var seen = new Seen();
        await SubscribedAsync(joined, subscriptions.SubscribeCreatedAsync(change => seen.Add(change)), 1, "wamp.subscription.on_create");
        await SubscribedAsync(joined, subscriptions.SubscribeAddedAsync(change => seen.Add(change)), 2, "wamp.subscription.on_subscribe");
        await SubscribedAsync(joined, subscriptions.SubscribeRemovedAsync(change => seen.Add(change)), 3, "wamp.subscription.on_unsubscribe");
        await SubscribedAsync(joined, subscriptions.SubscribeDeletedAsync(change => seen.Add(change)), 4, "wamp.subscription.on_delete");
        await SubscribedAsync(joined, registrations.SubscribeCreatedAsync(change => seen.Add(change)), 5, "wamp.registration.on_create");
        await SubscribedAsync(joined, registrations.SubscribeAddedAsync(change => seen.Add(change)), 6, "wamp.registration.on_register");
        await SubscribedAsync(joined, registrations.SubscribeRemovedAsync(change => seen.Add(change)), 7, "wamp.registration.on_unregister");
        await SubscribedAsync(joined, registrations.SubscribeDeletedAsync(change => seen.Add(change)), 8, "wamp.registration.on_delete");

        await joined.Peer.SendAsync("""[36,71,1,{},[9,{"id":5,"uri":"a..b","match":"wildcard"}]]""");
        Assert.Equal(new MetaCreated<SubscriptionDetails>(9, new SubscriptionDetails(5, null, "a..b", MatchPolicy.Wildcard)), await seen.NextAsync());
        await joined.Peer.SendAsync("""[36,75,1,{},[9,{"id":5,"uri":"a.b","match":"exact","invoke":"last"}]]""");
        Assert.Equal(
            new MetaCreated<RegistrationDetails>(9, new RegistrationDetails(5, null, "a.b", MatchPolicy.Exact, InvocationPolicy.Last)), await seen.NextAsync());
        foreach (var subscription in new[] { 72, 73, 74 })
        {
            await joined.Peer.SendAsync($$"""[36,{{subscription}},1,{},[9,{{subscription}}]]""");
            Assert.Equal(new MetaChange(9, subscription), await seen.NextAsync());
        }

        foreach (var subscription in new[] { 76, 77, 78 })
        {
            await joined.Peer.SendAsync($$"""[36,{{subscription}},1,{},[9,{{subscription}}]]""");
            Assert.Equal(new MetaChange(9, subscription), await seen.NextAsync());
        }
    }

    [Theory, Trait("wamp", "HIS-02"), Trait("wamp", "HIS-03"), Trait("wamp", "HIS-15")]
    [InlineData("""[{"timestamp":"2026-03-01T10:00:00Z","subscription":5,"publication":6,"details":{"topic":"a.b"},"args":[1],"kwargs":{"k":2}},{"timestamp":"2026-03-01T09:00:00.5+01:00","publication":7}]""")]
    [InlineData("""[[{"timestamp":"2026-03-01T10:00:00Z","subscription":5,"publication":6,"details":{"topic":"a.b"},"args":[1],"kwargs":{"k":2}},{"timestamp":"2026-03-01T09:00:00.5+01:00","publication":7,"args":null}]]""")]
    public async Task HistoryIsAListOfEvents(string result)
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var filter = new HistoryFilter
        {
            Reverse = true,
            Limit = 10,
            FromTime = new DateTimeOffset(2026, 3, 1, 11, 0, 0, 250, TimeSpan.FromHours(1)),
            Topic = "a.b",
            UntilPublication = 99,
        };
        var events = await AnswerAsync(
            joined,
            joined.Client.Meta.Subscriptions.GetEventsAsync(5, filter),
            1,
            ""","wamp.subscription.get_events",[5],{"reverse":true,"limit":10,"from_time":"2026-03-01T10:00:00.25Z","topic":"a.b","until_publication":99}]""",
            result);

        Assert.Equal([6L, 7L], events.Select(published => published.PublicationId));
        Assert.Equal((5, 1, 2), (events[0].SubscriptionId, events[0].Arguments.Get<int>(0), events[0].ArgumentsKw.Get<int>("k")));
        Assert.Equal("a.b", events[0].Details.Get<string>("topic"));
        Assert.Equal(-TimeSpan.FromMilliseconds(7_199_500), events[1].Timestamp - events[0].Timestamp);
        Assert.Equal((0, 0), (events[1].Arguments.Count, events[1].ArgumentsKw.Keys.Count));
    }

    [Theory, Trait("wamp", "HIS-03")]
    [InlineData("[]")]
    [InlineData("[[]]")]
    public async Task AHistoryMayBeEmpty(string result)
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        Assert.Empty(await AnswerAsync(
            joined, joined.Client.Meta.Subscriptions.GetEventsAsync(5), 1, ""","wamp.subscription.get_events",[5]]""", result));
    }

    [Fact, Trait("wamp", "HIS-04")]
    public async Task AHistoryTellsWhatIsMissing()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var told = await AskAsync(1, """[],{"is_limit_reached":true,"_left_out":2}""");
        Assert.Equal((0, true, 2), (told.Count, told.IsLimitReached, told.LeftOut));
        var untold = await AskAsync(2, "[]");
        Assert.Equal((0, false, 0), (untold.Count, untold.IsLimitReached, untold.LeftOut));

        Task<HistoricEvents> AskAsync(int request, string result) => AnswerAsync(
            joined, joined.Client.Meta.Subscriptions.GetEventsAsync(5), request, ""","wamp.subscription.get_events",[5]]""", result);
    }

    private static async Task<T> AnswerAsync<T>(Joined joined, Task<T> call, int requestId, string restOfCall, string arguments)
    {
        await joined.Peer.ExpectAsync($$"""[48,{{requestId}},{}{{restOfCall}}""");
        await joined.Peer.SendAsync($$"""[50,{{requestId}},{},{{arguments}}]""");
        return await call.Soon();
    }

    /// <summary>The subscription gets the id 70 plus that of the request.</summary>
    private static async Task SubscribedAsync(Joined joined, Task<WampSubscription> subscribing, int requestId, string topic)
    {
        await joined.Peer.ExpectAsync($$"""[32,{{requestId}},{},"{{topic}}"]""");
        await joined.Peer.SendAsync($"[33,{requestId},{70 + requestId}]");
        await subscribing.Soon();
    }

    private sealed class Seen
    {
        private readonly System.Threading.Channels.Channel<object> _values = System.Threading.Channels.Channel.CreateUnbounded<object>();

        public void Add(object value) => _values.Writer.TryWrite(value);

        public Task<object> NextAsync() => _values.Reader.ReadAsync().AsTask().Soon();
    }
}
