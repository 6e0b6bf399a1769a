using System.Net;
using System.Text;
using Broker.Authentication;
using Broker.Hosting;
using Broker.Limits;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Transports;

/// <summary>Where a client comes from is what a trusted proxy says, and what nobody else says.</summary>
public sealed class TrustedProxyTests
{
    /// <summary>A field that makes an upgrade one that is left to the HTTP pipeline.</summary>
    private const string ThroughHttp = "Content-Length: 0";

    private static readonly IPNetwork[] Proxies = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8")];

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("198.51.100.1, 203.0.113.7", "203.0.113.7")] // what the client itself has sent stands to the left
    [InlineData("203.0.113.7, 10.1.2.3", "203.0.113.7")] // another proxy of ours
    [InlineData("203.0.113.7:4711", "203.0.113.7")]
    [InlineData("[2001:db8::1]:4711, 10.1.2.3", "2001:db8::1")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("unknown", null)]
    [InlineData("203.0.113.7, unknown", null)] // who wrote that is not known
    [InlineData("unknown, 10.1.2.3", "10.1.2.3")] // as far as it can be read
    [InlineData("", null)]
    public void The_client_is_the_last_that_is_no_proxy(string forwardedFor, string? client)
    {
        var forwarded = ForwardedPeer.Of(IPAddress.Loopback, name => name == "X-Forwarded-For" ? forwardedFor : null, Proxies);

        Assert.Equal(client, forwarded!.Address?.ToString());
        Assert.False(forwarded.IsEncrypted);
    }

    [Fact]
    public void Nobody_else_is_believed()
    {
        Assert.Null(ForwardedPeer.Of(IPAddress.Parse("192.0.2.1"), _ => "203.0.113.7", Proxies));
        Assert.Null(ForwardedPeer.Of(IPAddress.Loopback, _ => "203.0.113.7", []));
        Assert.NotNull(ForwardedPeer.Of(IPAddress.Parse("::ffff:10.0.0.1"), _ => "203.0.113.7", Proxies));
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.RawSocket)]
    public async Task Who_comes_through_a_proxy_is_not_local(PeerTransport transport)
    {
        await using var router = await TestRouter.StartAsync(Trust);
        await using var peer = await TestPeer.ConnectAsync(router, transport);

        await peer.SendAsync(TestPeer.HelloText);

        await peer.ExpectAbortAsync("wamp.error.authentication_required");
    }

    [Fact]
    public async Task Authenticators_and_limits_see_the_client_behind_the_proxy()
    {
        var riddles = new Riddles();
        await using var router = await TestRouter.StartAsync(options =>
        {
            Trust(options);
            options.ConnectionLimits = new ConnectionLimits { PerAddress = 1 };
            options.Authenticators["realm1"] = [riddles];
        });
        await using var first = await OpenAsync(router, "203.0.113.7", "101", "X-Forwarded-Proto: https");
        await first.SendAsync("""[1,"realm1",{"roles":{"caller":{}},"authmethods":["riddles"]}]""");
        await first.ExpectAsync("[4,*]");

        var transport = Assert.Single(riddles.Requests).Transport;
        Assert.Equal((IPAddress.Parse("203.0.113.7"), true, false), (transport.RemoteAddress, transport.IsEncrypted, transport.IsLocal));
        await using var same = await OpenAsync(router, "203.0.113.7", "503");
        await using var other = await OpenAsync(router, "203.0.113.8", "101");
    }

    [Theory]
    [InlineData(null, "127.0.0.1")]
    [InlineData("unknown", "127.0.0.1")]
    [InlineData("unknown, 10.1.2.3", "10.1.2.3")]
    public async Task Who_is_not_named_is_where_the_proxy_is_and_still_not_local(string? forwardedFor, string address)
    {
        var riddles = new Riddles();
        await using var router = await TestRouter.StartAsync(options =>
        {
            Trust(options);
            options.Authenticators["realm1"] = [riddles];
        });
        await using var peer = await OpenAsync(router, forwardedFor, "101");
        await using var piped = await OpenAsync(router, forwardedFor, "101", ThroughHttp);
        foreach (var one in new[] { peer, piped })
        {
            await one.SendAsync("""[1,"realm1",{"roles":{"caller":{}},"authmethods":["riddles"]}]""");
            await one.ExpectAsync("[4,*]");
        }

        Assert.Equal(2, riddles.Requests.Count);
        Assert.All(riddles.Requests, request => Assert.Equal((IPAddress.Parse(address), false), (request.Transport.RemoteAddress, request.Transport.IsLocal)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connections_of_a_proxy_count_for_no_address_before_they_tell_of_a_client(bool isTls)
    {
        await using var router = await TestRouter.StartAsync(options =>
        {
            Trust(options);
            options.Listeners[TestRouter.TlsListener] = options.Listeners[TestRouter.Listener];
            options.ConnectionLimits = new ConnectionLimits { PerAddress = 1 };
        });
        var peers = new List<TestPeer>();
        for (var i = 0; i < 5; i++)
        {
            peers.Add(isTls
                ? await TestPeer.DialTlsAsync(router, PeerTransport.WebSocket, SerializerKind.Json)
                : await TestPeer.DialAsync(router, PeerTransport.WebSocket));
        }

        await TestRouter.WaitUntilAsync(() => router.Context.Admission.Count == peers.Count, () => $"{router.Context.Admission.Count} are inside");
        foreach (var (number, peer) in peers.Index())
        {
            await ExpectAsync(peer, $"203.0.113.{number}", "101");
        }

        await using var late = await OpenAsync(router, "203.0.113.4", "503");
        foreach (var peer in peers)
        {
            await peer.DisposeAsync();
        }
    }

    [Fact]
    public async Task RawSockets_through_a_proxy_count_for_no_address()
    {
        await using var router = await TestRouter.StartAsync(options =>
        {
            Trust(options);
            options.ConnectionLimits = new ConnectionLimits { PerAddress = 1, Total = 2 };
        });
        await using var first = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
        await using var second = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
        await using var beyond = await TestPeer.DialAsync(router, PeerTransport.RawSocket);

        await beyond.SendBytesAsync(beyond.Handshake());

        var reply = RawSocketHandshake.ReadReply(await beyond.ReceiveBytesAsync(RawSocketHandshake.Length), SerializerKind.Json);
        Assert.Equal(RawSocketError.MaximumConnectionCountReached, reply.Error);
    }

    [Fact]
    public async Task A_client_beyond_its_limit_stays_out_however_often_it_asks_over_one_connection()
    {
        await using var router = await TestRouter.StartAsync(options =>
        {
            Trust(options);
            options.ConnectionLimits = new ConnectionLimits { PerAddress = 1 };
        });
        await using var inside = await OpenAsync(router, "203.0.113.7", "101");
        await using var proxy = await TestPeer.DialAsync(router, PeerTransport.WebSocket);
        for (var i = 0; i < 3; i++)
        {
            await ExpectAsync(proxy, "203.0.113.7", "503", ThroughHttp);
            await proxy.ReceiveThroughAsync("\r\n0\r\n\r\n"); // the end of the answer's text
        }

        await ExpectAsync(proxy, "203.0.113.8", "101", ThroughHttp);
    }

    [Theory]
    [InlineData("https", "https://127.0.0.1", "101")]
    [InlineData("https", "http://127.0.0.1", "403")]
    [InlineData("http", "http://127.0.0.1", "101")]
    [InlineData("http", "https://127.0.0.1", "101")] // a proxy in front of this one may have ended TLS without a word
    public async Task A_page_of_the_routers_own_host_comes_by_TLS_where_its_WebSocket_does(string scheme, string origin, string status)
    {
        await using var router = await TestRouter.StartAsync(Trust);
        await using var peer = await OpenAsync(router, "203.0.113.7", status, $"Origin: {origin}", $"X-Forwarded-Proto: {scheme}");
        await using var piped = await OpenAsync(router, "203.0.113.7", status, $"Origin: {origin}", $"X-Forwarded-Proto: {scheme}", ThroughHttp);
    }

    private static void Trust(WampRouterOptions options) => options.Listeners[TestRouter.Listener] = new WampListenerOptions { TrustedProxies = Proxies };

    private static async Task<TestPeer> OpenAsync(TestRouter router, string? client, string status, params string[] fields)
    {
        var peer = await TestPeer.DialAsync(router, PeerTransport.WebSocket);
        await ExpectAsync(peer, client, status, fields);
        return peer;
    }

    private static async Task ExpectAsync(TestPeer peer, string? client, string status, params string[] fields)
    {
        var forwarded = client is null ? fields : [$"X-Forwarded-For: {client}", .. fields];
        await peer.SendBytesAsync(Encoding.ASCII.GetBytes(TestPeer.UpgradeText(["Sec-WebSocket-Protocol: wamp.2.json", .. forwarded])));
        Assert.StartsWith($"HTTP/1.1 {status} ", await peer.ReceiveHttpHeadAsync(), StringComparison.Ordinal);
    }
}
