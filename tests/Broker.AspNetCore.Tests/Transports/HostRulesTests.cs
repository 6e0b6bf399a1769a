using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Broker.Hosting;
using Broker.Peers;

namespace Broker.Transports;

/// <summary>By which names a listener may be called.</summary>
public sealed class HostRulesTests
{
    [Theory]
    [InlineData("router.example.com", true)]
    [InlineData("ROUTER.example.com:8080", true)]
    [InlineData("a.wamp.example", true)]
    [InlineData("a.b.wamp.example:1", true)]
    [InlineData("[::1]:8080", true)]
    [InlineData("wamp.example", false)]
    [InlineData(".wamp.example", false)]
    [InlineData("awamp.example", false)]
    [InlineData("router.example.com.evil.example", false)]
    [InlineData("", false)]
    public void Names_are_compared_whole_without_the_port(string host, bool isAllowed) =>
        Assert.Equal(isAllowed, HostRules.Allow(host, ["router.example.com", "*.wamp.example", "[::1]"]));

    [Fact]
    public void Where_none_is_listed_all_are_allowed() => Assert.True(HostRules.Allow("anything", []));

    [Theory]
    [InlineData("router.example.com", true)]
    [InlineData("localhost", true)]
    [InlineData("10.0.0.1", true)]
    [InlineData("[::1]", true)]
    [InlineData("*.example.com", true)]
    [InlineData("::1", false)]
    [InlineData("router.example.com:80", false)]
    [InlineData("https://router.example.com", false)]
    [InlineData("*", false)]
    [InlineData("a.*.example", false)]
    [InlineData("", false)]
    public void What_could_never_match_cannot_be_listed(string text, bool isPattern) => Assert.Equal(isPattern, HostRules.IsPattern(text));

    [Theory]
    [InlineData("router.example.com:8080", "", 101)]
    [InlineData("evil.example", "", 400)]
    [InlineData("router.example.com", "Trailer: x\r\n", 101)] // through the HTTP pipeline
    [InlineData("evil.example", "Trailer: x\r\n", 400)]
    public async Task A_handshake_under_another_name_gets_one_clear_answer_and_is_counted(string host, string field, int status)
    {
        await using var router = await TestRouter.StartAsync(
            options => options.Listeners[TestRouter.Listener] = new WampListenerOptions { AllowedHosts = ["router.example.com"] });
        await using var peer = await TestPeer.DialAsync(router, PeerTransport.WebSocket);
        var counted = new ConcurrentQueue<string?>();
        using var collector = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == router.Context.Metrics.Meter && instrument.Name == "broker.connections.refused") // other tests have routers, too
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        collector.SetMeasurementEventCallback<long>((_, _, tags, _) => counted.Enqueue(tags[0].Value as string));
        collector.Start();

        await peer.SendBytesAsync(Encoding.ASCII.GetBytes(
            TestPeer.UpgradeText("Sec-WebSocket-Protocol: wamp.2.json").Replace("Host: 127.0.0.1\r\n", $"Host: {host}\r\n{field}", StringComparison.Ordinal)));

        Assert.StartsWith($"HTTP/1.1 {status} ", await peer.ReceiveHttpHeadAsync(), StringComparison.Ordinal);
        if (status == 400)
        {
            Assert.Contains($"This router is not called {host}:", await peer.ReceiveThroughAsync("hosts."), StringComparison.Ordinal);
            Assert.Equal(["host"], counted);
        }
    }
}
