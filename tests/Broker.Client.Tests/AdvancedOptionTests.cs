using Broker.Options;
using Broker.Uris;

namespace Broker.Client;

/// <summary>Options and Details of the advanced profile, and that none goes to a router that did not announce the feature.</summary>
public sealed class AdvancedOptionTests
{
    private const string Welcome =
        """[2,1,{"roles":{"broker":{"features":{"subscriber_blackwhite_listing":true,"publisher_identification":true,"event_retention":true}},"dealer":{"features":{"caller_identification":true,"call_timeout":true,"pattern_based_registration":true,"shared_registration":true}}}}]""";

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires))]
    [Trait("wamp", "BWL-01"), Trait("wamp", "PID-01"), Trait("wamp", "RET-01")]
    public async Task PublishSaysWhoGetsTheEvent(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync(Welcome);
        await joined.Client.PublishAsync("com.acme.t", [1], new PublishOptions
        {
            ExcludeMe = false,
            Exclude = [1, 2],
            ExcludeAuthId = ["a"],
            ExcludeAuthRole = ["b"],
            Eligible = [],
            EligibleAuthId = ["c", "d"],
            EligibleAuthRole = ["e"],
            DiscloseMe = true,
            Retain = true,
        });

        await joined.Peer.ExpectAsync(
            """[16,1,{"exclude_me":false,"exclude":[1,2],"exclude_authid":["a"],"exclude_authrole":["b"],"eligible":[],"eligible_authid":["c","d"],"eligible_authrole":["e"],"disclose_me":true,"retain":true},"com.acme.t",[1]]""");
    }

    [Theory, Trait("wamp", "PUB-10")]
    [InlineData(SlowConsumerPolicy.DropNewest, "drop_newest")]
    [InlineData(SlowConsumerPolicy.DropOldest, "drop_oldest")]
    [InlineData(SlowConsumerPolicy.Latest, "latest")]
    [InlineData(SlowConsumerPolicy.Disconnect, "disconnect")]
    public async Task ASubscriptionSaysWhatBecomesOfItsEventsWhileThisClientIsSlow(SlowConsumerPolicy policy, string word)
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        var subscribing = joined.Client.SubscribeAsync("com.acme.t", _ => { }, new SubscribeOptions { SlowConsumer = policy });
        await joined.Peer.ExpectAsync($$"""[32,1,{"_slow_consumer":"{{word}}"},"com.acme.t"]""");
        await joined.Peer.SendAsync("[33,1,77]");
        await subscribing.Soon();
    }

    [Fact, Trait("wamp", "RET-02"), Trait("wamp", "RET-05")]
    public async Task RetainedEventsGoToWhoAskedForThem()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        var (plain, retained) = (new Inbox(), new Inbox());
        var first = joined.Client.SubscribeAsync("com.acme.t", plain.Add);
        await joined.Peer.ExpectAsync("""[32,1,{},"com.acme.t"]""");
        await joined.Peer.SendAsync("[33,1,77]");
        await first.Soon();
        var second = joined.Client.SubscribeAsync("com.acme.t", retained.Add, new SubscribeOptions { GetRetained = true });
        await joined.Peer.ExpectAsync("""[32,2,{"get_retained":true},"com.acme.t"]""");
        await joined.Peer.SendAsync("[33,2,77]");
        await joined.Peer.SendAsync("""[36,77,5,{"retained":true}]""");
        await joined.Peer.SendAsync("""[36,77,6,{"publisher":9,"publisher_authid":"a","publisher_authrole":"r","trustlevel":2}]""");
        await second.Soon();

        var kept = await retained.NextAsync();
        Assert.Equal((5, true), (kept.PublicationId, kept.Retained));
        Assert.Equal(6, (await retained.NextAsync()).PublicationId);
        var live = await plain.NextAsync();
        Assert.Equal((6, false, 9, "a", "r", 2), (live.PublicationId, live.Retained, live.Publisher, live.PublisherAuthId, live.PublisherAuthRole, live.TrustLevel));
    }

    [Fact, Trait("wamp", "PTL-01"), Trait("wamp", "PID-02")]
    public async Task EventsTellNoMoreThanTheRouterDoes()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var events = new Inbox();
        var subscribing = joined.Client.SubscribeAsync("com.acme.t", events.Add);
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("[33,1,77]");
        await joined.Peer.SendAsync("[36,77,5,{}]");
        await joined.Peer.SendAsync("""[36,77,6,{"trust_level":0}]"""); // as some routers spell it
        await subscribing.Soon();

        var published = await events.NextAsync();
        Assert.Equal((null, null, null), (published.Publisher, published.PublisherAuthId, published.TrustLevel));
        Assert.Equal(0, (await events.NextAsync()).TrustLevel);
    }

    [Fact, Trait("wamp", "CID-01"), Trait("wamp", "CID-05"), Trait("wamp", "SHR-01"), Trait("wamp", "PBR-01")]
    public async Task CallAndRegisterCarryTheirOptions()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        var call = joined.Client.CallAsync("com.acme.q", options: new CallOptions { DiscloseMe = true });
        await joined.Peer.ExpectAsync("""[48,1,{"disclose_me":true},"com.acme.q"]""");
        await joined.Peer.SendAsync("[50,1,{}]");
        await call.Soon();
        var registering = joined.Client.RegisterAsync(
            "com.acme.",
            (_, _) => default,
            new RegisterOptions
            {
                Match = MatchPolicy.Prefix, Invoke = InvocationPolicy.RoundRobin, DiscloseCaller = true, ForwardTimeout = true, Concurrency = 3,
            });

        await joined.Peer.ExpectAsync(
            """[64,2,{"match":"prefix","invoke":"roundrobin","disclose_caller":true,"forward_timeout":true,"_concurrency":3},"com.acme."]""");
        await joined.Peer.SendAsync("[65,2,88]");
        await registering.Soon();
    }

    [Fact, Trait("wamp", "CID-02"), Trait("wamp", "CTL-01"), Trait("wamp", "PBR-07")]
    public async Task AnInvocationTellsProcedureAndCaller()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        var registering = joined.Client.RegisterAsync(
            "com.acme.",
            (invocation, _) => ValueTask.FromResult<WampArguments?>(
            [
                invocation.Procedure, invocation.Caller, invocation.CallerAuthId, invocation.CallerAuthRole, invocation.TrustLevel, invocation.ReceivesProgress,
            ]),
            new RegisterOptions { Match = MatchPolicy.Prefix });
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("[65,1,88]");
        await registering.Soon();
        await joined.Peer.SendAsync(
            """[68,1,88,{"procedure":"com.acme.x","caller":7,"caller_authid":"a","caller_authrole":"r","trustlevel":0,"receive_progress":true}]""");
        await joined.Peer.ExpectAsync("""[70,1,{},["com.acme.x",7,"a","r",0,true]]""");
        await joined.Peer.SendAsync("""[68,2,88,{"procedure":"com.acme.y"}]""");

        await joined.Peer.ExpectAsync("""[70,2,{},["com.acme.y",null,null,null,null,false]]""");
    }

    [Fact, Trait("wamp", "GEN-02")]
    public async Task WhatTheRouterDidNotAnnounceIsRefusedHere()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var client = joined.Client;
        Func<Task>[] attempts =
        [
            () => client.PublishAsync("com.acme.t", options: new PublishOptions { Exclude = [1] }),
            () => client.PublishAsync("com.acme.t", options: new PublishOptions { EligibleAuthRole = [] }),
            () => client.PublishAsync("com.acme.t", options: new PublishOptions { DiscloseMe = true }),
            () => client.PublishAcknowledgedAsync("com.acme.t", options: new PublishOptions { Retain = true }),
            () => client.SubscribeAsync("com.acme.t", _ => { }, new SubscribeOptions { GetRetained = true }),
            () => client.CallAsync("com.acme.p", options: new CallOptions { DiscloseMe = true }),
            () => client.RegisterAsync("com.acme.p", (_, _) => default, new RegisterOptions { DiscloseCaller = true }),
            () => client.RegisterAsync("com.acme.p", (_, _) => default, new RegisterOptions { ForwardTimeout = true }),
            () => client.RegisterAsync("com.acme.p", (_, _) => default, new RegisterOptions { Invoke = InvocationPolicy.Last }),
        ];
        foreach (var attempt in attempts)
        {
            Assert.Equal("wamp.error.feature_not_supported", (await Assert.ThrowsAsync<WampException>(attempt)).Uri);
        }

        var call = client.CallAsync("com.acme.q");
        await joined.Peer.ExpectAsync("""[48,1,{},"com.acme.q"]"""); // nothing went out before
        await joined.Peer.SendAsync("[50,1,{}]");
        await call.Soon();
    }
}
