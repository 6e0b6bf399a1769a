using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Broker.Peers;

namespace Broker.Transports;

/// <summary>A handshake that comes to nothing is logged and counted by its reason.</summary>
public sealed class RefusedHandshakeTests
{
    [Theory]
    [InlineData("7FF40000", "serializer", "does not support the requested serializer.")]
    [InlineData("7FF10100", "malformed", "set reserved bits.")]
    [InlineData("7FF00000", "malformed", "this is no handshake of a RawSocket.")]
    public async Task That_of_a_RawSocket_is(string request, string reason, string text)
    {
        await using var router = await TestRouter.StartAsync();
        var counted = new ConcurrentQueue<string?>();
        using var collector = Collect(router, "broker.connections.refused", counted);
        await using var peer = await TestPeer.DialAsync(router, PeerTransport.RawSocket);

        await peer.SendBytesAsync(Convert.FromHexString(request));

        await TestRouter.WaitUntilAsync(() => counted.Contains(reason), () => string.Join(", ", counted));
        await TestRouter.WaitUntilAsync(() => router.Logs.Lines.Any(line => line.EndsWith(text, StringComparison.Ordinal)), () => string.Join('\n', router.Logs.Lines));
    }

    [Fact]
    public async Task One_that_the_end_of_the_router_cuts_is_not_late()
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.DialAsync(router, PeerTransport.RawSocket);
        await TestRouter.WaitUntilAsync(() => router.Context.Admission.Count == 1, () => "it has not come");

        await router.StopAsync();

        Assert.Contains(router.Logs.Lines, line => line.EndsWith("was refused: the router shuts down.", StringComparison.Ordinal));
        Assert.DoesNotContain(router.Logs.Lines, line => line.Contains("in time", StringComparison.Ordinal));
    }

    private static MeterListener Collect(TestRouter router, string name, ConcurrentQueue<string?> reasons)
    {
        var collector = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == router.Context.Metrics.Meter && instrument.Name == name) // other tests have routers, too
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        collector.SetMeasurementEventCallback<long>((_, _, tags, _) => reasons.Enqueue(tags[0].Value as string));
        collector.Start();
        return collector;
    }
}
