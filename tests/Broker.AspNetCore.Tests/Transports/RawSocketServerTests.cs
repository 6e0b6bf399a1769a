using Broker.Peers;
using Broker.Serialization;

namespace Broker.Transports;

/// <summary>RawSocket on the wire, byte by byte (WAMP specification, "RawSocket Transport").</summary>
public sealed class RawSocketServerTests
{
    private const string TooLong = "wamp.error.payload_size_exceeded";
    private const string Violation = "wamp.error.protocol_violation";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Trait("wamp", "RAW-06")]
    public async Task The_handshake_is_answered_with_the_serializer_and_the_routers_limit(byte serializer)
    {
        await using var router = await TestRouter.StartAsync();
        foreach (var transport in new[] { PeerTransport.RawSocket, PeerTransport.UnixSocket })
        {
            await using var peer = await TestPeer.DialAsync(router, transport);

            foreach (var octet in new byte[] { 0x7F, (byte)(0xF0 | serializer), 0, 0 })
            {
                await peer.SendBytesAsync([octet]);
            }

            Assert.Equal([0x7F, (byte)(0xB0 | serializer), 0, 0], await peer.ReceiveBytesAsync(4)); // 2^(9+11) = 1 MiB
        }
    }

    [Theory]
    [InlineData("7FF40000", "7F100000")]
    [InlineData("7FFF0000", "7F100000")]
    [InlineData("7FF10100", "7F300000")]
    [InlineData("7FF10001", "7F300000")]
    [InlineData("7FF00000", "")]
    [Trait("wamp", "RAW-02")]
    [Trait("wamp", "RAW-03")]
    [Trait("wamp", "RAW-04")]
    public async Task A_handshake_that_cannot_be_met_is_answered_by_an_error_and_the_end(string request, string answer)
    {
        await using var router = await TestRouter.StartAsync();
        foreach (var transport in new[] { PeerTransport.RawSocket, PeerTransport.UnixSocket })
        {
            await using var peer = await TestPeer.DialAsync(router, transport);

            await peer.SendBytesAsync(Convert.FromHexString(request));

            Assert.Equal(Convert.FromHexString(answer), await peer.ReceiveBytesAsync(answer.Length / 2));
            await peer.ExpectEndAsync();
        }
    }

    [Fact]
    [Trait("wamp", "RAW-01")]
    public async Task A_connection_that_begins_otherwise_is_HTTP()
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.DialAsync(router, PeerTransport.RawSocket);

        await peer.SendBytesAsync([0x80, 0xF1, 0, 0, .. "\r\n\r\n"u8]);

        Assert.StartsWith("HTTP/1.1 400 ", await peer.ReceiveHttpHeadAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.RawSockets), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "RAW-11")]
    [Trait("wamp", "RAW-12")]
    [Trait("wamp", "RAW-15")]
    public async Task PING_is_answered_by_one_PONG_with_the_same_payload_in_every_state(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        byte[][] payloads = [[], [1], [.. Enumerable.Range(0, 300).Select(i => (byte)i)], new byte[1024 * 1024]];
        for (var i = 0; i < 2; i++)
        {
            foreach (var payload in payloads)
            {
                await peer.SendBytesAsync([.. peer.PongFrame([9]), .. peer.PingFrame(payload)]);
                var (kind, answer) = await peer.ReceiveFrameAsync();
                Assert.Equal(PeerFrame.Pong, kind);
                Assert.Equal(payload, answer);
            }

            await peer.SendAsync("[300,1]");
            if (i == 0)
            {
                await peer.JoinAsync();
            }
        }
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.RawSockets), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "RAW-08")]
    [Trait("wamp", "RAW-09")]
    [Trait("wamp", "RAW-10")]
    [Trait("wamp", "RAW-14")]
    public async Task A_frame_that_breaks_the_rules_ends_the_connection(PeerTransport transport, SerializerKind serializer)
    {
        (string Frame, string Reason)[] frames =
        [
            ("00000000", Violation),   // an empty message
            ("0300000101", Violation), // reserved types
            ("0700000101", Violation),
            ("1000000101", Violation), // reserved bits
            ("8000000101", Violation),
            ("F100000101", Violation),
            ("0800000101", Violation), // 2^24 octets and more
            ("08FFFFFF", Violation),
            ("08000000", TooLong),
            ("00100001", TooLong),
            ("01100001", TooLong),
        ];
        await using var router = await TestRouter.StartAsync();
        foreach (var (frame, reason) in frames)
        {
            foreach (var joins in new[] { false, true })
            {
                await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);
                if (joins)
                {
                    await peer.JoinAsync();
                }

                await peer.SendBytesAsync(Convert.FromHexString(frame));

                Assert.NotEmpty(await peer.ExpectAbortAsync(reason));
                await peer.ExpectCloseAsync(0);
            }
        }

        await router.WaitUntilEmptyAsync();
    }

    [Fact]
    [Trait("wamp", "RAW-08")]
    [Trait("wamp", "PSZ-01")]
    public async Task A_message_of_the_announced_length_is_taken()
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        await peer.SendAsync("""[32,1,{},"com.example.topic"]""");
        await peer.ExpectAsync("[33,1,*]");
        var head = """[16,2,{"exclude_me":false},"com.example.topic",[""";
        var text = head + "\"" + new string('x', (1024 * 1024) - head.Length - 4) + "\"]]";

        await peer.SendAsync(text);

        Assert.Equal(1024 * 1024, peer.Encode(text).Length);
        Assert.Equal(text.Length - head.Length - 4, (await peer.ExpectAsync("[36,*]"))[4][0].GetString()!.Length);
    }

    [Fact]
    [Trait("wamp", "RAW-10")]
    public async Task A_message_of_16_MiB_goes_through_with_the_X_bit()
    {
        await using var router = await TestRouter.StartAsync(options =>
        {
            options.MaxMessageSize = 16 * 1024 * 1024;
            options.MaxOutboundBytes = 64 * 1024 * 1024;
        });
        await using var peer = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        await peer.SendAsync("""[64,1,{},"com.example.procedure"]""");
        var registration = (await peer.ExpectAsync("[65,1,*]"))[2].GetInt64();
        await using var caller = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        var invocation = $"[68,1,{registration},{{}},[\"\"]]";
        var text = new string('x', (16 * 1024 * 1024) - invocation.Length);

        await caller.SendAsync($"[48,1,{{}},\"com.example.procedure\",[\"{text[..^25]}\"]]");
        Assert.Equal(text.Length - 25, (await peer.ExpectAsync("[68,1,*]"))[4][0].GetString()!.Length);

        byte[] result = peer.Encode($"[70,1,{{}},[\"{new string('y', (16 * 1024 * 1024) - 14)}\"]]");
        Assert.Equal(16 * 1024 * 1024, result.Length);
        await peer.SendBytesAsync([0x08, 0, 0, 0, .. result]);
        Assert.Equal((16 * 1024 * 1024) - 14, (await caller.ExpectAsync("[50,1,*]"))[3][0].GetString()!.Length);
    }

    [Theory]
    [InlineData(PeerTransport.RawSocket, SerializerKind.Json)]
    [InlineData(PeerTransport.UnixSocket, SerializerKind.Cbor)]
    [InlineData(PeerTransport.RawSocket, SerializerKind.MessagePack)]
    [Trait("wamp", "RAW-08")]
    [Trait("wamp", "PSZ-01")]
    public async Task What_is_longer_than_the_peers_limit_is_not_sent_to_it(PeerTransport transport, SerializerKind serializer)
    {
        var text = new string('x', 4000);
        await using var router = await TestRouter.StartAsync();
        await using var small = await TestPeer.JoinAsync(router, transport, serializer, limit: 2048);
        await using var big = await TestPeer.JoinAsync(router, transport, serializer);
        await small.SendAsync("""[32,1,{},"com.example.topic"]""", """[64,2,{},"com.example.small"]""");
        await small.ExpectAsync("[33,1,*]");
        await small.ExpectAsync("[65,2,*]");
        await big.SendAsync("""[64,1,{},"com.example.big"]""");
        await big.ExpectAsync("[65,1,*]");

        // EVENT: dropped and counted
        await big.SendAsync($"[16,2,{{\"acknowledge\":true}},\"com.example.topic\",[\"{text}\"]]", """[16,3,{},"com.example.topic",["short"]]""");
        await big.ExpectAsync("[17,2,*]");
        await small.ExpectAsync("""[36,*,*,{"_gap":1},["short"]]""");
        Assert.Equal(1, router.RealmState.EventsDropped);

        // RESULT and ERROR: ERROR to the caller
        await small.SendAsync("""[48,3,{},"com.example.big"]""", """[48,4,{},"com.example.big"]""");
        await big.ExpectAsync("[68,1,*]");
        await big.ExpectAsync("[68,2,*]");
        await big.SendAsync($"[70,1,{{}},[\"{text}\"]]", $"[8,68,2,{{}},\"com.example.error\",[\"{text}\"]]");
        await small.ExpectAsync("""[8,48,3,{},"wamp.error.payload_size_exceeded",*]""");
        await small.ExpectAsync("""[8,48,4,{},"wamp.error.payload_size_exceeded",*]""");

        // INVOCATION: ERROR to the caller, and the callee goes on
        await big.SendAsync($"[48,4,{{}},\"com.example.small\",[\"{text}\"]]", """[48,5,{},"com.example.small"]""");
        await big.ExpectAsync("""[8,48,4,{},"wamp.error.payload_size_exceeded",*]""");
        await small.ExpectAsync("[68,1,*]");
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.RawSockets), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "RAW-08")]
    [Trait("wamp", "SES-12")]
    public async Task A_peer_with_the_smallest_limit_gets_WELCOME_without_features_and_what_it_announced_counts(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var caller = await TestPeer.ConnectAsync(router, transport, serializer, limit: 512);
        await using var callee = await TestPeer.ConnectAsync(router, transport, serializer, limit: 512);
        await callee.SendAsync("""[1,"realm1",{"roles":{"callee":{"features":{"call_canceling":true,"progressive_call_results":true}}}}]""");
        Assert.Equal("""{"broker":{},"dealer":{}}""", (await callee.ExpectAsync("[2,*]"))[2].GetProperty("roles").GetRawText());
        await callee.SendAsync("""[64,1,{},"com.example.procedure"]""");
        await callee.ExpectAsync("[65,1,*]");
        await caller.SendAsync("""[1,"realm1",{"roles":{"caller":{"features":{"call_canceling":true,"progressive_call_results":true}}}}]""");
        await caller.ExpectAsync("[2,*]");

        await caller.SendAsync("""[48,1,{"receive_progress":true},"com.example.procedure"]""");
        await callee.ExpectAsync("""[68,1,*,{"receive_progress":true}]""");
        await callee.SendAsync("""[70,1,{"progress":true},[1]]""");
        await caller.ExpectAsync("""[50,1,{"progress":true},[1]]""");
        await caller.SendAsync("""[49,1,{"mode":"killnowait"}]""");
        await callee.ExpectAsync("""[69,1,{"mode":"killnowait"}]""");
    }

    [Fact]
    [Trait("wamp", "RAW-08")]
    [Trait("wamp", "SES-10")]
    public async Task A_peer_whose_limit_has_no_room_for_WELCOME_is_told_by_ABORT()
    {
        var realm = $"com.example.{new string('r', 300)}";
        await using var router = await TestRouter.StartAsync(options =>
        {
            options.Realms.Clear();
            options.Realms[realm] = new();
        });
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket, limit: 512);

        await peer.SendAsync($"[1,\"{realm}\",{{\"roles\":{{\"caller\":{{}}}}}}]");

        Assert.Contains("WELCOME", await peer.ExpectAbortAsync("wamp.error.payload_size_exceeded"), StringComparison.Ordinal);
        await peer.ExpectCloseAsync(0);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.RawSockets), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "RAW-17")]
    public async Task A_whole_session_may_come_byte_by_byte_or_at_once(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        foreach (var size in new[] { 1, 7, int.MaxValue })
        {
            await using var peer = await TestPeer.DialAsync(router, transport, serializer);

            await WholeSession.PlayAsync(peer, size);
        }
    }
}
