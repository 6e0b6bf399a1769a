using Broker.Peers;
using Broker.Serialization;

namespace Broker.Connections;

/// <summary>What the router waits for, and for how long, on a clock that the tests move.</summary>
public sealed class TimeoutTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(7);

    [Theory]
    [InlineData("")]
    [InlineData("\u007F")]
    [InlineData("\u007F\u00F1\0")]
    [InlineData("GET /ws HTTP/1.1\r\nHost: a\r\n")]
    [Trait("wamp", "RAW-16")]
    public async Task A_handshake_that_is_not_complete_in_time_ends_the_connection(string start)
    {
        await using var router = await TestRouter.StartAsync(options => options.HandshakeTimeout = HandshakeTime);
        await using var peer = await TestPeer.DialAsync(router, PeerTransport.RawSocket);
        await peer.SendBytesAsync([.. start.Select(c => (byte)c)]);

        await router.Clock.ElapseAsync(HandshakeTime);

        await peer.ExpectEndAsync();
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SES-09")]
    public async Task A_connection_without_HELLO_is_told_and_ended(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        await TestRouter.WaitUntilAsync(() => router.Context.Connections.Count == 1, () => "no connection");

        router.Clock.Advance(11 * Second);

        Assert.Contains("HELLO", await peer.ExpectAbortAsync("wamp.error.protocol_violation"), StringComparison.Ordinal);
        await peer.ExpectCloseAsync(1008);
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.MappedWebSocket)]
    [InlineData(PeerTransport.RawSocket)]
    [Trait("wamp", "WS-07")]
    [Trait("wamp", "SES-09")]
    public async Task A_connection_whose_session_was_left_is_closed_when_no_other_follows(PeerTransport transport)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport);
        await peer.SendAsync("""[6,{},"wamp.close.close_realm"]""");
        await peer.ExpectAsync("[6,*]");

        router.Clock.Advance(11 * Second);

        await peer.ExpectCloseAsync(1000);
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.MappedWebSocket)]
    [Trait("wamp", "WS-09")]
    public async Task A_silent_WebSocket_is_pinged_and_ended_when_nothing_comes(PeerTransport transport)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport);

        router.Clock.Advance(21 * Second);
        Assert.Equal(PeerFrame.Ping, (await peer.ReceiveFrameAsync()).Kind);

        router.Clock.Advance(11 * Second);
        await peer.ExpectAsync("""[6,{*},"wamp.error.network_failure"]""");
        await router.Clock.ElapseAsync(CloseTime);
        await peer.ExpectCloseAsync(1008);
        await router.WaitUntilEmptyAsync();
    }

    [Theory]
    [InlineData("pong")]
    [InlineData("ping")]
    [InlineData("message")]
    [Trait("wamp", "WS-09")]
    public async Task Any_traffic_shows_that_the_peer_is_alive(string traffic)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        for (var i = 1; i <= 5; i++)
        {
            router.Clock.Advance(21 * Second);
            var (kind, payload) = await peer.ReceiveFrameAsync();
            Assert.Equal(PeerFrame.Ping, kind);
            await peer.SendBytesAsync(traffic switch
            {
                "pong" => peer.PongFrame(payload),
                "ping" => [],
                _ => peer.Frame("[300,1]"),
            });

            // What is answered was read, and so was all before it.
            await peer.SendBytesAsync(peer.PingFrame([(byte)i]));
            Assert.Equal(PeerFrame.Pong, (await peer.ReceiveFrameAsync()).Kind);
        }
    }

    [Fact]
    [Trait("wamp", "WS-09")]
    public async Task A_talking_peer_is_never_pinged()
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        for (var i = 1; i <= 10; i++)
        {
            router.Clock.Advance(15 * Second);
            await peer.SendAsync($"[32,{i},{{}},\"com.example.topic\"]");
            await peer.ExpectAsync($"[33,{i},*]");
        }
    }

    [Theory]
    [InlineData(PeerTransport.RawSocket)]
    [InlineData(PeerTransport.UnixSocket)]
    [Trait("wamp", "RAW-13")]
    public async Task A_RawSocket_is_not_pinged_unless_it_is_asked_for(PeerTransport transport)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport);

        router.Clock.Advance(3600 * Second);
        await peer.SendAsync("""[32,1,{},"com.example.topic"]""");

        await peer.ExpectAsync("[33,1,*]");
    }

    [Fact]
    [Trait("wamp", "RAW-13")]
    public async Task A_RawSocket_is_pinged_when_it_is_asked_for()
    {
        await using var router = await TestRouter.StartAsync(options => options.PingRawSockets = true);
        await using var peer = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);

        router.Clock.Advance(21 * Second);

        Assert.Equal(PeerFrame.Ping, (await peer.ReceiveFrameAsync()).Kind);
    }

    [Fact]
    [Trait("wamp", "WS-09")]
    public async Task Pings_can_be_turned_off()
    {
        await using var router = await TestRouter.StartAsync(options => options.KeepAliveInterval = TimeSpan.Zero);
        await using var peer = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);

        router.Clock.Advance(3600 * Second);
        await peer.SendAsync("""[32,1,{},"com.example.topic"]""");

        await peer.ExpectAsync("[33,1,*]");
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.MappedWebSocket)]
    [InlineData(PeerTransport.RawSocket)]
    [InlineData(PeerTransport.UnixSocket)]
    [Trait("wamp", "SES-35")]
    public async Task A_GOODBYE_that_is_not_answered_is_waited_for_a_bounded_time(PeerTransport transport)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport);

        var stopped = router.StopAsync();
        await peer.ExpectAsync("""[6,{*},"wamp.close.system_shutdown"]""");
        await router.Clock.ElapseAsync(CloseTime);
        if (peer.IsWebSocket)
        {
            Assert.Equal(PeerFrame.Close, (await peer.ReceiveFrameAsync()).Kind);
        }

        await router.Clock.ElapseAsync(CloseTime);
        await peer.ExpectEndAsync();
        await stopped;
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.RawSocket)]
    [Trait("wamp", "SES-35")]
    public async Task A_peer_that_keeps_sending_instead_of_answering_GOODBYE_is_ended_in_time(PeerTransport transport)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport);
        var burst = Enumerable.Repeat(peer.Frame("[300,1]"), 5000).SelectMany(frame => frame).ToArray();

        var stopped = router.StopAsync();
        await peer.ExpectAsync("""[6,{*},"wamp.close.system_shutdown"]""");
        var flooding = FloodAsync(peer, burst);
        await router.Clock.ElapseAsync(CloseTime);

        // What it sends still is discarded, up to a bound: the flood reaches it without any more time.
        await router.WaitUntilEmptyAsync();
        await stopped;
        await flooding;
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET /ws HTTP/1.1\r\n")]
    public async Task A_connection_in_its_handshake_does_not_hold_up_a_shutdown(string start)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.DialAsync(router, PeerTransport.RawSocket);
        await peer.SendBytesAsync([.. start.Select(c => (byte)c)]);
        await using var other = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket); // accepted after the first

        var stopped = router.StopAsync();
        await other.ExpectAbortAsync("wamp.close.system_shutdown");
        await other.ExpectCloseAsync(0);

        await peer.ExpectEndAsync();
        await stopped;
    }

    private static async Task FloodAsync(TestPeer peer, byte[] burst)
    {
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true)
            {
                await peer.SendBytesAsync(burst);
            }
        });
    }
}
