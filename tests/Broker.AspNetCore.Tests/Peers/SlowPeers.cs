using System.Text;
using System.Text.Json;
using Broker.Hosting;
using Broker.Serialization;

namespace Broker.Peers;

/// <summary>Peers that subscribe and do not read, and what they get when they do.</summary>
internal static class SlowPeers
{
    /// <summary>How many bytes may wait for one peer in these tests.</summary>
    public const int MaxOutbound = 256 * 1024;

    /// <summary>What a slow peer's socket takes, so that the rest waits in the router.</summary>
    public const int SmallBuffer = 4096;

    public static Task<TestRouter> StartAsync(Action<WampRouterOptions>? configure = null) => TestRouter.StartAsync(options =>
    {
        options.MaxOutboundBytes = MaxOutbound;
        configure?.Invoke(options);
    });

    public static async Task<TestPeer> SubscribeAsync(
        TestRouter router,
        PeerTransport transport,
        SerializerKind serializer,
        int receiveBuffer = 0,
        string options = "{}",
        string topic = "com.example.topic")
    {
        var peer = await TestPeer.JoinAsync(router, transport, serializer, receiveBuffer: receiveBuffer);
        await peer.SendAsync($"[32,1,{options},\"{topic}\"]");
        await peer.ExpectAsync("[33,1,*]");
        return peer;
    }

    public static Task PublishAsync(TestPeer publisher, int number, string payload, string topic = "com.example.topic") =>
        publisher.SendAsync($"[16,{number},{{}},\"{topic}\",[{number},\"{payload}\"]]");

    /// <summary>Waits until all that a peer has sent is routed.</summary>
    public static async Task RoutedAsync(this TestPeer peer)
    {
        await peer.SendBytesAsync(peer.PingFrame([]));
        var (kind, payload) = await peer.ReceiveFrameAsync();
        Assert.True(kind == PeerFrame.Pong, $"{kind} came instead of the answer to a ping: {Encoding.UTF8.GetString(payload)}");
    }

    /// <summary>Waits until the router holds something for a peer that does not read.</summary>
    public static Task RoutedWithinAsync(this TestPeer peer, TestRouter router) => TestRouter.WaitUntilAsync(
        () => router.Context.OutboundBudget.Held.Value > 0, () => $"Nothing waits for the peer of session {peer.SessionId}.");

    public static int NumberOf(JsonElement received) => received[4][0].GetInt32();

    public static long GapOf(JsonElement received) => received[3].TryGetProperty("_gap", out var value) ? value.GetInt64() : 0;

    /// <summary>Reads on, and holds the gap of each event against its number; gives the sum of all gaps.</summary>
    public static async Task<long> ReadUntilLastAsync(TestPeer peer)
    {
        var number = 0L;
        var lost = 0L;
        while (true)
        {
            var received = await peer.ExpectAsync("[36,*]");
            var gap = GapOf(received);
            number += 1 + gap;
            lost += gap;
            Assert.Equal(number, NumberOf(received));
            if (received[4][1].GetString() == "last")
            {
                return lost;
            }
        }
    }

    public static async Task ExpectOneSlowConsumerAsync(TestRouter router, int connectionsLeft)
    {
        await TestRouter.WaitUntilAsync(
            () => router.Context.Connections.Count == connectionsLeft && router.Logs.Endings.Count > 0,
            () => $"{router.Context.Connections.Count} connections are left; {string.Join('\n', router.Logs.Endings)}");
        Assert.Contains("slow_consumer", Assert.Single(router.Logs.Endings), StringComparison.Ordinal);
    }
}
