using Broker.Hosting;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;

namespace Broker.Connections;

/// <summary>Peers that do not read: what they cost, what they miss, and that nobody else notices.</summary>
[Collection(nameof(Alone))]
[Trait("wamp", "RACE-18")]
public sealed class SlowConsumerTests
{
    public static MatrixTheoryData<PeerTransport, int> TransportsAndSizes { get; } = new(Enum.GetValues<PeerTransport>(), [300, 3000, 20_000]);

    [Theory]
    [MemberData(nameof(TransportsAndSizes))]
    [Trait("wamp", "ORD-01")]
    public async Task A_subscriber_that_does_not_read_loses_events_and_is_told_how_many_while_others_lose_none(PeerTransport transport, int size)
    {
        await using var router = await SlowPeers.StartAsync();
        await using var slow = await SlowPeers.SubscribeAsync(router, transport, SerializerKind.Json, SlowPeers.SmallBuffer);
        await using var fast = await SlowPeers.SubscribeAsync(router, transport, SerializerKind.MessagePack);
        await using var publisher = await TestPeer.JoinAsync(router, transport, SerializerKind.Cbor);
        var payload = new string('x', size);
        var batch = 100_000 / size;
        var published = 0;
        while (router.RealmState.EventsDropped < 100)
        {
            for (var i = 0; i < batch; i++)
            {
                await SlowPeers.PublishAsync(publisher, ++published, payload);
            }

            for (var i = published - batch + 1; i <= published; i++)
            {
                Assert.Equal(i, SlowPeers.NumberOf(await fast.ExpectAsync("[36,*]")));
            }

            Assert.InRange(router.Context.OutboundBudget.Held.Value, 0, 2 * SlowPeers.MaxOutbound);
        }

        var reading = SlowPeers.ReadUntilLastAsync(slow);
        while (!reading.IsCompleted)
        {
            await SlowPeers.PublishAsync(publisher, ++published, "last");
            await fast.ExpectAsync($"[36,*,[{published},\"last\"]]");
        }

        Assert.InRange(await reading, 100, published);
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.MappedWebSocket)]
    [InlineData(PeerTransport.BatchedWebSocket)]
    [InlineData(PeerTransport.MappedBatchedWebSocket)]
    [InlineData(PeerTransport.RawSocket)]
    [InlineData(PeerTransport.UnixSocket)]
    public async Task A_subscriber_that_does_not_read_is_ended_when_the_policy_says_so(PeerTransport transport)
    {
        await using var router = await SlowPeers.StartAsync(
            options => options.Realms[TestRouter.Realm] = new RealmOptions { SlowConsumer = SlowConsumerPolicy.Disconnect });
        await using var slow = await SlowPeers.SubscribeAsync(router, transport, SerializerKind.Json, SlowPeers.SmallBuffer);
        await using var publisher = await TestPeer.JoinAsync(router, transport);
        var payload = new string('x', 10_000);

        for (var request = 1; router.RealmState.SubscriptionCount > 0; request++)
        {
            await SlowPeers.PublishAsync(publisher, request, payload);
            await publisher.RoutedAsync();
        }

        await SlowPeers.ExpectOneSlowConsumerAsync(router, connectionsLeft: 1);
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.MappedWebSocket)]
    [InlineData(PeerTransport.BatchedWebSocket)]
    [InlineData(PeerTransport.MappedBatchedWebSocket)]
    [InlineData(PeerTransport.RawSocket)]
    [InlineData(PeerTransport.UnixSocket)]
    public async Task A_caller_that_does_not_read_its_results_is_ended_and_its_callee_goes_on(PeerTransport transport)
    {
        const int Calls = 1000;
        await using var router = await SlowPeers.StartAsync();
        await using var caller = await TestPeer.JoinAsync(router, transport, SerializerKind.Json, receiveBuffer: SlowPeers.SmallBuffer);
        await using var callee = await TestPeer.JoinAsync(router, transport);
        await callee.SendAsync("""[64,1,{},"com.example.procedure"]""");
        await callee.ExpectAsync("[65,1,*]");
        await caller.SendAsync([.. Enumerable.Range(1, Calls).Select(i => $"[48,{i},{{}},\"com.example.procedure\"]")]);
        for (var i = 1; i <= Calls; i++)
        {
            await callee.ExpectAsync($"[68,{i},*]");
        }

        var result = new string('x', 10_000);
        for (var i = 1; i <= Calls; i++)
        {
            await callee.SendAsync($"[70,{i},{{}},[\"{result}\"]]");
        }

        await SlowPeers.ExpectOneSlowConsumerAsync(router, connectionsLeft: 1);
        await callee.SendAsync("""[32,2,{},"com.example.topic"]""");
        await callee.ExpectAsync("[33,2,*]");
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.MappedWebSocket)]
    [InlineData(PeerTransport.BatchedWebSocket)]
    [InlineData(PeerTransport.MappedBatchedWebSocket)]
    [InlineData(PeerTransport.RawSocket)]
    [InlineData(PeerTransport.UnixSocket)]
    [Trait("wamp", "RACE-07")]
    public async Task A_callee_that_does_not_read_is_spared_by_its_callers_and_every_call_gets_one_answer(PeerTransport transport)
    {
        const int Calls = 1500;
        await using var router = await SlowPeers.StartAsync();
        await using var callee = await TestPeer.JoinAsync(router, transport, SerializerKind.Json, receiveBuffer: SlowPeers.SmallBuffer);
        await using var caller = await TestPeer.JoinAsync(router, transport);
        await callee.SendAsync("""[64,1,{},"com.example.procedure"]""");
        await callee.ExpectAsync("[65,1,*]");

        var argument = new string('x', 10_000);
        var calling = Task.Run(async () =>
        {
            for (var i = 1; i <= Calls; i++)
            {
                await caller.SendAsync($"[48,{i},{{}},\"com.example.procedure\",[\"{argument}\"]]");
            }

            await callee.DisposeAsync(); // what waits for it is answered now
        }, TestContext.Current.CancellationToken);
        var answered = new HashSet<long>();
        var answers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < Calls; i++)
        {
            var error = await caller.ExpectAsync("""[8,48,*,{},"wamp.error.*"*]""");
            Assert.True(answered.Add(error[2].GetInt64()));
            var uri = error[4].GetString()!;
            answers[uri] = answers.GetValueOrDefault(uri) + 1;
        }

        await calling;
        Assert.InRange(answers["wamp.error.no_available_callee"], 1, Calls);
        Assert.InRange(answers["wamp.error.canceled"], 1, Calls);
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.MappedWebSocket)]
    [InlineData(PeerTransport.BatchedWebSocket)]
    [InlineData(PeerTransport.MappedBatchedWebSocket)]
    [InlineData(PeerTransport.RawSocket)]
    [InlineData(PeerTransport.UnixSocket)]
    public async Task A_peer_that_pings_and_does_not_read_is_ended(PeerTransport transport)
    {
        await using var router = await SlowPeers.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport, SerializerKind.Json, receiveBuffer: SlowPeers.SmallBuffer);
        var pings = Enumerable.Repeat(peer.PingFrame([]), 10_000).SelectMany(frame => frame).ToArray();

        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true)
            {
                await peer.SendBytesAsync(pings);
            }
        });

        await SlowPeers.ExpectOneSlowConsumerAsync(router, connectionsLeft: 0);
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.MappedWebSocket)]
    [InlineData(PeerTransport.BatchedWebSocket)]
    [InlineData(PeerTransport.MappedBatchedWebSocket)]
    [InlineData(PeerTransport.RawSocket)]
    [InlineData(PeerTransport.UnixSocket)]
    public async Task A_long_event_reaches_many_subscribers_intact_from_shared_memory(PeerTransport transport)
    {
        const int Subscribers = 50;
        await using var router = await TestRouter.StartAsync();
        await using var publisher = await TestPeer.JoinAsync(router, transport);
        var subscribers = new List<TestPeer>();
        for (var i = 0; i < Subscribers; i++)
        {
            subscribers.Add(await SlowPeers.SubscribeAsync(router, transport, (SerializerKind)(i % 3)));
        }

        var payload = string.Concat(Enumerable.Range(0, 125_000).Select(i => $"{i:D8}"));
        var frame = publisher.Frame($"[16,1,{{\"acknowledge\":true}},\"com.example.topic\",[\"{payload}\"]]");
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await publisher.SendBytesAsync(frame);
        await publisher.ExpectAsync("[17,1,*]");
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        // A copy for each of three serializers and what lies in the pipes; a copy for each subscriber would be 50 MB.
        Assert.InRange(allocated, 0, 25_000_000);
        foreach (var subscriber in subscribers)
        {
            Assert.Equal(payload, (await subscriber.ExpectAsync("[36,*]"))[4][0].GetString());
            await subscriber.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.MappedWebSocket)]
    [InlineData(PeerTransport.BatchedWebSocket)]
    [InlineData(PeerTransport.MappedBatchedWebSocket)]
    [InlineData(PeerTransport.RawSocket)]
    [InlineData(PeerTransport.UnixSocket)]
    [Trait("wamp", "SES-35")]
    public async Task A_peer_that_does_not_read_holds_up_a_shutdown_for_one_timeout_only(PeerTransport transport)
    {
        await using var router = await SlowPeers.StartAsync();
        await using var slow = await SlowPeers.SubscribeAsync(router, transport, SerializerKind.Json, SlowPeers.SmallBuffer);
        await using var publisher = await TestPeer.JoinAsync(router, transport);
        var payload = new string('x', 10_000);
        for (var request = 1; router.RealmState.EventsDropped == 0; request++)
        {
            await SlowPeers.PublishAsync(publisher, request, payload);
        }

        publisher.Reset();
        await TestRouter.WaitUntilAsync(() => router.Context.Connections.Count == 1, () => "the publisher is still there, or all are gone");
        var stopped = router.StopAsync();
        await router.Clock.ElapseAsync(TimeSpan.FromSeconds(2), isTask: true);

        await stopped;
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.RawSocket)]
    [Trait("wamp", "WS-09")]
    public async Task A_peer_that_reads_slowly_is_not_taken_for_dead(PeerTransport transport)
    {
        await using var router = await SlowPeers.StartAsync(options => options.PingRawSockets = true);
        await using var slow = await SlowPeers.SubscribeAsync(router, transport, SerializerKind.Json, SlowPeers.SmallBuffer);
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        var payload = new string('x', 10_000);
        var published = 0;
        for (var round = 0; round < 10; round++)
        {
            var dropped = router.RealmState.EventsDropped;
            while (router.RealmState.EventsDropped == dropped)
            {
                await SlowPeers.PublishAsync(publisher, ++published, payload);
                await publisher.RoutedAsync();
            }

            router.Clock.Advance(TimeSpan.FromSeconds(15));
            var before = Stalled();
            while (Stalled() == before)
            {
                await slow.ExpectAsync("[36,*]"); // what is silent for 20 s is pinged, and ended 10 s later
            }
        }

        long? Stalled() => router.Context.Connections.All.Single(one => one.SessionId == slow.SessionId).Outbound.Stall?.Since;
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket, SerializerKind.Json)]
    [InlineData(PeerTransport.BatchedWebSocket, SerializerKind.MessagePack)]
    [InlineData(PeerTransport.RawSocket, SerializerKind.Cbor)]
    [Trait("wamp", "WS-07")]
    public async Task What_one_session_has_missed_the_next_one_of_the_connection_is_not_told(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await SlowPeers.StartAsync();
        await using var slow = await SlowPeers.SubscribeAsync(router, transport, serializer, SlowPeers.SmallBuffer);
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        var payload = new string('x', 10_000);
        var published = 0;
        while (router.RealmState.EventsDropped < 10)
        {
            await SlowPeers.PublishAsync(publisher, ++published, payload);
            await publisher.RoutedAsync();
        }

        await slow.SendAsync("""[6,{},"wamp.close.close_realm"]""");
        while (!(await slow.ReceiveAsync()).StartsWith("[6,", StringComparison.Ordinal))
        {
            // what waited
        }

        await slow.JoinAsync();
        await slow.SendAsync("""[32,1,{},"com.example.topic"]""");
        await slow.ExpectAsync("[33,1,*]");
        await SlowPeers.PublishAsync(publisher, ++published, "first");

        Assert.Equal(0, SlowPeers.GapOf(await slow.ExpectAsync("[36,*]")));
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket, SerializerKind.Json)]
    [InlineData(PeerTransport.RawSocket, SerializerKind.Cbor)]
    [Trait("wamp", "WS-07")]
    public async Task What_gives_way_of_one_session_the_next_one_of_the_connection_is_not_told(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await SlowPeers.StartAsync();
        await using var slow = await SlowPeers.SubscribeAsync(
            router, transport, serializer, SlowPeers.SmallBuffer, """{"_slow_consumer":"drop_oldest"}""");
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        var payload = new string('x', 10_000);
        var published = 0;
        await PublishUntilAsync(() => router.RealmState.EventsDropped >= 10, "com.example.topic");

        await slow.SendAsync(
            """[6,{},"wamp.close.close_realm"]""", TestPeer.HelloText, """[32,1,{},"com.example.other"]""",
            """[32,2,{"_slow_consumer":"drop_oldest"},"com.example.second"]""");
        await TestRouter.WaitUntilAsync(() => router.RealmState.SubscriptionCount == 2, () => "The second session has not subscribed.");
        var before = router.RealmState.EventsDropped;
        await PublishUntilAsync(() => router.RealmState.EventsDropped > before + 20, "com.example.second"); // those of the first session give way

        while (!(await slow.ReceiveAsync()).StartsWith("[33,2,", StringComparison.Ordinal))
        {
            // what is left of the first session
        }

        var first = await slow.ExpectAsync("[36,*]");
        Assert.Equal(SlowPeers.NumberOf(first) - 1, SlowPeers.GapOf(first));

        async Task PublishUntilAsync(Func<bool> isEnough, string topic)
        {
            for (var number = 1; !isEnough(); number++)
            {
                await publisher.SendAsync($"[16,{++published},{{}},\"{topic}\",[{number},\"{payload}\"]]");
                await publisher.RoutedAsync();
            }
        }
    }

    [Fact]
    public async Task Another_bound_counts_for_connections_that_are_open()
    {
        await using var router = await SlowPeers.StartAsync();
        await using var slow = await SlowPeers.SubscribeAsync(router, PeerTransport.WebSocket, SerializerKind.Json, SlowPeers.SmallBuffer);
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        var payload = new string('x', 10_000);
        var published = 0;
        await PublishUntilDroppedAsync();
        Assert.InRange(router.Context.OutboundBudget.Held.Value, 0, 2 * SlowPeers.MaxOutbound);

        router.Router.Reconfigure(new WampRouterOptions { MaxOutboundBytes = 4 * SlowPeers.MaxOutbound });
        await PublishUntilDroppedAsync();

        Assert.InRange(router.Context.OutboundBudget.Held.Value, 2 * SlowPeers.MaxOutbound, 8 * SlowPeers.MaxOutbound);

        async Task PublishUntilDroppedAsync()
        {
            var dropped = router.RealmState.EventsDropped;
            while (router.RealmState.EventsDropped == dropped)
            {
                await SlowPeers.PublishAsync(publisher, ++published, payload);
                await publisher.RoutedAsync();
            }
        }
    }
}
