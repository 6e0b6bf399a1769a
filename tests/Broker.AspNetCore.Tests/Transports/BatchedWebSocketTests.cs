using System.Text;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Transports;

/// <summary>Batched subprotocols on the wire, on the fast path and through the HTTP pipeline alike (WAMP specification, "Message Batching").</summary>
public sealed class BatchedWebSocketTests
{
    public static MatrixTheoryData<PeerTransport, SerializerKind> Matrix => PeerMatrix.BatchedWebSockets;

    [Theory, MemberData(nameof(Matrix))]
    [Trait("wamp", "BAT-01")]
    [Trait("wamp", "BAT-02")]
    [Trait("wamp", "BAT-03")]
    [Trait("wamp", "BAT-04")]
    public async Task A_single_message_is_a_batch_of_one_both_ways(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);

        await peer.SendBytesAsync(peer.WebSocketFrame(Batch.Element(serializer, peer.Encode(TestPeer.HelloText))));

        var (kind, batch) = await peer.ReceiveWholeFrameAsync();
        Assert.Equal(PeerFrame.Message, kind);
        if (serializer == SerializerKind.Json)
        {
            Assert.StartsWith("[2,", Encoding.UTF8.GetString(batch), StringComparison.Ordinal);
            Assert.Equal(batch.Length - 1, Array.IndexOf(batch, (byte)0x1E));
        }
        else
        {
            Assert.Equal(Batch.Length(batch.Length - 4), batch[..4]);
        }
    }

    [Theory, MemberData(nameof(Matrix))]
    [Trait("wamp", "BAT-06")]
    public async Task The_messages_of_a_batch_are_taken_in_order_and_answered_in_one_batch(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport, serializer);

        await peer.SendAsync(
            """[32,1,{},"com.example.topic"]""",
            """[64,2,{},"com.example.procedure"]""",
            """[16,3,{"acknowledge":true,"exclude_me":false},"com.example.topic",["a"]]""",
            """[48,4,{},"com.example.procedure",["b"]]""",
            """[48,5,{},"com.example.nothing"]""");

        var (_, batch) = await peer.ReceiveWholeFrameAsync();
        Assert.Collection(
            Batch.Split(serializer, batch).ConvertAll(peer.Decode),
            text => Assert.StartsWith("[33,1,", text, StringComparison.Ordinal),
            text => Assert.StartsWith("[65,2,", text, StringComparison.Ordinal),
            text => Assert.EndsWith("[\"a\"]]", text, StringComparison.Ordinal),
            text => Assert.StartsWith("[17,3,", text, StringComparison.Ordinal),
            text => Assert.EndsWith("[\"b\"]]", text, StringComparison.Ordinal),
            text => Assert.StartsWith("[8,48,5,", text, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Matrix))]
    [Trait("wamp", "BAT-06")]
    [Trait("wamp", "ORD-01")]
    public async Task Events_that_leave_together_come_in_one_batch_whatever_their_publisher_speaks(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var subscriber = await TestPeer.JoinAsync(router, transport, serializer);
        await subscriber.SendAsync("""[32,1,{},"com.example.topic"]""");
        await subscriber.ExpectAsync("[33,1,*]");
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.BatchedWebSocket, SerializerKind.Json);

        await publisher.SendAsync([.. Enumerable.Range(1, 10).Select(i => $"[16,{i},{{}},\"com.example.topic\",[{i}]]")]);

        var (_, batch) = await subscriber.ReceiveWholeFrameAsync();
        var events = Batch.Split(serializer, batch).ConvertAll(subscriber.Decode);
        Assert.Equal(10, events.Count);
        Assert.All(events, (text, i) => Assert.EndsWith($",[{i + 1}]]", text, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Matrix))]
    [Trait("wamp", "BAT-06")]
    public async Task Short_and_long_messages_stay_in_order(PeerTransport transport, SerializerKind serializer)
    {
        int[] sizes = [1, 20_000, 2, 3, 4097, 300_000, 4, 4000, 4000, 5];
        await using var router = await TestRouter.StartAsync();
        await using var subscriber = await TestPeer.JoinAsync(router, transport, serializer);
        await subscriber.SendAsync("""[32,1,{},"com.example.topic"]""");
        await subscriber.ExpectAsync("[33,1,*]");
        await using var publisher = await TestPeer.JoinAsync(router, transport, serializer);

        await publisher.SendAsync([.. sizes.Select((size, i) => $"[16,{i + 1},{{}},\"com.example.topic\",[\"{new string('x', size)}\"]]")]);

        foreach (var size in sizes)
        {
            Assert.Equal(size, (await subscriber.ExpectAsync("[36,*]"))[4][0].GetString()!.Length);
        }
    }

    [Theory, MemberData(nameof(Matrix))]
    [Trait("wamp", "BAT-06")]
    public async Task A_batch_of_thousands_of_messages_is_answered_in_order(PeerTransport transport, SerializerKind serializer)
    {
        const int Messages = 5000;
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport, serializer);

        var sending = peer.SendAsync([.. Enumerable.Range(1, Messages).Select(i => $"[32,{i},{{}},\"com.example.topic{i % 7}\"]")]);

        for (var i = 1; i <= Messages; i++)
        {
            await peer.ExpectAsync($"[33,{i},*]");
        }

        await sending;
    }

    [Theory, MemberData(nameof(Matrix))]
    [Trait("wamp", "BAT-06")]
    public async Task A_session_may_end_and_another_begin_within_a_batch(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport, serializer);

        await peer.SendAsync(
            """[32,1,{},"com.example.topic"]""",
            """[6,{},"wamp.close.close_realm"]""",
            """[16,2,{"acknowledge":true},"com.example.topic"]""",
            TestPeer.HelloText,
            """[32,1,{},"com.example.topic"]""");

        await peer.ExpectAsync("[33,1,*]");
        await peer.ExpectAsync("""[6,{},"wamp.close.goodbye_and_out"]""");
        await peer.ExpectAsync("[2,*]");
        await peer.ExpectAsync("[33,1,*]");
    }

    [Theory, MemberData(nameof(Matrix))]
    [Trait("wamp", "BAT-06")]
    [Trait("wamp", "PV-31")]
    public async Task Nothing_behind_a_violation_in_a_batch_is_processed(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var subscriber = await TestPeer.JoinAsync(router, transport, serializer);
        await subscriber.SendAsync("""[32,1,{},"com.example.topic"]""");
        await subscriber.ExpectAsync("[33,1,*]");
        await using var peer = await TestPeer.JoinAsync(router, transport, serializer);

        await peer.SendAsync("""[16,1,{},"com.example.topic",["before"]]""", """[2,1,{}]""", """[16,2,{},"com.example.topic",["behind"]]""");

        Assert.NotEmpty(await peer.ExpectAbortAsync("wamp.error.protocol_violation"));
        await peer.ExpectCloseAsync(1002);
        await subscriber.SendAsync("""[16,2,{"exclude_me":false},"com.example.topic",["own"]]""");
        await subscriber.ExpectAsync("""[36,*,["before"]]""");
        await subscriber.ExpectAsync("""[36,*,["own"]]""");
    }

    [Theory, MemberData(nameof(Matrix))]
    [Trait("wamp", "BAT-04")]
    public async Task An_empty_batch_is_answered_by_ABORT_and_close(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport, serializer);

        await peer.SendBytesAsync(peer.WebSocketFrame([]));

        Assert.Equal("A batch holds no message.", await peer.ExpectAbortAsync("wamp.error.protocol_violation"));
        await peer.ExpectCloseAsync(1002, isFramingLost: true);
    }

    [Theory, MemberData(nameof(Matrix))]
    [Trait("wamp", "BAT-05")]
    public async Task A_broken_batch_is_answered_by_ABORT_and_close_behind_the_replies_to_what_came_before(PeerTransport transport, SerializerKind serializer)
    {
        byte[][] faults = serializer == SerializerKind.Json
            ? [[.. """[32,2,{},"com.example.topic"]"""u8]]
            : [[0, 0, 0], [0, 0, 0, 5, 1, 2, 3, 4], [0xFF, 0xFF, 0xFF, 0xFF, 1]];
        await using var router = await TestRouter.StartAsync();
        foreach (var fault in faults)
        {
            await using var peer = await TestPeer.JoinAsync(router, transport, serializer);

            await peer.SendBytesAsync(peer.WebSocketFrame([.. Batch.Element(serializer, peer.Encode("""[32,1,{},"com.example.topic"]""")), .. fault]));

            await peer.ExpectAsync("[33,1,*]");
            Assert.NotEmpty(await peer.ExpectAbortAsync("wamp.error.protocol_violation"));
            await peer.ExpectCloseAsync(1002, isFramingLost: true);
        }
    }

    [Theory, MemberData(nameof(Matrix))]
    [Trait("wamp", "BAT-05")]
    public async Task A_message_that_is_not_framed_and_a_message_of_no_bytes_are_violations(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var unframed = await TestPeer.JoinAsync(router, transport, serializer);
        await using var empty = await TestPeer.JoinAsync(router, transport, serializer);

        await unframed.SendBytesAsync(unframed.WebSocketFrame(unframed.Encode("""[32,1,{},"com.example.topic"]""")));
        await empty.SendBytesAsync(empty.WebSocketFrame(Batch.Element(serializer, [])));

        Assert.NotEmpty(await unframed.ExpectAbortAsync("wamp.error.protocol_violation"));
        await unframed.ExpectCloseAsync(1002, isFramingLost: true);
        Assert.NotEmpty(await empty.ExpectAbortAsync("wamp.error.protocol_violation"));
        await empty.ExpectCloseAsync(1002);
    }

    [Theory, MemberData(nameof(Matrix))]
    [Trait("wamp", "BAT-05")]
    [Trait("wamp", "WS-03")]
    public async Task A_batch_of_the_wrong_type_is_answered_by_ABORT_and_close(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport, serializer);
        var batch = Batch.Element(serializer, peer.Encode("""[32,1,{},"com.example.topic"]"""));

        await peer.SendBytesAsync(serializer == SerializerKind.Json ? ClientFrames.Binary(batch) : ClientFrames.Text(batch));

        Assert.NotEmpty(await peer.ExpectAbortAsync("wamp.error.protocol_violation"));
        await peer.ExpectCloseAsync(1002, isFramingLost: true);
    }

    [Theory, MemberData(nameof(Matrix))]
    [Trait("wamp", "WS-08")]
    public async Task A_batch_may_be_as_long_as_the_longest_message_alone_makes_it(PeerTransport transport, SerializerKind serializer)
    {
        const int Limit = 1000;
        await using var router = await TestRouter.StartAsync(options => options.MaxMessageSize = Limit);
        await using var one = await TestPeer.JoinAsync(router, transport, serializer);
        await using var two = await TestPeer.JoinAsync(router, transport, serializer);
        byte[] longest = [];
        for (var length = 900; longest.Length < Limit; length++)
        {
            longest = one.Encode($"[16,1,{{\"acknowledge\":true}},\"com.example.topic\",[\"{new string('x', length)}\"]]");
        }

        Assert.Equal(Limit, longest.Length);
        await one.SendBytesAsync(one.FrameBytes(longest));
        await one.ExpectAsync("[17,1,*]");
        await one.SendBytesAsync(one.FrameBytes(new byte[Limit + 1]));
        await two.SendBytesAsync(two.WebSocketFrame(Batch.Of(serializer, new byte[Limit / 2], new byte[Limit / 2])));

        foreach (var peer in new[] { one, two })
        {
            Assert.Contains("1000 bytes", await peer.ExpectAbortAsync("wamp.error.payload_size_exceeded"), StringComparison.Ordinal);
            Assert.Contains("A batch is longer", await peer.ExpectCloseAsync(1009, isFramingLost: true), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(PeerTransport.BatchedWebSocket)]
    [InlineData(PeerTransport.MappedBatchedWebSocket)]
    [Trait("wamp", "BAT-02")]
    public async Task A_peer_that_separates_JSON_by_0x18_as_Autobahn_does_is_answered_likewise(PeerTransport transport)
    {
        const byte Autobahns = 0x18;
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.ConnectAsync(router, transport);

        await peer.SendBytesAsync(ClientFrames.Text(
            [.. Encoding.UTF8.GetBytes(TestPeer.HelloText), Autobahns, .. """[32,1,{},"com.example.topic"]"""u8, Autobahns]));

        var (_, batch) = await peer.ReceiveWholeFrameAsync();
        var replies = Batch.Split(SerializerKind.Json, batch, Autobahns).ConvertAll(peer.Decode);
        Assert.Equal(2, replies.Count);
        Assert.StartsWith("[2,", replies[0], StringComparison.Ordinal);
        Assert.StartsWith("[33,1,", replies[1], StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Matrix))]
    [Trait("wamp", "BAT-06")]
    public async Task A_whole_session_may_come_byte_by_byte_or_at_once_with_its_handshake(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        foreach (var size in new[] { 1, 7, int.MaxValue })
        {
            await using var peer = await TestPeer.DialAsync(router, transport, serializer);

            await WholeSession.PlayAsync(peer, size);
        }
    }
}
