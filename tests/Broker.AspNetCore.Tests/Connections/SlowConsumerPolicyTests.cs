using Broker.Hosting;
using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.PubSub;
using Broker.Realms;
using Broker.Serialization;

namespace Broker.Connections;

/// <summary>What becomes of events for a peer that reads too slowly, as its realm or its subscription wants it.</summary>
[Collection(nameof(Alone))]
[Trait("wamp", "RACE-18")]
[Trait("wamp", "PUB-10")]
public sealed class SlowConsumerPolicyTests
{
    private const int Topics = 10;
    private static readonly string Payload = new('x', 3000);

    public static MatrixTheoryData<PeerTransport, SerializerKind> Transports { get; } =
        new([PeerTransport.WebSocket, PeerTransport.BatchedWebSocket, PeerTransport.RawSocket], Enum.GetValues<SerializerKind>());

    [Theory]
    [MemberData(nameof(Transports))]
    [Trait("wamp", "ORD-01")]
    public async Task With_drop_oldest_the_newest_events_arrive_and_the_hole_is_told_where_it_is(
        PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync(SlowConsumerPolicy.DropOldest);
        await using var slow = await SlowPeers.SubscribeAsync(router, transport, serializer, SlowPeers.SmallBuffer);
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        var (published, sent) = (0, SentEvents());
        while (router.RealmState.EventsDroppedFor(DropReason.Oldest) < 100)
        {
            await SlowPeers.PublishAsync(publisher, ++published, Payload);
            await publisher.RoutedAsync();
        }

        await SlowPeers.PublishAsync(publisher, ++published, "last");
        await publisher.RoutedAsync();

        Assert.Equal(router.RealmState.EventsDroppedFor(DropReason.Oldest), await SlowPeers.ReadUntilLastAsync(slow));
        Assert.Equal(router.RealmState.EventsDroppedFor(DropReason.Oldest), router.RealmState.EventsDropped);
        Assert.Equal(published - router.RealmState.EventsDropped, SentEvents() - sent); // what was dropped was not sent
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task With_latest_the_last_event_of_each_topic_arrives_and_those_that_it_replaced_are_no_gap(
        PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await SlowPeers.StartAsync();
        await using var slow = await SlowPeers.SubscribeAsync(
            router, transport, serializer, SlowPeers.SmallBuffer, """{"match":"prefix","_slow_consumer":"latest"}""", "com.example.");
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        var (published, sent) = (0, SentEvents());
        while (router.RealmState.EventsDroppedFor(DropReason.Conflated) < 100)
        {
            published = await PublishRoundAsync(publisher, published, Payload);
        }

        published = await PublishRoundAsync(publisher, published, "last");
        var conflated = router.RealmState.EventsDroppedFor(DropReason.Conflated);
        Assert.Equal(conflated, router.RealmState.EventsDropped);

        var numbers = Enumerable.Range(0, Topics).ToDictionary(TopicOf, _ => 0);
        var last = new HashSet<string>();
        for (var received = 0; received < published - conflated; received++)
        {
            var e = await slow.ExpectAsync("[36,*]");
            var topic = e[3].GetProperty("topic").GetString()!;
            Assert.Equal(0, SlowPeers.GapOf(e));
            Assert.True(SlowPeers.NumberOf(e) > numbers[topic]);
            numbers[topic] = SlowPeers.NumberOf(e);
            if (e[4][1].GetString() == "last")
            {
                Assert.True(last.Add(topic));
            }
        }

        Assert.Equal(Topics, last.Count);
        Assert.Equal(published - conflated, SentEvents() - sent);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_subscription_may_be_served_otherwise_than_its_realm_says(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync(SlowConsumerPolicy.Disconnect);
        await using var slow = await SlowPeers.SubscribeAsync(
            router, transport, serializer, SlowPeers.SmallBuffer, """{"_slow_consumer":"drop_newest"}""");
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        var published = 0;
        while (router.RealmState.EventsDroppedFor(DropReason.Newest) < 100)
        {
            await SlowPeers.PublishAsync(publisher, ++published, Payload);
            await publisher.RoutedAsync();
        }

        var reading = SlowPeers.ReadUntilLastAsync(slow);
        while (!reading.IsCompleted)
        {
            await SlowPeers.PublishAsync(publisher, ++published, "last");
            await publisher.RoutedAsync();
        }

        Assert.InRange(await reading, 100, router.RealmState.EventsDropped);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_subscription_may_ask_for_the_end_rather_than_for_holes(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await SlowPeers.StartAsync();
        await using var slow = await SlowPeers.SubscribeAsync(
            router, transport, serializer, SlowPeers.SmallBuffer, """{"_slow_consumer":"disconnect"}""");
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        for (var request = 1; router.RealmState.SubscriptionCount > 0; request++)
        {
            await SlowPeers.PublishAsync(publisher, request, Payload);
            await publisher.RoutedAsync();
        }

        await SlowPeers.ExpectOneSlowConsumerAsync(router, connectionsLeft: 1);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Old_events_make_room_for_replies_too_instead_of_ending_the_session(PeerTransport transport, SerializerKind serializer)
    {
        const int Calls = 40;
        await using var router = await StartAsync(SlowConsumerPolicy.DropOldest);
        await using var slow = await SlowPeers.SubscribeAsync(router, transport, serializer, SlowPeers.SmallBuffer);
        await using var other = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        await other.SendAsync("""[64,1,{},"com.example.procedure"]""");
        await other.ExpectAsync("[65,1,*]");
        var published = 1;
        while (router.RealmState.EventsDropped < 10)
        {
            await SlowPeers.PublishAsync(other, ++published, Payload);
            await other.RoutedAsync();
        }

        // 120 KB of results: more than the quarter that events leave free.
        await slow.SendAsync([.. Enumerable.Range(2, Calls).Select(request => $"[48,{request},{{}},\"com.example.procedure\"]")]);
        for (var invocation = 1; invocation <= Calls; invocation++)
        {
            await other.ExpectAsync($"[68,{invocation},*]");
            await other.SendAsync($"[70,{invocation},{{}},[\"{Payload}\"]]");
        }

        await SlowPeers.PublishAsync(other, ++published, "last");
        await other.RoutedAsync();
        var (events, results, lost) = (1, 1, 0L);
        while (events < published || results <= Calls)
        {
            var received = await slow.ExpectAsync("[*]");
            if (received[0].GetInt32() == 50)
            {
                Assert.Equal(++results, received[1].GetInt32());
                continue;
            }

            lost += SlowPeers.GapOf(received);
            events += 1 + (int)SlowPeers.GapOf(received);
            Assert.Equal(events, SlowPeers.NumberOf(received));
        }

        Assert.Equal(router.RealmState.EventsDropped, lost);
    }

    private static Task<TestRouter> StartAsync(SlowConsumerPolicy policy) =>
        SlowPeers.StartAsync(options => options.Realms[TestRouter.Realm] = new RealmOptions { SlowConsumer = policy });

    private static async Task<int> PublishRoundAsync(TestPeer publisher, int published, string payload)
    {
        for (var topic = 0; topic < Topics; topic++)
        {
            await SlowPeers.PublishAsync(publisher, ++published, payload, TopicOf(topic));
        }

        await publisher.RoutedAsync();
        return published;
    }

    private static string TopicOf(int number) => $"com.example.{number}";

    /// <summary>How many events this process has sent: in tests that run alone, those of this test.</summary>
    private static long SentEvents() => Traffic.Messages(sent: true).SingleOrDefault(one => one.Type == MessageType.Event).Count;
}
