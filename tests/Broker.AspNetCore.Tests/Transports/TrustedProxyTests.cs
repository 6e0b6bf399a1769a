using System.Net;
using Broker.Authentication;
using Broker.Hosting;
using Broker.Limits;
using Broker.Peers;

namespace Broker.Transports;

/// <summary>Where a client comes from is what a trusted proxy says, and what nobody else says.</summary>
public sealed class TrustedProxyTests
{
    private static readonly IPNetwork[] Proxies = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8")];

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("198.51.100.1, 203.0.113.7", "203.0.113.7")] // what the client itself has sent stands to the left
    [InlineData("203.0.113.7, 10.1.2.3", "203.0.113.7")] // another proxy of ours
    [InlineData("203.0.113.7:4711", "203.0.113.7")]
    [InlineData("[2001:db8::1]:4711, 10.1.2.3", "2001:db8::1")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("unknown", null)]
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
        await using var first = await OpenAsync(router, "203.0.113.7", "101");
        await first.SendAsync("""[1,"realm1",{"roles":{"caller":{}},"authmethods":["riddles"]}]""");
        await first.ExpectAsync("[4,*]");

        var transport = Assert.Single(riddles.Requests).Transport;
        Assert.Equal((IPAddress.Parse("203.0.113.7"), true, false), (transport.RemoteAddress, transport.IsEncrypted, transport.IsLocal));
        await using var same = await OpenAsync(router, "203.0.113.7", "503");
        await using var other = await OpenAsync(router, "203.0.113.8", "101");
    }

    private static void Trust(WampRouterOptions options) => options.Listeners[TestRouter.Listener] = new WampListenerOptions { TrustedProxies = Proxies };

    private static async Task<TestPeer> OpenAsync(TestRouter router, string client, string status)
    {
        var peer = await TestPeer.DialAsync(router, PeerTransport.WebSocket);
        var upgrade = TestPeer.UpgradeText("Sec-WebSocket-Protocol: wamp.2.json", $"X-Forwarded-For: {client}", "X-Forwarded-Proto: https");
        await peer.SendBytesAsync(System.Text.Encoding.ASCII.GetBytes(upgrade));
        Assert.StartsWith($"HTTP/1.1 {status} ", await peer.ReceiveHttpHeadAsync(), StringComparison.Ordinal);
        return peer;
    }
}
