using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Broker.Client.Transports;
using Broker.Messages;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.Client;

/// <summary>The client's side of batched subprotocols (WAMP specification, "Message Batching").</summary>
public class BatchTests
{
    [Theory, Trait("wamp", "BAT-01"), MemberData(nameof(Wires.Batched), MemberType = typeof(Wires))]
    public async Task WithoutARouterThatHasThemTheClientDoesWithout(Wire wire)
    {
        using var router = new FakeRouter(wire);
        var connecting = WampClient.ConnectAsync(router.Options);
        await using var stream = new NetworkStream(await router.AcceptSocketAsync(), ownsSocket: true);
        var head = await WebSocketPeer.ReadHeadAsync(stream).Soon();
        var plain = new WampSubprotocol(wire.Serializer());
        await WebSocketPeer.AnswerAsync(stream, head, $"Sec-WebSocket-Protocol: {plain.Name}\r\n");
        await using var peer = new WebSocketPeer(WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true }), plain);

        Assert.StartsWith("[1,", await peer.ReceiveAsync(), StringComparison.Ordinal);
        await peer.SendAsync(FakeRouter.Welcome);
        await using var client = await connecting.Soon();
        await peer.SendAsync("""[6,{},"wamp.close.system_shutdown"]""");
        await ReadToTheEndAsync(peer);
        Assert.Equal("wamp.close.system_shutdown", (await client.Completion.Soon()).Uri);
    }

    [Theory, Trait("wamp", "WS-05"), InlineData("wamp.2.json"), InlineData("wamp.2.json.batched")]
    public async Task ASubprotocolOfAnotherSerializerIsRefused(string answered)
    {
        using var router = new FakeRouter(Wire.BatchedCbor);
        router.Options = router.Options with { ConfigureWebSocket = socket => socket.AddSubProtocol(answered) };
        var connecting = WampClient.ConnectAsync(router.Options);
        await using var stream = new NetworkStream(await router.AcceptSocketAsync(), ownsSocket: true);
        await WebSocketPeer.AnswerAsync(stream, await WebSocketPeer.ReadHeadAsync(stream).Soon(), $"Sec-WebSocket-Protocol: {answered}\r\n");

        var exception = await Assert.ThrowsAsync<WampConnectException>(() => connecting.Soon());
        Assert.Contains("does not speak wamp.2.cbor", exception.Message, StringComparison.Ordinal);
    }

    [Theory, Trait("wamp", "BAT-02"), Trait("wamp", "BAT-03"), Trait("wamp", "BAT-04")]
    [InlineData(Wire.BatchedJson), InlineData(Wire.BatchedMessagePack), InlineData(Wire.BatchedCbor)]
    public async Task ASingleMessageIsABatchOfOne(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        var peer = (WebSocketPeer)joined.Peer;

        await joined.Client.PublishAsync("com.acme.t", ["x"]);

        var batch = await peer.ReceiveWholeAsync().Soon();
        var message = peer.Encode("""[16,1,{},"com.acme.t",["x"]]""");
        Assert.Equal(wire == Wire.BatchedJson ? [.. message, 0x1E] : [0, 0, 0, (byte)message.Length, .. message], batch);
    }

    [Theory, Trait("wamp", "BAT-06"), MemberData(nameof(Wires.Batched), MemberType = typeof(Wires))]
    public async Task TheMessagesOfABatchAreTakenInOrder(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        var peer = (WebSocketPeer)joined.Peer;
        var inbox = new Inbox();
        var subscribing = joined.Client.SubscribeAsync("com.acme.t", inbox.Add);
        await peer.ReceiveAsync();

        var events = Enumerable.Range(1, 100).Select(i => peer.Encode($"[36,7,{i},{{}},[{i},\"{new string('x', i * 50)}\"]]"));
        await peer.SendBatchAsync([peer.Encode("[33,1,7]"), .. events, peer.Encode("""[6,{},"com.acme.bye"]""")]);

        await subscribing.Soon();
        for (var i = 1; i <= 100; i++)
            Assert.Equal(i, (await inbox.NextAsync()).Arguments.Get<int>(0));
        await ReadToTheEndAsync(peer);
        Assert.Equal("com.acme.bye", (await joined.Client.Completion.Soon()).Uri);
    }

    public static MatrixTheoryData<Wire, string> Faults { get; } = new(
        [Wire.BatchedJson, Wire.BatchedMessagePack, Wire.BatchedCbor], ["empty", "broken", "broken behind a message", "of an empty message"]);

    [Theory, Trait("wamp", "BAT-04"), Trait("wamp", "BAT-05"), MemberData(nameof(Faults))]
    public async Task ABatchThatIsEmptyOrBrokenIsAViolation(Wire wire, string fault)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        var peer = (WebSocketPeer)joined.Peer;
        byte[] broken = wire == Wire.BatchedJson ? "[300,1]"u8.ToArray() : [0, 0, 0, 9, 0x82];
        byte[] framed = wire == Wire.BatchedJson ? [0x1E] : [0, 0, 0, 0];
        byte[] extension = peer.Encode("[300,1]");
        byte[] good = wire == Wire.BatchedJson ? [.. extension, 0x1E] : [0, 0, 0, (byte)extension.Length, .. extension];

        await peer.SendWholeAsync(fault switch
        {
            "empty" => [],
            "broken" => broken,
            "of an empty message" => framed,
            _ => [.. good, .. broken],
        });

        var abort = await peer.ReceiveAsync();
        Assert.StartsWith("[3,", abort, StringComparison.Ordinal);
        Assert.EndsWith(""","wamp.error.protocol_violation"]""", abort, StringComparison.Ordinal);
        await peer.DisposeAsync();
        Assert.Equal("wamp.error.protocol_violation", (await joined.Client.Completion.Soon()).Uri);
    }

    [Fact, Trait("wamp", "BAT-02")]
    public async Task SeparatorsOfAutobahnAreUnderstood()
    {
        using var router = new FakeRouter(Wire.BatchedJson);
        await using var joined = await router.JoinAsync();

        await ((WebSocketPeer)joined.Peer).SendWholeAsync([.. "[300,1]"u8, 0x18, .. """[6,{},"com.acme.bye"]"""u8, 0x18]);

        await ReadToTheEndAsync(joined.Peer);
        Assert.Equal("com.acme.bye", (await joined.Client.Completion.Soon()).Uri);
    }

    [Theory, MemberData(nameof(Wires.Batched), MemberType = typeof(Wires))]
    public async Task ABatchMayBeAsLongAsTheLongestMessageAloneMakesIt(Wire wire)
    {
        using var router = new FakeRouter(wire);
        router.Options = router.Options with { MaxMessageSize = 1024 };
        await using var joined = await router.JoinAsync();
        var peer = (WebSocketPeer)joined.Peer;
        byte[] longest = [];
        for (var length = 900; longest.Length < 1024; length++)
            longest = peer.Encode($"[300,\"{new string('x', length)}\"]");

        await peer.SendAsync("[300,1]");
        await peer.SendBytesAsync(longest);
        await peer.SendBatchAsync(longest[..512], longest[512..]);

        await ReadToTheEndAsync(peer);
        var reason = await joined.Client.Completion.Soon();
        Assert.Equal("wamp.error.payload_size_exceeded", reason.Uri);
        Assert.Contains("a batch of more than", reason.Message, StringComparison.Ordinal);
    }

    [Theory, Trait("wamp", "BAT-06"), MemberData(nameof(Wires.Batched), MemberType = typeof(Wires))]
    public async Task WhatIsQueuedWhileAWriteIsUnderWayLeavesTogether(Wire wire)
    {
        var transport = new HeldTransport(wire.Serializer());
        var queue = Queue(transport, wire);
        _ = queue.FlushAsync(queue.Add(Publish(1)));
        var others = Enumerable.Range(2, 19).Select(i => queue.Add(Publish(i))).ToList();

        transport.Release();
        await queue.FlushAsync(others[^1]).Soon();

        Assert.Equal([[1], [.. Enumerable.Range(2, 19)]], transport.Requests);
    }

    [Theory, Trait("wamp", "BAT-06"), MemberData(nameof(Wires.Batched), MemberType = typeof(Wires))]
    public async Task NoBatchOfSeveralIsLongerThanTheRouterTakes(Wire wire)
    {
        const int Limit = 600;
        var transport = new HeldTransport(wire.Serializer());
        var queue = Queue(transport, wire);
        _ = queue.FlushAsync(queue.Add(Publish(1)));
        queue.Limit = Limit;
        var others = Enumerable.Range(2, 19).Select(i => queue.Add(Publish(i, new string('x', i == 10 ? 560 : 100)))).ToList();

        transport.Release();
        await queue.FlushAsync(others[^1]).Soon();

        Assert.Equal(Enumerable.Range(1, 20), transport.Requests.SelectMany(requests => requests));
        Assert.Equal([1, 5, 3, 1, 5, 5], transport.Requests.Select(requests => requests.Length));
        Assert.All(transport.Lengths, length => Assert.InRange(length, 1, Limit));
    }

    /// <summary>Takes what the client still says, and lets it go.</summary>
    private static async Task ReadToTheEndAsync(FakePeer peer)
    {
        while (await peer.ReceiveAsync() is not null)
        {
        }

        await peer.DisposeAsync();
    }

    private static Transports.OutboundQueue Queue(IClientTransport transport, Wire wire) =>
        new(new Lock(), transport, wire.Serializer(), e => throw new InvalidOperationException("Nothing fails here.", e));

    private static WampMessage Publish(int request, string topic = "com.acme.t") =>
        new() { Type = MessageType.Publish, RequestId = request, Uri = Encoding.UTF8.GetBytes(topic) };

    /// <summary>Frames as the real transport does and sends nowhere, but keeps which requests would have left together. Waits for <see cref="Release"/>.</summary>
    private sealed class HeldTransport(SerializerKind serializer) : IClientTransport
    {
        private readonly BatchedTransport _framing = new(socket: null!, serializer);
        private readonly TaskCompletionSource _released = new();

        public List<int[]> Requests { get; } = [];

        public List<int> Lengths { get; } = [];

        public int PeerLimit => 0;

        public int HeaderLength => _framing.HeaderLength;

        public int TrailerLength => _framing.TrailerLength;

        public int MaxBatchLength => _framing.MaxBatchLength;

        public void WriteHeader(Span<byte> header, int length) => _framing.WriteHeader(header, length);

        public void WriteTrailer(Span<byte> trailer) => _framing.WriteTrailer(trailer);

        public void Release() => _released.SetResult();

        public async ValueTask SendAsync(OutboundBatch batch)
        {
            await _released.Task;
            var start = 0;
            foreach (var end in batch.Ends)
            {
                Requests.Add(RequestsOf(batch.Bytes.Written[start..end]));
                Lengths.Add(end - start);
                start = end;
            }
        }

        public ValueTask<CloseReason?> ReceiveAsync(ByteBuffer message, OutboundQueue outbound) => throw new NotSupportedException();

        public Task CloseAsync(string reasonUri) => throw new NotSupportedException();

        public void Abort()
        {
        }

        public void Dispose()
        {
        }

        private int[] RequestsOf(ReadOnlySpan<byte> batch)
        {
            var requests = new List<int>();
            var framing = new BatchFraming(serializer);
            while (!batch.IsEmpty)
            {
                Assert.True(framing.TryTake(ref batch, out var message, out var violation), violation);
                requests.Add((int)MessageParser.Parse(serializer, message, DecodeLimits.Default).RequestId);
            }

            return [.. requests];
        }
    }
}
