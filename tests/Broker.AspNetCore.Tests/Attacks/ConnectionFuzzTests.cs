using System.Text.Json;
using Broker.Messages;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Attacks;

/// <summary>
/// Peers that send rubbish at every stage, beside two sessions that behave: these must notice nothing, and nothing may be left of the others. What is sent
/// follows from the seed in the test's name.
/// </summary>
[Collection(nameof(Alone))]
[Trait("wamp", "PV-12")]
public sealed class ConnectionFuzzTests
{
    private const int Iterations = 150;

    private static readonly string[] Messages =
    [
        TestPeer.HelloText,
        """[32,1,{"match":"prefix"},"com.example"]""",
        """[16,1,{"acknowledge":true,"exclude_me":false},"com.example.fuzz",[1,"two",{"three":[null,4.5]}],{"five":"six"}]""",
        """[64,1,{},"com.example.fuzz"]""",
        """[48,1,{"timeout":5},"com.example.procedure",["x"]]""",
        """[8,68,1,{},"com.example.error"]""",
        """[70,1,{},[1]]""",
        """[6,{},"wamp.close.close_realm"]""",
        """[3,{},"com.example.error"]""",
    ];

    public static MatrixTheoryData<PeerTransport, int> TransportsAndSeeds { get; } = new(Enum.GetValues<PeerTransport>(), [1, 2]);

    [Theory]
    [MemberData(nameof(TransportsAndSeeds))]
    public async Task Rubbish_ends_its_own_connection_at_most(PeerTransport transport, int seed)
    {
        await using (var router = await TestRouter.StartAsync())
        {
            await using var caller = await TestPeer.JoinAsync(router, transport, SerializerKind.Json);
            await using var callee = await TestPeer.JoinAsync(router, transport, SerializerKind.Cbor);
            await callee.SendAsync("""[64,1,{},"com.example.procedure"]""", """[32,2,{},"com.example.good"]""");
            await callee.ExpectAsync("[65,1,*]");
            await callee.ExpectAsync("[33,2,*]");
            var random = new Random(seed);
            var request = 0;
            var rubbish = Enumerable.Range(0, Iterations).Select(_ => random.Next()).ToArray();
            var invocation = 0;
            foreach (var burst in rubbish.Chunk(10))
            {
                var attacks = Task.WhenAll(burst.Select(own => AttackAsync(router, transport, new Random(own))));
                while (!attacks.IsCompleted)
                {
                    request += 2;
                    await caller.SendAsync(
                        $"[48,{request - 1},{{}},\"com.example.procedure\",[{request}]]", $"[16,{request},{{}},\"com.example.good\",[{request}]]");
                    var invoked = (await ExpectAsync(callee, MessageType.Invocation, request))[1].GetInt32();
                    Assert.True(invoked > invocation);
                    invocation = invoked;
                    await ExpectAsync(callee, MessageType.Event, request);
                    await callee.SendAsync($"[70,{invoked},{{}},[{request}]]");
                    await caller.ExpectAsync($"[50,{request - 1},{{}},[{request}]]");
                }

                await attacks;
            }

            (int, int, int) Left() => (router.RealmState.SessionCount, router.RealmState.SubscriptionCount, router.RealmState.RegistrationCount);
            await TestRouter.WaitUntilAsync(() => Left() == (2, 1, 1), () => $"{Left()} are left");
        }
    }

    // Calls of the peers that send rubbish reach the callee, too: they are answered by nobody.
    private static async Task<JsonElement> ExpectAsync(TestPeer callee, MessageType type, int request)
    {
        while (true)
        {
            using var message = JsonDocument.Parse(await callee.ReceiveAsync());
            var elements = message.RootElement;
            var isOwn = elements.GetArrayLength() > 4 && elements[4].ToString() == $"[{request}]";
            if (isOwn || elements[0].GetInt32() != (int)MessageType.Invocation)
            {
                Assert.Equal(((int)type, true), (elements[0].GetInt32(), isOwn));
                return elements.Clone();
            }
        }
    }

    private static async Task AttackAsync(TestRouter router, PeerTransport transport, Random random)
    {
        var serializer = (SerializerKind)random.Next(3);
        await using var peer = await TestPeer.DialAsync(router, transport, serializer);
        try
        {
            switch (random.Next(3))
            {
                case 0:
                    await peer.SendBytesAsync(Mutate(random, peer.Handshake()));
                    break;
                case 1:
                    await peer.SendBytesAsync(peer.Handshake());
                    break;
                default:
                    await peer.SendBytesAsync([.. peer.Handshake(), .. peer.Frame(TestPeer.HelloText)]);
                    break;
            }

            for (var i = random.Next(6); i >= 0; i--)
            {
                var message = peer.Encode(Messages[random.Next(Messages.Length)]);
                await peer.SendBytesAsync(random.Next(4) switch
                {
                    0 => peer.FrameBytes(Mutate(random, message)),
                    1 => Mutate(random, peer.FrameBytes(message)),
                    2 => Noise(random),
                    _ => peer.FrameBytes(message),
                });
            }

            switch (random.Next(3))
            {
                case 0:
                    peer.Reset();
                    break;
                case 1:
                    peer.CloseOutput();
                    break;
            }
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            Assert.NotNull(exception); // the router has ended the connection: its right
        }
    }

    private static byte[] Noise(Random random)
    {
        var noise = new byte[random.Next(1, 300)];
        random.NextBytes(noise);
        return noise;
    }

    private static byte[] Mutate(Random random, byte[] bytes)
    {
        var mutated = bytes.ToList();
        for (var i = random.Next(1, 4); i > 0 && mutated.Count > 0; i--)
        {
            var at = random.Next(mutated.Count);
            switch (random.Next(4))
            {
                case 0:
                    mutated[at] = (byte)random.Next(256);
                    break;
                case 1:
                    mutated[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    mutated.RemoveRange(at, random.Next(1, Math.Min(4, mutated.Count - at) + 1));
                    break;
                default:
                    mutated.Insert(at, (byte)random.Next(256));
                    break;
            }
        }

        return [.. mutated];
    }
}
