using Broker.Cases;
using Broker.Messages;
using Broker.Options;
using Broker.Serialization;

namespace Broker.Fuzz;

/// <summary>
/// Nothing that one peer sends ends another: beside a peer that sends whatever it likes, valid, half valid or rubbish, two that behave
/// lose no message and no session, and each of their calls ends once. A case that fails is made as small as it goes.
/// </summary>
[Trait("wamp", "PV-09"), Trait("wamp", "PV-31"), Trait("wamp", "PV-35"), Trait("wamp", "RPC-05"), Trait("wamp", "RPC-11")]
[Trait("wamp", "CAN-09"), Trait("wamp", "CAN-11"), Trait("wamp", "ID-06"), Trait("wamp", "ORD-01"), Trait("wamp", "PCI-20")]
[Trait("wamp", "SME-18")]
public sealed class HostilePeers
{
    private const int FirstSeed = 1;
    private const int Cases = 400;
    private const int Steps = 100;

    /// <summary>What a must have been told now and then: otherwise it did not get far.</summary>
    private static readonly MessageType[] Rare =
    [
        MessageType.Event, MessageType.Invocation, MessageType.Interrupt, MessageType.Result, MessageType.Error, MessageType.Published,
        MessageType.Registered, MessageType.Unregistered,
    ];

    [Fact]
    public async Task Nothing_that_one_peer_sends_harms_another()
    {
        var told = new Dictionary<MessageType, int>();
        var (taken, breaches) = (0, 0);
        foreach (var seed in Seeds.From(FirstSeed, Cases))
        {
            var siege = new Siege();
            var steps = Think(new Random(seed));
            if (Play(steps, siege) is not null)
            {
                Assert.Fail(await DescribeAsync(seed, steps));
            }

            (taken, breaches) = (taken + siege.Taken, breaches + siege.Breaches);
            foreach (var (type, count) in siege.Told)
            {
                told[type] = told.GetValueOrDefault(type) + count;
            }
        }

        Assert.All(Seeds.AreChosen ? [] : Rare, type => Assert.True(told.GetValueOrDefault(type) >= 100, $"Too few: {type}"));
        Assert.True(Seeds.AreChosen || Math.Min(taken, breaches) > 5 * Cases, $"{taken} messages were taken, and {breaches} were not.");
    }

    private static List<FuzzStep> Think(Random random)
    {
        var messages = new HostileMessages(random);
        var steps = new List<FuzzStep> { new Cast(AnySerializer(), AnySerializer()), new Rejoin(AnySerializer(), Bystander.All) };
        while (steps.Count < Steps)
        {
            steps.Add(random.Next(40) switch
            {
                < 2 => new Send(messages.NextRegistration()), // without which nobody calls a
                < 20 => new Send(messages.Next()),
                < 22 => new SendMangled(messages.Next(), random.Next()),
                22 => new Send(messages.NextOfFlood(), random.Next(2, 100)),
                23 => new Rejoin(AnySerializer(), (Features)random.Next(1 << 23) | (random.Next(2) == 0 ? Bystander.All : Features.None)),
                24 => new Dull(random.Next(2) == 0, random.Next(2) == 0 ? int.MaxValue : 60),
                25 => new Pause(random.Next(1, 30)),
                _ => new Deed(random.Next(2) == 0 ? 'b' : 'c', (DeedKind)random.Next(Enum.GetValues<DeedKind>().Length)),
            });
        }

        return steps;

        SerializerKind AnySerializer() => (SerializerKind)random.Next(3);
    }

    private static Exception? Play(IReadOnlyList<FuzzStep> steps, Siege siege)
    {
        try
        {
            foreach (var step in steps)
            {
                siege.Take(step);
            }

            siege.End();
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private static async Task<string> DescribeAsync(int seed, List<FuzzStep> steps)
    {
        var least = await Shrinker.ShrinkAsync(steps, some => Play(some, new Siege()) is not null, Simpler);
        return $"""
            A peer was harmed. {least.Count} of {steps.Count} steps are enough:
            {string.Join('\n', least)}

            {Play(least, new Siege())}
            {Seeds.HowToRepeat(seed)}
            """;
    }

    private static IEnumerable<FuzzStep> Simpler(FuzzStep step) => step switch
    {
        Send { Times: > 1 } send => [send with { Times = 1 }, send with { Times = send.Times / 2 }, send with { Times = send.Times - 1 }],
        Rejoin { Serializer: not SerializerKind.Json } rejoin => [rejoin with { Serializer = SerializerKind.Json }],
        Cast { B: not SerializerKind.Json } cast => [cast with { B = SerializerKind.Json }],
        Cast { C: not SerializerKind.Json } cast => [cast with { C = SerializerKind.Json }],
        Deed { Kind: not DeedKind.Publish } deed => [deed with { Kind = DeedKind.Publish }],
        _ => [],
    };
}
