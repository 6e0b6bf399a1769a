using System.Text.Json;
using Broker.Peers;
using Broker.PubSub;
using Broker.Realms;
using Broker.Serialization;

namespace Broker.Connections;

/// <summary>Retained events reach a subscriber at its own pace, however little may wait for it, and hold up nobody else.</summary>
[Collection(nameof(Alone))]
[Trait("wamp", "RET-07")]
public sealed class RetainedPaceTests
{
    private const int Events = 60;
    private const string SubscribeAll = """[32,1,{"match":"prefix","get_retained":true},"com.example."]""";
    private static readonly string Payload = new('x', 50_000);

    public static MatrixTheoryData<PeerTransport, SerializerKind> Transports { get; } =
        new([PeerTransport.WebSocket, PeerTransport.BatchedWebSocket, PeerTransport.MappedWebSocket, PeerTransport.RawSocket], Enum.GetValues<SerializerKind>());

    [Theory]
    [MemberData(nameof(Transports))]
    [Trait("wamp", "RET-09")]
    public async Task All_of_them_arrive_though_they_are_many_times_what_may_wait(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await SlowPeers.StartAsync(); // a quarter of a MiB, for 3 MB
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        await RetainAsync(publisher, Events);
        await using var subscriber = await TestPeer.JoinAsync(router, transport, serializer, receiveBuffer: SlowPeers.SmallBuffer);

        await subscriber.SendAsync(SubscribeAll);
        await subscriber.ExpectAsync("[33,1,*]");
        await SlowPeers.PublishAsync(publisher, Events + 1, "live", "com.example.live");
        for (var number = 1; number <= Events; number++)
        {
            var received = await subscriber.ExpectAsync("[36,*]");
            Assert.Equal((number, true, 0), (SlowPeers.NumberOf(received), IsRetained(received), SlowPeers.GapOf(received)));
        }

        var live = await subscriber.ExpectAsync("[36,*]");
        Assert.Equal((Events + 1, false, 0), (SlowPeers.NumberOf(live), IsRetained(live), SlowPeers.GapOf(live)));
        Assert.Equal(0, router.RealmState.EventsDropped);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    [Trait("wamp", "BRK-05")]
    public async Task Who_unsubscribes_meanwhile_gets_no_more_of_them(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await SlowPeers.StartAsync();
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        await RetainAsync(publisher, Events);
        await using var subscriber = await TestPeer.JoinAsync(router, transport, serializer, receiveBuffer: SlowPeers.SmallBuffer);
        await subscriber.SendAsync(SubscribeAll);
        var subscription = (await subscriber.ExpectAsync("[33,1,*]"))[2].GetInt64();

        await subscriber.SendAsync($"[34,2,{subscription}]");

        var events = 0;
        var received = JsonElement.Parse(await subscriber.ReceiveAsync());
        for (; received[0].GetInt32() == 36; received = JsonElement.Parse(await subscriber.ReceiveAsync()))
        {
            events++;
        }

        Assert.Equal("[35,2]", received.ToString());
        Assert.InRange(events, 0, Events);
        await subscriber.SendAsync("""[48,3,{},"com.example.nothing"]""");
        await subscriber.ExpectAsync("[8,48,3,*]");
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task What_was_retained_does_not_take_the_place_of_a_later_event_that_waits(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await SlowPeers.StartAsync();
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        await using var slow = await SlowPeers.SubscribeAsync(
            router, transport, serializer, SlowPeers.SmallBuffer, """{"match":"prefix","_slow_consumer":"latest"}""", "com.example.");
        await publisher.SendAsync("""[16,1,{"retain":true},"com.example.state",[3]]""");
        var published = await FloodAsync(router, publisher, published: 1);

        await publisher.SendAsync($"""[16,{++published},{"{}"},"com.example.state",[5]]""");
        await publisher.RoutedAsync();
        await slow.SendAsync("""[32,2,{"match":"prefix","get_retained":true},"com.example."]""");
        await slow.RoutedWithinAsync(router);

        var states = new List<string>();
        while (states.Count < 4)
        {
            var received = JsonElement.Parse(await slow.ReceiveAsync());
            if (received[0].GetInt32() == 33)
            {
                states.Add("SUBSCRIBED");
            }
            else if (received[3].GetProperty("topic").GetString() == "com.example.state")
            {
                states.Add(received[4].ToString() + (IsRetained(received) ? " retained" : ""));
            }
        }

        Assert.Equal(["[3]", "[5]", "SUBSCRIBED", "[3] retained"], states);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Who_asks_again_and_again_without_reading_is_told_what_it_missed_and_stays(PeerTransport transport, SerializerKind serializer)
    {
        const int Subscriptions = 1000;
        await using var router = await SlowPeers.StartAsync();
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        await RetainAsync(publisher, Events);
        await using var subscriber = await TestPeer.JoinAsync(router, transport, serializer, receiveBuffer: SlowPeers.SmallBuffer);

        await subscriber.SendAsync([.. Enumerable.Range(1, Subscriptions).Select(request =>
            $$"""[32,{{request}},{"match":"prefix","get_retained":true},"com.example.topic{{request % Events}}"]""")]);
        await subscriber.SendAsync($$"""[32,{{Subscriptions + 1}},{},"com.example.last"]""");

        var (confirmed, told) = (0, 0L);
        while (confirmed <= Subscriptions)
        {
            var received = JsonElement.Parse(await subscriber.ReceiveAsync());
            confirmed += received[0].GetInt32() == 33 ? 1 : 0;
            told += received[0].GetInt32() == 36 ? SlowPeers.GapOf(received) : 0;
        }

        await SlowPeers.PublishAsync(publisher, Events + 1, "last", "com.example.last");
        told += SlowPeers.GapOf(await subscriber.ExpectAsync("[36,*]"));
        Assert.Equal(router.RealmState.EventsDropped, told);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    [Trait("wamp", "RET-12")]
    public async Task What_is_forgotten_before_its_turn_is_a_gap_and_what_is_replaced_is_none(PeerTransport transport, SerializerKind serializer)
    {
        const int Kept = 200;
        const int Others = 150; // more than sockets take
        await using var router = await SlowPeers.StartAsync(options => options.Realms[TestRouter.Realm] = new RealmOptions { Retention = new RetentionOptions { MaxEvents = Kept } });
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        await RetainAsync(publisher, Kept);
        await using var subscriber = await TestPeer.JoinAsync(router, transport, serializer, receiveBuffer: SlowPeers.SmallBuffer);
        await subscriber.SendAsync(SubscribeAll);
        await subscriber.RoutedWithinAsync(router);

        for (var number = Kept + 1; number <= Kept + Others; number++)
        {
            await publisher.SendAsync($$"""[16,{{number}},{"retain":true},"com.other.topic{{number}}",[]]"""); // the oldest are forgotten
        }

        await publisher.SendAsync($$"""[16,{{Kept + Others + 1}},{"retain":true},"com.example.topic{{Kept}}",[{{Kept + 1}}]]"""); // the newest is replaced
        await publisher.RoutedAsync();

        await subscriber.ExpectAsync("[33,1,*]");
        var (last, gaps) = (0L, 0L);
        while (last <= Kept)
        {
            var received = await subscriber.ExpectAsync("[36,*]");
            var (number, gap) = (SlowPeers.NumberOf(received), SlowPeers.GapOf(received));
            Assert.Equal(IsRetained(received) ? last + 1 + gap : Kept + 1, number);
            (last, gaps) = (number, gaps + gap);
        }

        Assert.InRange(gaps, 1, Others);
        Assert.Equal((gaps, gaps), (router.RealmState.EventsDropped, router.RealmState.EventsDroppedFor(DropReason.Forgotten)));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    [Trait("wamp", "RET-10")]
    public async Task Who_asks_once_more_before_they_have_begun_to_come_gets_them_once(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await SlowPeers.StartAsync();
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        await RetainAsync(publisher, Events, "short");
        await using var subscriber = await TestPeer.JoinAsync(router, transport, serializer);
        await subscriber.SendAsync([.. Enumerable.Range(1, 200).Select(request =>
            $$"""[32,{{request}},{"match":"prefix","get_retained":true},"com.example."]""")]);

        var (confirmed, events) = (0, 0);
        while (confirmed < 200)
        {
            var received = JsonElement.Parse(await subscriber.ReceiveAsync());
            confirmed += received[0].GetInt32() == 33 ? 1 : 0;
            events += received[0].GetInt32() == 36 ? 1 : 0;
        }

        await subscriber.SendAsync("""[32,201,{"match":"prefix","get_retained":true},"com.example."]""", """[48,202,{},"com.example.nothing"]""");
        for (var received = await subscriber.ReceiveAsync(); !received.StartsWith("[8,48,202,", StringComparison.Ordinal); received = await subscriber.ReceiveAsync())
        {
            events += received.StartsWith("[36,", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.Equal(0, events % Events);
        Assert.InRange(events, 2 * Events, 200 * Events); // however the requests came: once at least, and once more when all had come
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_later_event_does_not_take_a_place_before_them(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await SlowPeers.StartAsync();
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        await using var slow = await SlowPeers.SubscribeAsync(
            router, transport, serializer, SlowPeers.SmallBuffer, """{"match":"prefix","_slow_consumer":"latest"}""", "com.example.");
        var published = await FloodAsync(router, publisher, published: 0);

        await publisher.SendAsync($$"""[16,{{++published}},{"retain":true},"com.example.state",[1]]""");
        await publisher.RoutedAsync();
        await slow.SendAsync("""[32,2,{"match":"prefix","get_retained":true},"com.example."]""", """[32,3,{},"com.other"]""");
        await TestRouter.WaitUntilAsync(() => router.RealmState.SubscriptionCount == 2, () => "It has not subscribed.");
        await publisher.SendAsync($$"""[16,{{++published}},{"retain":true},"com.example.state",[2]]""", $$"""[16,{{++published}},{},"com.example.state",[3]]""");
        await publisher.RoutedAsync();

        var last = 0;
        while (last < 3)
        {
            var received = JsonElement.Parse(await slow.ReceiveAsync());
            if (received[0].GetInt32() == 36 && received[3].GetProperty("topic").GetString() == "com.example.state")
            {
                var number = received[4][0].GetInt32();
                Assert.InRange(number, last, 3);
                last = number;
            }
        }
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.RawSocket)]
    [Trait("wamp", "WS-09")]
    public async Task The_answer_to_a_ping_does_not_wait_for_them(PeerTransport transport)
    {
        await using var router = await SlowPeers.StartAsync();
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        await RetainAsync(publisher, 200, new string('x', 60_000)); // more than sockets take
        await using var subscriber = await TestPeer.JoinAsync(router, transport, receiveBuffer: SlowPeers.SmallBuffer);
        await subscriber.SendAsync(SubscribeAll);
        await subscriber.RoutedWithinAsync(router);

        await subscriber.SendBytesAsync(subscriber.PingFrame([7]));

        var before = 0;
        while ((await subscriber.ReceiveFrameAsync()).Kind != PeerFrame.Pong)
        {
            before++;
        }

        Assert.InRange(before, 0, 190);
    }

    /// <summary>Publishes until events of one topic wait, and others have taken the place of earlier ones.</summary>
    /// <returns>The number of the last PUBLISH.</returns>
    private static async Task<int> FloodAsync(TestRouter router, TestPeer publisher, int published)
    {
        while (router.RealmState.EventsDroppedFor(DropReason.Conflated) < 10)
        {
            await SlowPeers.PublishAsync(publisher, ++published, Payload, "com.example.flood");
            await publisher.RoutedAsync();
        }

        return published;
    }

    private static bool IsRetained(JsonElement received) => received[3].TryGetProperty("retained", out _);

    private static async Task RetainAsync(TestPeer publisher, int events, string? payload = null)
    {
        for (var number = 1; number <= events; number++)
        {
            await publisher.SendAsync($$"""[16,{{number}},{"retain":true},"com.example.topic{{number}}",[{{number}},"{{payload ?? Payload}}"]]""");
        }

        await publisher.RoutedAsync();
    }
}
