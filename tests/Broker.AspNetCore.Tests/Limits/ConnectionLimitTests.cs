using System.Net;
using Broker.Authentication;
using Broker.Peers;
using Broker.Sessions;
using Broker.Transports;

namespace Broker.Limits;

/// <summary>A connection beyond the limits is told so in the words of its transport, and those inside notice nothing.</summary>
public sealed class ConnectionLimitTests
{
    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.MappedWebSocket)]
    [InlineData(PeerTransport.RawSocket)]
    [Trait("wamp", "RAW-05")]
    public async Task A_connection_beyond_the_total_is_turned_away_until_another_has_left(PeerTransport transport)
    {
        await using var router = await TestRouter.StartAsync(options => options.ConnectionLimits = new ConnectionLimits { Total = 1 });
        await using var first = await TestPeer.JoinAsync(router, transport);

        await using (var late = await TestPeer.DialAsync(router, transport))
        {
            await ExpectTurnedAwayAsync(late);
        }

        await first.SendAsync("""[32,1,{},"com.example.topic"]""");
        await first.ExpectAsync("[33,1,*]");
        first.Reset();
        await router.WaitUntilEmptyAsync();
        await using var next = await JoinWhenThereIsRoomAsync(router, transport);
    }

    [Fact]
    public async Task Connections_of_one_address_are_limited_and_those_of_Unix_domain_sockets_are_not()
    {
        await using var router = await TestRouter.StartAsync(options => options.ConnectionLimits = new ConnectionLimits { PerAddress = 1 });
        await using var first = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        await using var second = await TestPeer.DialAsync(router, PeerTransport.WebSocket);
        await ExpectTurnedAwayAsync(second);

        await using var local = await TestPeer.JoinAsync(router, PeerTransport.UnixSocket);
        await using var another = await TestPeer.JoinAsync(router, PeerTransport.UnixSocket);
    }

    [Fact]
    public async Task So_many_connections_a_second_and_no_more()
    {
        await using var router = await TestRouter.StartAsync(options => options.ConnectionLimits = new ConnectionLimits { PerSecond = 2 });
        await using var first = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        await using var second = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        await using (var third = await TestPeer.DialAsync(router, PeerTransport.RawSocket))
        {
            await ExpectTurnedAwayAsync(third);
        }

        router.Clock.Advance(TimeSpan.FromSeconds(0.5));

        await using var fourth = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
    }

    [Fact]
    public async Task Those_who_wait_to_be_turned_away_are_limited_themselves()
    {
        await using var router = await TestRouter.StartAsync(options => options.ConnectionLimits = new ConnectionLimits { Total = 1 });
        await using var first = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        var silent = new List<TestPeer>();
        for (var i = 0; i < 64; i++)
        {
            silent.Add(await TestPeer.DialAsync(router, PeerTransport.RawSocket));
        }

        await TestRouter.WaitUntilAsync(() => router.Context.Admission.TurnedAway == 64, () => $"{router.Context.Admission.TurnedAway} wait");
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var beyond = await TestPeer.DialAsync(router, PeerTransport.RawSocket); // may be cut before it has seen the connection
            await beyond.ReceiveBytesAsync(1);
        });
        foreach (var peer in silent)
        {
            await ExpectTurnedAwayAsync(peer);
            await peer.DisposeAsync();
        }
    }

    [Fact]
    public async Task So_are_those_who_come_through_the_HTTP_pipeline()
    {
        await using var router = await TestRouter.StartAsync(options => options.ConnectionLimits = new ConnectionLimits { Total = 1 });
        await using var first = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        var waiting = Enumerable.Range(0, 64).Select(_ => router.Context.Admission.Enter(IPAddress.Loopback)!).ToList();
        await using (var beyond = await TestPeer.DialAsync(router, PeerTransport.MappedWebSocket))
        {
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                await beyond.SendBytesAsync(beyond.Handshake()); // may be cut before the end of it
                await beyond.ReceiveBytesAsync(1);
            });
        }

        waiting.ForEach(place => place.Dispose());
        await using var late = await TestPeer.DialAsync(router, PeerTransport.MappedWebSocket);
        await ExpectTurnedAwayAsync(late);
    }

    [Fact]
    public async Task An_HTTP_request_beyond_the_limits_is_turned_away_too()
    {
        await using var router = await TestRouter.StartAsync(options => options.ConnectionLimits = new ConnectionLimits { Total = 1 });
        await using var first = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        await using var page = await TestPeer.DialAsync(router, PeerTransport.WebSocket);

        await page.SendBytesAsync("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"u8.ToArray());

        Assert.StartsWith("HTTP/1.1 503 ", await page.ReceiveHttpHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_of_one_authid_are_limited_in_each_realm()
    {
        await using var router = await TestRouter.StartAsync(options =>
        {
            options.ConnectionLimits = new ConnectionLimits { PerAuthId = 1 };
            options.Authenticators["realm1"] = [new Everybody()];
        });
        await using var first = await JoinAsync(router, "joe");
        await using var second = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket);
        await second.SendAsync(Hello("joe"));
        await second.ExpectAbortAsync("wamp.error.unavailable");
        await second.ExpectCloseAsync(1000);
        await using var other = await JoinAsync(router, "jane");

        await first.SendAsync("""[6,{},"wamp.close.close_realm"]""");
        await first.ExpectAsync("[6,*]");

        await first.SendAsync(Hello("joe"));
        await first.ExpectAsync("[2,*]");
    }

    [Fact]
    public async Task A_limit_of_sessions_that_comes_later_counts_those_that_are_open()
    {
        await using var router = await TestRouter.StartAsync(options => options.Authenticators["realm1"] = [new Everybody()]);
        await using var first = await JoinAsync(router, "joe");
        await using var second = await JoinAsync(router, "joe");

        var options = new Hosting.WampRouterOptions { ConnectionLimits = new ConnectionLimits { PerAuthId = 2 } };
        options.Authenticators["realm1"] = [new Everybody()];
        router.Router.Reconfigure(options);

        await using var third = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket);
        await third.SendAsync(Hello("joe"));
        await third.ExpectAbortAsync("wamp.error.unavailable");
        await first.SendAsync("""[6,{},"wamp.close.close_realm"]""");
        await first.ExpectAsync("[6,*]");
        await first.SendAsync(Hello("joe"));
        await first.ExpectAsync("[2,*]");
    }

    [Fact]
    public void Addresses_of_one_IPv6_network_count_together()
    {
        var options = new Hosting.WampRouterOptions { ConnectionLimits = new ConnectionLimits { PerAddress = 1 } };
        var context = TestRouter.ContextOf(options);
        using var first = context.Admission.Enter(IPAddress.Parse("2001:db8::1"));
        using var neighbour = context.Admission.Enter(IPAddress.Parse("2001:db8::2"));
        using var stranger = context.Admission.Enter(IPAddress.Parse("2001:db8:1::1"));
        using var mapped = context.Admission.Enter(IPAddress.Parse("::ffff:192.0.2.1"));
        using var same = context.Admission.Enter(IPAddress.Parse("192.0.2.1"));

        Assert.Equal(
            [ConnectionRefusal.None, ConnectionRefusal.PerAddress, ConnectionRefusal.None, ConnectionRefusal.None, ConnectionRefusal.PerAddress],
            [first!.Refusal, neighbour!.Refusal, stranger!.Refusal, mapped!.Refusal, same!.Refusal]);
    }

    private static async Task<TestPeer> JoinAsync(TestRouter router, string authId)
    {
        var peer = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket);
        await peer.SendAsync(Hello(authId));
        await peer.ExpectAsync("[2,*]");
        return peer;
    }

    private static string Hello(string authId) => $$$"""[1,"realm1",{"roles":{"caller":{}},"authmethods":["everybody"],"authid":"{{{authId}}}"}]""";

    /// <summary>The place of one that left is free when the router has noticed: who comes before that is turned away and tries again.</summary>
    private static async Task<TestPeer> JoinWhenThereIsRoomAsync(TestRouter router, PeerTransport transport)
    {
        while (true)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            var peer = await TestPeer.DialAsync(router, transport);
            await peer.SendBytesAsync(peer.Handshake());
            var answer = peer.IsWebSocket ? await peer.ReceiveHttpHeadAsync() : Convert.ToHexString(await peer.ReceiveBytesAsync(4));
            if (answer.StartsWith("HTTP/1.1 101", StringComparison.Ordinal) || answer is ['7', 'F', _, '1', ..])
            {
                await peer.JoinAsync();
                return peer;
            }

            await peer.DisposeAsync();
        }
    }

    private static async Task ExpectTurnedAwayAsync(TestPeer peer)
    {
        await peer.SendBytesAsync(peer.Handshake());
        if (peer.IsWebSocket)
        {
            var head = await peer.ReceiveHttpHeadAsync();
            Assert.StartsWith("HTTP/1.1 503 ", head, StringComparison.Ordinal);
            Assert.Contains("Retry-After: ", head, StringComparison.Ordinal);
        }
        else
        {
            var reply = RawSocketHandshake.ReadReply(await peer.ReceiveBytesAsync(RawSocketHandshake.Length), peer.Serializer);
            Assert.Equal(RawSocketError.MaximumConnectionCountReached, reply.Error);
            await peer.ExpectEndAsync();
        }
    }

    private sealed class Everybody : IWampAuthenticator
    {
        public string Method => "everybody";

        public ValueTask<AuthenticationResult> BeginAsync(AuthenticationRequest request, CancellationToken cancellationToken) =>
            ValueTask.FromResult<AuthenticationResult>(new AuthenticationResult.Accepted(new SessionIdentity(request.AuthId!, "guest", Method, "test")));

        public ValueTask<AuthenticationResult> ContinueAsync(
            AuthenticationRequest request, object? state, AuthenticationAnswer answer, CancellationToken cancellationToken) =>
            throw new InvalidOperationException();
    }
}
