using System.Collections;
using Broker.Hosting;
using Broker.Peers;
using Broker.Serialization;
using static Broker.Authorization.AuthorizedRealm;

namespace Broker.Authorization;

/// <summary>What dynamic authorizers have answered: who is asked again, and when.</summary>
public sealed class RememberedDecisionTests
{
    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "AZN-08")]
    [Trait("wamp", "AZN-03")]
    public async Task A_denial_is_remembered_for_a_while(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync();
        await using var authorizer = await AuthorizerAsync(router);
        await using var peer = await JoinAsync(router, "joe", transport, serializer);

        await peer.SendAsync("""[48,1,{},"com.a"]""");
        await authorizer.ExpectAsync("[68,1,*]");
        await authorizer.SendAsync("""[70,1,{},[false]]""");
        await peer.ExpectAsync("""[8,48,1,{},"wamp.error.not_authorized",*]""");
        await peer.SendAsync("""[48,2,{},"com.a"]""");
        await peer.ExpectAsync("""[8,48,2,{},"wamp.error.not_authorized",*]""");

        router.Clock.Advance(TimeSpan.FromSeconds(6));

        await peer.SendAsync("""[48,3,{},"com.a"]""");
        await authorizer.ExpectAsync("[68,2,*]");
        await authorizer.SendAsync("""[70,2,{},[{"allow":true,"cache":false}]]""");
        await peer.ExpectAsync("""[8,48,3,{},"wamp.error.no_such_procedure",*]""");
        await peer.SendAsync("""[48,4,{},"com.a"]""");
        await authorizer.ExpectAsync("[68,3,*]");
        await authorizer.SendAsync("""[70,3,{},[false]]""");
        await peer.ExpectAsync("""[8,48,4,{},"wamp.error.not_authorized",*]""");
    }

    [Fact]
    [Trait("wamp", "AZN-08")]
    public async Task Those_who_ask_the_same_at_once_share_the_question()
    {
        await using var router = await StartAsync();
        await using var authorizer = await AuthorizerAsync(router);
        await using var one = await JoinAsync(router, "joe");
        await using var two = await JoinAsync(router, "joe");
        await one.SendAsync("""[16,1,{"acknowledge":true},"com.a"]""");
        await authorizer.ExpectAsync("[68,1,*]");
        await two.SendAsync("""[16,1,{"acknowledge":true},"com.a"]""", """[16,2,{"acknowledge":true},"com.b"]""");

        await authorizer.SendAsync("""[70,1,{},[true]]""");

        await one.ExpectAsync("[17,1,*]");
        await two.ExpectAsync("[17,1,*]");
        Assert.Equal("""["com.b","publish",{"match":"exact"}]""", Rest(await authorizer.ExpectAsync("[68,2,*]")));
        await authorizer.SendAsync("""[70,2,{},[true]]""");
        await two.ExpectAsync("[17,2,*]");
    }

    [Fact]
    [Trait("wamp", "AZN-08")]
    public async Task What_was_answered_is_forgotten_on_demand_and_when_the_router_takes_other_options()
    {
        await using var router = await StartAsync();
        await using var authorizer = await AuthorizerAsync(router);
        await using var peer = await JoinAsync(router, "joe");
        var invocation = 0;
        async Task PublishAsync(int request, bool isAsked)
        {
            await peer.SendAsync($$"""[16,{{request}},{"acknowledge":true},"com.a"]""");
            if (isAsked)
            {
                invocation++;
                await authorizer.ExpectAsync($"[68,{invocation},*]");
                await authorizer.SendAsync($"[70,{invocation},{{}},[true]]");
            }

            await peer.ExpectAsync($"[17,{request},*]");
        }

        await PublishAsync(1, isAsked: true);
        await PublishAsync(2, isAsked: false);
        router.Router.ForgetDecisions();
        await PublishAsync(3, isAsked: true);
        router.Router.Reconfigure(Configure(new WampRouterOptions()));
        await PublishAsync(4, isAsked: true);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.WebSockets), MemberType = typeof(PeerMatrix))]
    public async Task Answers_are_forgotten_by_a_procedure_all_or_those_of_whom_it_names(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync();
        await using var authorizer = await AuthorizerAsync(router);
        await using var joe = await JoinAsync(router, "joe", transport, serializer);
        await using var ann = await JoinAsync(router, "ann", transport, serializer);
        await CallAsync(joe, 1, asked: 1);
        await CallAsync(ann, 1, asked: 2);
        await CallAsync(joe, 2, asked: null);

        await ForgetAsync(2, """[],{"authid":"ann"}""", forgotten: 1);
        await CallAsync(joe, 3, asked: null);
        await CallAsync(ann, 2, asked: 3);
        await ForgetAsync(3, """[],{"authrole":"authorizer"}""", forgotten: 0);
        await CallAsync(ann, 3, asked: null);
        await ForgetAsync(4, "[]", forgotten: 2);
        await CallAsync(joe, 4, asked: 4);
        await authorizer.SendAsync("""[48,5,{},"_broker.authorizer.forget_decisions",[],{"authid":1}]""");
        await authorizer.ExpectAsync("""[8,48,5,{},"wamp.error.invalid_argument",*]""");

        async Task ForgetAsync(int request, string payload, int forgotten)
        {
            await authorizer.SendAsync($$"""[48,{{request}},{},"_broker.authorizer.forget_decisions",{{payload}}]""");
            await authorizer.ExpectAsync($$"""[50,{{request}},{},[{{forgotten}}]]""");
        }

        async Task CallAsync(TestPeer peer, int request, int? asked)
        {
            await peer.SendAsync($$"""[48,{{request}},{},"com.a"]""");
            if (asked is not null)
            {
                await authorizer.ExpectAsync($"[68,{asked},*]");
                await authorizer.SendAsync($$"""[70,{{asked}},{},[true]]""");
            }

            await peer.ExpectAsync($$"""[8,48,{{request}},{},"wamp.error.no_such_procedure",*]""");
        }
    }

    [Fact]
    public async Task An_answer_that_was_on_its_way_when_all_were_forgotten_is_not_remembered()
    {
        await using var router = await StartAsync();
        await using var authorizer = await AuthorizerAsync(router);
        await using var peer = await JoinAsync(router, "joe");
        await peer.SendAsync("""[48,1,{},"com.a"]""");
        await authorizer.ExpectAsync("[68,1,*]");

        await authorizer.SendAsync("""[48,2,{},"_broker.authorizer.forget_decisions"]""");
        await authorizer.ExpectAsync("[50,2,{},[0]]");
        await authorizer.SendAsync("""[70,1,{},[true]]""");
        await peer.ExpectAsync("""[8,48,1,{},"wamp.error.no_such_procedure",*]""");

        await peer.SendAsync("""[48,2,{},"com.a"]""");
        await authorizer.ExpectAsync("[68,2,*]");
        await authorizer.SendAsync("""[70,2,{},[false]]""");
        await peer.ExpectAsync("""[8,48,2,{},"wamp.error.not_authorized",*]""");
    }

    [Fact]
    [Trait("wamp", "AZN-08")]
    public async Task What_is_asked_while_the_router_takes_other_options_is_not_remembered_behind_them()
    {
        await using var router = await StartAsync();
        await using var authorizer = await AuthorizerAsync(router);
        await using var peer = await JoinAsync(router, "joe");
        using var go = new SemaphoreSlim(0);
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = Configure(new WampRouterOptions());
        options.Realms["realm1"] = options.Realms["realm1"] with
        {
            Roles = new WatchedRoles(options.Realms["realm1"].Roles!, () =>
            {
                if (ReferenceEquals(router.Router.Options, options))
                {
                    arrived.TrySetResult();
                    go.Wait(TestContext.Current.CancellationToken);
                }
            }),
        };

        var reconfigured = Task.Run(() => router.Router.Reconfigure(options), TestContext.Current.CancellationToken);
        await arrived.Task;
        await peer.SendAsync("""[16,1,{"acknowledge":true},"com.a"]""");
        await authorizer.ExpectAsync("[68,1,*]");
        await authorizer.SendAsync("[70,1,{},[true]]");
        await peer.ExpectAsync("[17,1,*]");
        go.Release(100);
        await reconfigured;

        await peer.SendAsync("""[16,2,{"acknowledge":true},"com.a"]""");
        await authorizer.ExpectAsync("[68,2,*]");
        await authorizer.SendAsync("[70,2,{},[false]]");
        await peer.ExpectAsync("""[8,16,2,{},"wamp.error.not_authorized",*]""");
    }

    /// <summary>What the rules say at the moment in which a message is routed counts, and nobody's answer to a question of before.</summary>
    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "AZN-02")]
    [Trait("wamp", "ORD-07")]
    public async Task What_waits_for_an_answer_while_the_rules_change_is_decided_anew(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync();
        await using var authorizer = await AuthorizerAsync(router);
        await using var peer = await JoinAsync(router, "joe", transport, serializer);
        await peer.SendAsync("""[16,1,{"acknowledge":true},"com.a"]""", """[48,2,{},"com.b"]""");
        await authorizer.ExpectAsync("[68,1,*]");

        // A rule denies the first, another one, of now, allows the second, though it has waited behind it.
        Change([new PermissionRule { Uri = "com.a" }, new PermissionRule { Uri = "com.b", AllowCall = true }]);
        await authorizer.SendAsync("[70,1,{},[true]]");
        await peer.ExpectAsync("""[8,16,1,{},"wamp.error.not_authorized",*]""");
        await peer.ExpectAsync("""[8,48,2,{},"wamp.error.no_such_procedure",*]""");

        // Still nothing but the authorizer says anything of the third: it is asked once more.
        await peer.SendAsync("""[32,3,{},"com.c"]""");
        Assert.Equal("""["com.c","subscribe",{"match":"exact"}]""", Rest(await authorizer.ExpectAsync("[68,2,*]")));
        Change([]);
        await authorizer.SendAsync("[70,2,{},[true]]");
        Assert.Equal("""["com.c","subscribe",{"match":"exact"}]""", Rest(await authorizer.ExpectAsync("[68,3,*]")));
        await authorizer.SendAsync("[70,3,{},[false]]");
        await peer.ExpectAsync("""[8,32,3,{},"wamp.error.not_authorized",*]""");

        void Change(PermissionRule[] rules)
        {
            var options = Configure(new WampRouterOptions());
            var realm = options.Realms["realm1"];
            options.Realms["realm1"] = realm with { Roles = [realm.Roles![0] with { Permissions = rules }, realm.Roles[1]] };
            router.Router.Reconfigure(options);
        }
    }

    [Fact]
    [Trait("wamp", "AZN-08")]
    [Trait("wamp", "AZN-03")]
    public async Task How_long_an_authorizer_may_take_and_what_is_remembered_changes_with_the_options()
    {
        await using var router = await StartAsync();
        await using var authorizer = await AuthorizerAsync(router);
        await using var peer = await JoinAsync(router, "joe");
        var (request, invocation) = (0, 0);
        Reconfigure(new AuthorizerOptions { AllowedFor = TimeSpan.FromSeconds(2), DeniedFor = TimeSpan.FromSeconds(4) });

        await PublishAsync("com.a", asked: true);
        await PublishAsync("com.a", asked: null);
        router.Clock.Advance(TimeSpan.FromSeconds(3));
        await PublishAsync("com.a", asked: false);
        router.Clock.Advance(TimeSpan.FromSeconds(3));
        await PublishAsync("com.a", asked: null, isAllowed: false);
        router.Clock.Advance(TimeSpan.FromSeconds(2));
        await PublishAsync("com.a", asked: true);

        Reconfigure(new AuthorizerOptions { AllowedFor = TimeSpan.Zero, Timeout = TimeSpan.FromSeconds(20) });
        await PublishAsync("com.a", asked: true);
        await PublishAsync("com.a", asked: true);
        await peer.SendAsync($$"""[16,{{++request}},{"acknowledge":true},"com.a"]""");
        await authorizer.ExpectAsync("[68,*]");
        router.Clock.Advance(TimeSpan.FromSeconds(5));
        await authorizer.SendAsync($"[70,{++invocation},{{}},[true]]");
        await peer.ExpectAsync($"[17,{request},*]");

        // There is room for one answer, and none for the next.
        Reconfigure(new AuthorizerOptions { MaxRemembered = 1 });
        await PublishAsync("com.a", asked: true);
        await PublishAsync("com.a", asked: null);
        await PublishAsync("com.b", asked: true);
        await PublishAsync("com.b", asked: true);

        void Reconfigure(AuthorizerOptions authorizerOptions)
        {
            var options = Configure(new WampRouterOptions());
            options.Authorizer = authorizerOptions;
            options.KeepAliveInterval = TimeSpan.Zero; // the clock runs, and nobody answers pings
            router.Router.Reconfigure(options);
        }

        async Task PublishAsync(string topic, bool? asked, bool isAllowed = true)
        {
            request++;
            await peer.SendAsync($$"""[16,{{request}},{"acknowledge":true},"{{topic}}"]""");
            if (asked is { } answer)
            {
                invocation++;
                await authorizer.ExpectAsync($"[68,{invocation},*]");
                await authorizer.SendAsync($"[70,{invocation},{{}},[{(answer ? "true" : "false")}]]");
            }

            await peer.ExpectAsync((asked ?? isAllowed) ? $"[17,{request},*]" : $$"""[8,16,{{request}},{},"wamp.error.not_authorized",*]""");
        }
    }

    /// <summary>Tells when the rules are looked at.</summary>
    private sealed class WatchedRoles(IReadOnlyList<RoleOptions> roles, Action looked) : IReadOnlyList<RoleOptions>
    {
        public int Count => roles.Count;

        public RoleOptions this[int index] => roles[index];

        public IEnumerator<RoleOptions> GetEnumerator()
        {
            looked();
            return roles.GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
