using Broker.Cases;
using Broker.Fuzz;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Attacks;

/// <summary>
/// Nothing that one connection does ends another: beside a peer that sends valid, half valid and mangled messages, floods, and goes in the
/// middle of a frame, two that behave keep their sessions, lose no message, and each of their calls ends once. A case that fails is made
/// as small as it goes.
/// </summary>
[Collection(nameof(Alone))]
[Trait("wamp", "PV-12"), Trait("wamp", "PV-31"), Trait("wamp", "RPC-05"), Trait("wamp", "CAN-11"), Trait("wamp", "ORD-01")]
public sealed class HostilePeerTests
{
    private const int FirstSeed = 1;
    private const int Cases = 10;
    private const int Steps = 40;

    private const int MaxTries = 30;

    /// <summary>How long a message that does not come is waited for while a case is made smaller.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static TheoryData<PeerTransport> Transports { get; } = new(Enum.GetValues<PeerTransport>());

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Nothing_that_one_connection_does_harms_another(PeerTransport transport)
    {
        foreach (var seed in Seeds.From(FirstSeed + ((int)transport * Cases), Cases))
        {
            var steps = Think(new Random(seed));
            if (await PlayAsync(transport, seed, steps, TestPeer.Limit) is { } fault)
            {
                var least = await Shrinker.ShrinkAsync(
                    steps, async some => await PlayAsync(transport, seed, some, Patience) is not null, maxTries: MaxTries);
                Assert.Fail($"""
                    A peer was harmed. {least.Count} of {steps.Count} steps are enough:
                    {string.Join('\n', least)}

                    {await PlayAsync(transport, seed, least, TestPeer.Limit) ?? fault}
                    {Seeds.HowToRepeat(seed)}
                    """);
            }
        }
    }

    private static List<HostileStep> Think(Random random)
    {
        var messages = new HostileMessages(random);
        return
        [
            .. Enumerable.Range(0, Steps).Select(_ => random.Next(20) switch
            {
                0 => new HostileStep(HostileAct.Flood, messages.NextOfFlood(), random.Next(2, 200)),
                < 3 => new HostileStep(HostileAct.MangledMessage, messages.Next(), random.Next()),
                < 5 => new HostileStep(HostileAct.MangledFrame, messages.Next(), random.Next()),
                5 => new HostileStep(HostileAct.Half, messages.Next(), random.Next()),
                6 => new HostileStep(HostileAct.HangUp, "[]", random.Next()),
                7 => new HostileStep(HostileAct.CallInVain, $"[48,\"$next\",{{}},\"com.{"bc"[random.Next(2)]}.echo\"]", random.Next(4)),
                _ => new HostileStep(HostileAct.Message, messages.Next(), 1),
            }),
        ];
    }

    private static async Task<Exception?> PlayAsync(PeerTransport transport, int seed, IReadOnlyList<HostileStep> steps, TimeSpan patience)
    {
        try
        {
            await using var router = await TestRouter.StartAsync();
            await using var b = await WellBehavedPeer.JoinAsync(router, transport, (SerializerKind)(seed % 3), "b", "c", patience);
            await using var c = await WellBehavedPeer.JoinAsync(router, transport, (SerializerKind)(seed / 2 % 3), "c", "b", patience);
            await using (var a = new HostilePeer(router, transport, (SerializerKind)((seed + 1) % 3), reads: seed % 4 != 0, b, c))
            {
                foreach (var step in steps)
                {
                    await a.DoAsync(step);
                    await Task.WhenAll(b.BeginAsync(), c.BeginAsync());
                    await Task.WhenAll(b.ListenAsync(c.Rounds), c.ListenAsync(b.Rounds));
                }
            }

            await Task.WhenAll(b.EndAsync(), c.EndAsync());
            await TestRouter.WaitUntilAsync(() => router.RealmState.SessionCount == 2, () => "The hostile peer is still there");
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
