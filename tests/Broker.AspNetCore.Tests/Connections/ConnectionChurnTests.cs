using Broker.Peers;
using Broker.Serialization;

namespace Broker.Connections;

/// <summary>Connections come and go, in good order and otherwise: nothing of them may stay.</summary>
[Collection(nameof(Alone))]
public sealed class ConnectionChurnTests
{
    private const int Warmup = 1000;
    private const int Cycles = 10_000;
    private const int AtOnce = 8;
    private static readonly PeerTransport[] Transports = Enum.GetValues<PeerTransport>();

    /// <summary>Far below what 9,000 sessions would hold (10 KB each), far above what pools and caches breathe.</summary>
    private const long Budget = 12_000_000;

    [Fact]
    [Trait("wamp", "SES-39")]
    [Trait("wamp", "SES-36")]
    public async Task Nothing_is_left_of_10000_connections()
    {
        await using var router = await TestRouter.StartAsync();

        await CycleAsync(router, 0, Warmup);
        var before = await MeasureAsync(router);
        await CycleAsync(router, Warmup, Cycles);
        var after = await MeasureAsync(router);

        Assert.InRange(after - before, long.MinValue, Budget);
    }

    private static Task CycleAsync(TestRouter router, int from, int to) => Parallel.ForEachAsync(
        Enumerable.Range(from, to - from),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken },
        async (number, _) => await LiveAsync(router, number));

    private static async Task LiveAsync(TestRouter router, int number)
    {
        var transport = Transports[number / 3 % Transports.Length];
        await using var peer = await TestPeer.ConnectAsync(router, transport, (SerializerKind)(number % 3));
        if (number % 11 == 0)
        {
            peer.Reset();
            return;
        }

        await peer.JoinAsync();
        await peer.SendAsync("""[32,1,{},"com.example.topic"]""", $"[64,2,{{}},\"com.example.procedure{number}\"]");
        await peer.ExpectAsync("[33,1,*]");
        await peer.ExpectAsync("[65,2,*]");
        switch (number % 5)
        {
            case 0:
                await peer.SendAsync("""[6,{},"wamp.close.close_realm"]""");
                await peer.ExpectAsync("[6,*]");
                break;
            case 1:
                await peer.SendAsync($"[48,3,{{}},\"com.example.procedure{number}\"]");
                await peer.ExpectAsync("[68,1,*]");
                peer.Reset();
                break;
            case 2:
                peer.CloseOutput();
                await peer.ExpectEndAsync();
                break;
            case 3:
                await peer.SendAsync("[99,1]");
                break;
        }
    }

    private static async Task<long> MeasureAsync(TestRouter router)
    {
        await router.WaitUntilEmptyAsync();
        Assert.Equal((0, 0, 0), (router.RealmState.SessionCount, router.RealmState.SubscriptionCount, router.RealmState.RegistrationCount));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
