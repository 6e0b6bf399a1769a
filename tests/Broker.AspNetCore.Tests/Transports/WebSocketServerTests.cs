using System.Text;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Transports;

/// <summary>WebSockets on the wire, on the fast path and through the HTTP pipeline alike (RFC 6455; WAMP specification, "WebSocket Transport").</summary>
public sealed class WebSocketServerTests
{
    private static readonly PeerTransport[] Transports = [PeerTransport.WebSocket, PeerTransport.MappedWebSocket];

    [Theory]
    [InlineData("wamp.2.msgpack, wamp.2.json", "wamp.2.msgpack")]
    [InlineData("wamp.2.cbor,wamp.2.json", "wamp.2.cbor")]
    [InlineData("wamp.2.flatbuffers, wamp.2.ubjson.batched, wamp.2.json, wamp.2.json.batched", "wamp.2.json")]
    [InlineData("wamp.2.flatbuffers, wamp.2.json.batched, wamp.2.json", "wamp.2.json.batched")]
    [InlineData("wamp.2.msgpack.batched,wamp.2.msgpack", "wamp.2.msgpack.batched")]
    [InlineData("wamp.2.cbor.batched", "wamp.2.cbor.batched")]
    [InlineData("wamp.2.ubjson\r\nSec-WebSocket-Protocol: wamp.2.cbor\r\nSec-WebSocket-Protocol: wamp.2.json", "wamp.2.cbor")]
    [Trait("wamp", "WS-01")]
    [Trait("wamp", "WS-02")]
    [Trait("wamp", "BAT-01")]
    public async Task The_first_subprotocol_that_the_router_knows_is_chosen(string offered, string chosen)
    {
        await using var router = await TestRouter.StartAsync();
        foreach (var transport in Transports)
        {
            await using var peer = await TestPeer.DialAsync(router, transport);

            await peer.SendBytesAsync(Encoding.ASCII.GetBytes(TestPeer.UpgradeText($"Sec-WebSocket-Protocol: {offered}")));

            var response = await peer.ReceiveHttpHeadAsync();
            Assert.StartsWith("HTTP/1.1 101 ", response, StringComparison.Ordinal);
            Assert.Contains($"\r\nSec-WebSocket-Protocol: {chosen}\r\n", response, StringComparison.Ordinal);
            Assert.Contains("\r\nUpgrade: websocket\r\n", response, StringComparison.Ordinal);
            Assert.Contains("\r\nConnection: Upgrade\r\n", response, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Sec-WebSocket-Protocol: mqtt, wamp.2.ubjson.batched")]
    [InlineData("Sec-WebSocket-Protocol: WAMP.2.JSON")]
    [InlineData("X-Other: 1")]
    [Trait("wamp", "WS-01")]
    public async Task Without_a_common_subprotocol_the_handshake_fails_and_says_why(string field)
    {
        await using var router = await TestRouter.StartAsync();
        foreach (var transport in Transports)
        {
            await using var peer = await TestPeer.DialAsync(router, transport);

            await peer.SendBytesAsync(Encoding.ASCII.GetBytes(TestPeer.UpgradeText(field)));

            Assert.StartsWith("HTTP/1.1 400 ", await peer.ReceiveHttpHeadAsync(), StringComparison.Ordinal);
            await peer.ReceiveThroughAsync("offer wamp.2.json, wamp.2.msgpack or wamp.2.cbor in Sec-WebSocket-Protocol.\n");
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1", 101)]
    [InlineData("http://localhost:3000", 101)]
    [InlineData("https://app.example.com", 101)]
    [InlineData("HTTPS://APP.EXAMPLE.COM", 101)]
    [InlineData("https://evil.example.com", 403)]
    [InlineData("https://app.example.com.evil.example.com", 403)]
    [InlineData("null", 403)]
    public async Task Pages_may_connect_from_the_routers_host_this_machine_and_listed_origins(string origin, int status)
    {
        await using var router = await TestRouter.StartAsync(options => options.AllowedOrigins.Add("https://app.example.com"));
        foreach (var transport in Transports)
        {
            await using var peer = await TestPeer.DialAsync(router, transport);

            await peer.SendBytesAsync(Encoding.ASCII.GetBytes(TestPeer.UpgradeText("Sec-WebSocket-Protocol: wamp.2.json", $"Origin: {origin}")));

            Assert.StartsWith($"HTTP/1.1 {status} ", await peer.ReceiveHttpHeadAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 200)]
    [InlineData("GET /other HTTP/1.1\r\nHost: a\r\n\r\n", 404)]
    [InlineData("GET /ws HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("POST /ws HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 400)]
    [InlineData("GET /ws HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /ws HTTP/9.9\r\nHost: a\r\n\r\n", 505)]
    [InlineData("nonsense\r\n\r\n", 400)]
    public async Task All_that_is_no_upgrade_is_answered_as_HTTP(string request, int status)
    {
        await using var router = await TestRouter.StartAsync();
        foreach (var transport in Transports)
        {
            await using var peer = await TestPeer.DialAsync(router, transport);

            await peer.SendBytesAsync(Encoding.ASCII.GetBytes(request));

            Assert.StartsWith($"HTTP/1.1 {status} ", await peer.ReceiveHttpHeadAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", 426)]
    [InlineData("Sec-WebSocket-Version: 13\r\n", "", 426)]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=", 400)]
    [InlineData("Upgrade: websocket", "Upgrade: h2c", 400)]
    [InlineData("GET /ws ", "POST /ws ", 400)]
    [InlineData("GET /ws ", "GET /elsewhere ", 404)]
    public async Task A_damaged_upgrade_is_refused(string part, string damage, int status)
    {
        await using var router = await TestRouter.StartAsync();
        foreach (var transport in Transports)
        {
            await using var peer = await TestPeer.DialAsync(router, transport);
            var request = TestPeer.UpgradeText("Sec-WebSocket-Protocol: wamp.2.json").Replace(part, damage, StringComparison.Ordinal);

            await peer.SendBytesAsync(Encoding.ASCII.GetBytes(request));

            var response = await peer.ReceiveHttpHeadAsync();
            Assert.StartsWith($"HTTP/1.1 {status} ", response, StringComparison.Ordinal);
            Assert.Equal(status == 426, response.Contains("\r\nSec-WebSocket-Version: 13\r\n", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(1000, "bye")]
    [InlineData(1001, "")]
    [InlineData(3000, "own")]
    [InlineData(4999, "")]
    public async Task A_close_frame_is_answered_with_its_code(ushort code, string reason)
    {
        await using var router = await TestRouter.StartAsync();
        foreach (var transport in Transports)
        {
            await using var peer = await TestPeer.JoinAsync(router, transport);

            await peer.SendBytesAsync(ClientFrames.Close(code, Encoding.UTF8.GetBytes(reason)));

            var (kind, payload) = await peer.ReceiveFrameAsync();
            Assert.Equal(PeerFrame.Close, kind);
            Assert.Equal([(byte)(code >> 8), (byte)code], payload);
            await peer.ExpectEndAsync();
        }
    }

    [Fact]
    public async Task A_close_frame_without_a_code_is_answered_without_a_code()
    {
        await using var router = await TestRouter.StartAsync();
        foreach (var transport in Transports)
        {
            await using var peer = await TestPeer.ConnectAsync(router, transport);

            await peer.SendBytesAsync(ClientFrames.Frame(WebSocketOpcode.Close, []));

            var (kind, payload) = await peer.ReceiveFrameAsync();
            Assert.Equal(PeerFrame.Close, kind);
            Assert.Empty(payload);
            await peer.ExpectEndAsync();
        }
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.WebSockets), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "WS-09")]
    public async Task A_ping_is_answered_with_its_payload_even_inside_a_fragmented_message(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport, serializer);
        var message = peer.Encode("""[32,1,{},"com.example.topic"]""");
        var opcode = serializer == SerializerKind.Json ? WebSocketOpcode.Text : WebSocketOpcode.Binary;

        await peer.SendBytesAsync(
            [.. ClientFrames.Start(opcode, message.AsSpan(0, 5)), .. peer.PingFrame([7]), .. ClientFrames.Middle([]), .. ClientFrames.Last(message.AsSpan(5))]);

        var (kind, payload) = await peer.ReceiveFrameAsync();
        Assert.Equal(PeerFrame.Pong, kind);
        Assert.Equal([7], payload);
        await peer.ExpectAsync("[33,1,*]");
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.WebSockets), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "WS-03")]
    public async Task A_message_of_the_wrong_type_is_answered_by_ABORT_and_close(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport, serializer);
        var message = peer.Encode("""[32,1,{},"com.example.topic"]""");

        await peer.SendBytesAsync(serializer == SerializerKind.Json ? ClientFrames.Binary(message) : ClientFrames.Text(message));

        Assert.NotEmpty(await peer.ExpectAbortAsync("wamp.error.protocol_violation"));
        await peer.ExpectCloseAsync(1002, isFramingLost: true);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.WebSockets), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "WS-08")]
    public async Task A_message_that_is_too_long_is_answered_by_ABORT_and_1009_with_the_limit(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync(options => options.MaxMessageSize = 1000);
        await using var whole = await TestPeer.JoinAsync(router, transport, serializer);
        await using var parts = await TestPeer.JoinAsync(router, transport, serializer);
        var opcode = serializer == SerializerKind.Json ? WebSocketOpcode.Text : WebSocketOpcode.Binary;

        await whole.SendBytesAsync(whole.FrameBytes(new byte[1001]));
        await parts.SendBytesAsync([.. ClientFrames.Start(opcode, new byte[600]), .. ClientFrames.Last(new byte[600])]);

        foreach (var peer in new[] { whole, parts })
        {
            Assert.Contains("1000 bytes", await peer.ExpectAbortAsync("wamp.error.payload_size_exceeded"), StringComparison.Ordinal);
            Assert.Contains("1000 bytes", await peer.ExpectCloseAsync(1009, isFramingLost: true), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Text_that_is_not_UTF8_is_answered_by_1007()
    {
        await using var router = await TestRouter.StartAsync();
        foreach (var transport in Transports)
        {
            await using var peer = await TestPeer.JoinAsync(router, transport);

            await peer.SendBytesAsync(ClientFrames.Text([0x5B, 0xC3, 0x28, 0x5D]));

            Assert.NotEmpty(await peer.ExpectCloseAsync(1007, isFramingLost: true));
        }
    }

    [Theory]
    [InlineData("8100")]                   // not masked
    [InlineData("C18000000000")]           // a reserved bit
    [InlineData("838000000000")]           // a reserved opcode
    [InlineData("8B8000000000")]           // a reserved control opcode
    [InlineData("098000000000")]           // a fragmented ping
    [InlineData("89FE007E00000000")]       // a long ping
    [InlineData("808000000000")]           // a continuation of nothing
    [InlineData("81FE000100000000")]       // a length in more octets than it takes
    [InlineData("81FF800000000000000000000000")]
    [InlineData("88810000000000")]         // a close frame of one byte
    [InlineData("88820000000003ED")]       // 1005 is never sent
    public async Task Broken_framing_is_answered_by_1002(string frame)
    {
        await using var router = await TestRouter.StartAsync();
        foreach (var transport in Transports)
        {
            await using var peer = await TestPeer.JoinAsync(router, transport);

            await peer.SendBytesAsync(Convert.FromHexString(frame));

            Assert.NotEmpty(await peer.ExpectCloseAsync(1002, isFramingLost: true));
        }

        await router.WaitUntilEmptyAsync();
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.WebSockets), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "WS-04")]
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
