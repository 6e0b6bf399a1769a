using Broker.Hosting;
using Broker.Messages;
using Broker.Peers;
using Broker.PubSub;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.Connections;

/// <summary>What waits for all peers together is bounded, and who reads does not notice.</summary>
[Collection(nameof(Alone))]
[Trait("wamp", "RACE-18")]
public sealed class OutboundBudgetTests
{
    private const int Total = 320 * 1024;
    private const int Mega = 1024 * 1024;
    private static readonly string Payload = new('x', 4000);
    private static readonly string Long = new('x', 100_000);

    public static MatrixTheoryData<PeerTransport, SerializerKind> Transports { get; } =
        new([PeerTransport.WebSocket, PeerTransport.MappedWebSocket, PeerTransport.RawSocket], Enum.GetValues<SerializerKind>());

    public static MatrixTheoryData<SerializerKind, bool> Subprotocols { get; } = new(Enum.GetValues<SerializerKind>(), [false, true]);

    [Theory]
    [MemberData(nameof(Transports))]
    [Trait("wamp", "PUB-10")]
    public async Task When_it_is_used_up_further_slow_subscribers_miss_events_at_once_and_those_who_read_miss_none(
        PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync();
        await using var first = await SlowPeers.SubscribeAsync(
            router, transport, serializer, SlowPeers.SmallBuffer, topic: "com.example.first");
        await using var second = await SlowPeers.SubscribeAsync(
            router, transport, serializer, SlowPeers.SmallBuffer, topic: "com.example.second");
        await using var reader = await SlowPeers.SubscribeAsync(router, transport, serializer, topic: "com.example.third");
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        var request = 0;
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        while (router.RealmState.EventsDroppedFor(DropReason.Newest) < 10)
        {
            await PublishAsync("com.example.first", Payload);
        }

        while (router.RealmState.EventsDroppedFor(DropReason.RouterFull) < 20)
        {
            await PublishAsync("com.example.first", Payload); // its socket may take some more at any time
            await PublishAsync("com.example.second", Payload);
            var held = router.Context.OutboundBudget.Held; // a message that is copied counts twice until the first is given back
            await TestRouter.WaitUntilAsync(() => held.Value <= Total * 3 / 4, () => $"{held.Value} bytes are held");
        }

        for (var i = 1; i <= 20; i++)
        {
            await PublishAsync("com.example.third", Long);
            var received = await reader.ExpectAsync("[36,*]");
            Assert.Equal((i, 0), (SlowPeers.NumberOf(received), SlowPeers.GapOf(received)));
        }

        var lost = await ReadAsync(second, "com.example.second") + await ReadAsync(first, "com.example.first");
        Assert.InRange(lost, 30, router.RealmState.EventsDropped);

        async Task PublishAsync(string topic, string payload)
        {
            var number = numbers[topic] = numbers.GetValueOrDefault(topic) + 1;
            await publisher.SendAsync($"[16,{++request},{{}},\"{topic}\",[{number},\"{payload}\"]]");
            await publisher.RoutedAsync();
        }

        async Task<long> ReadAsync(TestPeer peer, string topic)
        {
            var reading = SlowPeers.ReadUntilLastAsync(peer);
            while (!reading.IsCompleted)
            {
                await PublishAsync(topic, "last");
            }

            return await reading;
        }
    }

    [Theory]
    [MemberData(nameof(Subprotocols))]
    public async Task When_replies_use_it_up_the_session_ends_that_has_read_nothing_for_longest(SerializerKind serializer, bool isBatched)
    {
        var clock = new ManualTimeProvider();
        var subprotocol = new WampSubprotocol(serializer, isBatched);
        var context = MemoryPeer.NewContext(new WampRouterOptions { MaxOutboundBytesTotal = 5 * Mega }, clock);
        using var reader = new Caller(context, subprotocol, 1);
        using var longest = new Caller(context, subprotocol, 2);
        using var shorter = new Caller(context, subprotocol, 3);
        Fill(context, longest, Mega);
        clock.Advance(TimeSpan.FromSeconds(1));
        Fill(context, shorter, 4 * Mega);
        clock.Advance(TimeSpan.FromSeconds(1));

        for (var i = 0; i < 20; i++)
        {
            reader.Call();
            await ExpectAsync(1, reader.Peer);
        }

        Assert.Equal(6, context.Connections.Count);
        Overflow(context, shorter, 5 * Mega);
        await longest.Peer.Served.WaitAsync(TestPeer.Limit, TestContext.Current.CancellationToken);

        Assert.False(shorter.Peer.Served.IsCompleted);
        Assert.InRange(context.OutboundBudget.Held.Value, 3 * Mega, 5 * Mega);
        await ExpectAsync(shorter.Calls, shorter.Peer);
        reader.Call();
        await ExpectAsync(1, reader.Peer);
        Assert.Equal(0, context.OutboundBudget.Held.Value);
    }

    /// <summary>A moment more or less of not reading says nothing: sockets take what they take in large steps.</summary>
    [Theory]
    [MemberData(nameof(Subprotocols))]
    public async Task Of_those_who_have_read_nothing_for_about_as_long_the_session_ends_that_most_waits_for(SerializerKind serializer, bool isBatched)
    {
        var clock = new ManualTimeProvider();
        var subprotocol = new WampSubprotocol(serializer, isBatched);
        var context = MemoryPeer.NewContext(new WampRouterOptions { MaxOutboundBytesTotal = 5 * Mega }, clock);
        using var longer = new Caller(context, subprotocol, 1);
        using var most = new Caller(context, subprotocol, 2);
        Fill(context, longer, Mega);
        clock.Advance(TimeSpan.FromSeconds(1));

        Fill(context, most, 4 * Mega);
        Overflow(context, most, 5 * Mega);
        await most.Peer.Served.WaitAsync(TestPeer.Limit, TestContext.Current.CancellationToken);

        Assert.False(longer.Peer.Served.IsCompleted);
        await ExpectAsync(longer.Calls, longer.Peer);
        Assert.Equal(0, context.OutboundBudget.Held.Value);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task When_replies_use_it_up_those_who_read_theirs_get_them(PeerTransport transport, SerializerKind serializer)
    {
        const int Calls = 100;
        await using var router = await StartAsync();
        await using var one = await TestPeer.JoinAsync(router, transport, serializer, receiveBuffer: SlowPeers.SmallBuffer);
        await using var other = await TestPeer.JoinAsync(router, transport, serializer, receiveBuffer: SlowPeers.SmallBuffer);
        await using var reader = await TestPeer.JoinAsync(router, transport, serializer);
        await using var callee = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        await callee.SendAsync("""[64,1,{},"com.example.procedure"]""");
        await callee.ExpectAsync("[65,1,*]");
        foreach (var slow in new[] { one, other })
        {
            await slow.SendAsync([.. Enumerable.Range(1, Calls).Select(call => $"[48,{call},{{}},\"com.example.procedure\"]")]);
        }

        for (var invocation = 1; invocation <= 2 * Calls; invocation++)
        {
            await callee.ExpectAsync($"[68,{invocation},*]");
        }

        for (var round = 1; router.Logs.Endings.Count == 0; round++)
        {
            Assert.InRange(round, 1, Calls);
            await callee.SendAsync($"[70,{round},{{}},[\"{Long}\"]]", $"[70,{Calls + round},{{}},[\"{Long}\"]]");
            await reader.SendAsync($"[48,{round},{{}},\"com.example.procedure\"]");
            await callee.ExpectAsync($"[68,{(2 * Calls) + round},*]");
            await callee.SendAsync($"[70,{(2 * Calls) + round},{{}},[\"{Long}\"]]");
            await reader.ExpectAsync($"[50,{round},*]");
        }

        Assert.All(router.Logs.Endings, ending => Assert.Contains("slow_consumer", ending, StringComparison.Ordinal));
        Assert.NotNull(router.RealmState.FindSession(reader.SessionId));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task When_long_events_of_many_who_do_not_read_use_it_up_they_give_way(PeerTransport transport, SerializerKind serializer)
    {
        const int Hogs = 12;
        const int Most = 2 * Mega;
        await using var router = await TestRouter.StartAsync(options => (options.MaxOutboundBytes, options.MaxOutboundBytesTotal) = (Most, Most));
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        await using var reader = await SlowPeers.SubscribeAsync(router, transport, serializer, topic: "com.example.read");
        var hogs = new List<TestPeer>();
        for (var i = 0; i < Hogs; i++)
        {
            hogs.Add(await SlowPeers.SubscribeAsync(router, transport, serializer, SlowPeers.SmallBuffer, topic: $"com.example.topic{i}"));
        }

        var payload = new string('x', 900_000);
        for (var number = 1; number <= 4 * Hogs; number++)
        {
            await SlowPeers.PublishAsync(publisher, number, payload, $"com.example.topic{number % Hogs}");
            await publisher.RoutedAsync();
        }

        await TestRouter.WaitUntilAsync(
            () => router.Context.OutboundBudget.Held.Value <= Most, () => $"{router.Context.OutboundBudget.Held.Value} bytes wait");
        await SlowPeers.PublishAsync(publisher, 1 + (4 * Hogs), Long, "com.example.read");
        Assert.Equal(0, SlowPeers.GapOf(await reader.ExpectAsync("[36,*]")));
        Assert.All(router.Logs.Endings, ending => Assert.Contains("slow_consumer", ending, StringComparison.Ordinal));
        Assert.NotNull(router.RealmState.FindSession(reader.SessionId));
        hogs.ForEach(hog => hog.Reset());
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(20_000)]
    public async Task What_several_peers_wait_for_counts_once(int size)
    {
        const int Subscribers = 10;
        var context = MemoryPeer.NewContext(new WampRouterOptions { MaxOutboundBytesTotal = 8 * 1024 * 1024 });
        var subprotocol = new WampSubprotocol(SerializerKind.MessagePack, false);
        using var publisher = MemoryPeer.Join(context, subprotocol);
        var subscribers = Enumerable.Range(0, Subscribers).Select(_ => MemoryPeer.Join(context, subprotocol)).ToList();
        foreach (var subscriber in subscribers)
        {
            subscriber.Write(new WampMessage { Type = MessageType.Subscribe, RequestId = 1, Uri = "com.example.topic"u8 });
            subscriber.Flush();
            Assert.Equal(1, subscriber.Drain());
        }

        var arguments = Arguments(SerializerKind.MessagePack, size);
        var realm = context.Router.Realms.Single();
        var published = 0;
        while (realm.EventsDropped == 0)
        {
            publisher.Write(new WampMessage
            {
                Type = MessageType.Publish, RequestId = ++published, Uri = "com.example.topic"u8, Payload = new Payload(arguments, 1),
            });
            publisher.Flush();
        }

        // Three megabytes wait for each of them, thirty for all.
        Assert.InRange(context.OutboundBudget.Held.Value, 3_000_000, 6_000_000);
        Assert.Equal(0, realm.EventsDroppedFor(DropReason.RouterFull));

        foreach (var subscriber in subscribers)
        {
            await ExpectAsync(published - 1, subscriber);
        }

        Assert.Equal(0, context.OutboundBudget.Held.Value);
        subscribers.ForEach(subscriber => subscriber.Dispose());
    }

    /// <summary>Calls until so much waits for all.</summary>
    private static void Fill(RouterContext context, Caller caller, int held)
    {
        while (context.OutboundBudget.Held.Value < held)
        {
            caller.Call();
        }
    }

    /// <summary>Calls until exactly one answer is more than may wait: what is done about it happens on another thread, at any moment.</summary>
    private static void Overflow(RouterContext context, Caller caller, int limit)
    {
        var held = context.OutboundBudget.Held;
        var before = held.Value;
        caller.Call();
        for (var each = held.Value - before; held.Value + each <= limit;)
        {
            caller.Call();
        }

        caller.Call();
    }

    /// <summary>Reads so many messages, also those that the router sends when there is room again, in however many turns.</summary>
    private static async Task ExpectAsync(int count, MemoryPeer peer)
    {
        var received = 0;
        await TestRouter.WaitUntilAsync(() => (received += peer.Drain()) >= count, () => $"{received} of {count} messages have come");
        Assert.Equal(count, received);
    }

    private static byte[] Arguments(SerializerKind serializer, int size)
    {
        using var payload = new ByteBuffer();
        var text = System.Text.Encoding.UTF8.GetBytes($"[\"{new string('x', size)}\"]");
        Assert.True(Transcoder.TryTranscodeValue(SerializerKind.Json, text, serializer, payload));
        return payload.Written.ToArray();
    }

    private static Task<TestRouter> StartAsync() => SlowPeers.StartAsync(options => options.MaxOutboundBytesTotal = Total);

    /// <summary>A caller, and a callee of its own that answers it by 40 KB.</summary>
    private sealed class Caller : IDisposable
    {
        private readonly MemoryPeer _callee;
        private readonly byte[] _procedure;
        private readonly byte[] _result;

        public Caller(RouterContext context, WampSubprotocol subprotocol, int number)
        {
            Peer = MemoryPeer.Join(context, subprotocol);
            _callee = MemoryPeer.Join(context, subprotocol);
            _procedure = System.Text.Encoding.UTF8.GetBytes($"com.example.procedure{number}");
            _result = Arguments(subprotocol.Serializer, 40_000);
            _callee.Write(new WampMessage { Type = MessageType.Register, RequestId = 1, Uri = _procedure });
            _callee.Flush();
            Assert.Equal(1, _callee.Drain());
        }

        public MemoryPeer Peer { get; }

        public int Calls { get; private set; }

        public void Call()
        {
            Peer.Write(new WampMessage { Type = MessageType.Call, RequestId = ++Calls, Uri = _procedure });
            Peer.Flush();
            Assert.Equal(1, _callee.Drain());
            _callee.Write(new WampMessage { Type = MessageType.Yield, RequestId = Calls, Payload = new Payload(_result, 1) });
            _callee.Flush();
        }

        public void Dispose()
        {
            Peer.Dispose();
            _callee.Dispose();
        }
    }
}
