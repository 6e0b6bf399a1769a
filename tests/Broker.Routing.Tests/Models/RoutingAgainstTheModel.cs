using System.Runtime.CompilerServices;
using Broker.Cases;

namespace Broker.Models;

/// <summary>
/// Whatever sessions do, each is told what the specification says: random steps of several sessions with different serializers and
/// features, against a naive model of a router (<see cref="RouterModel"/>). A case that fails is made as small as it goes, and told
/// message by message.
/// </summary>
[Trait("wamp", "PUB-01"), Trait("wamp", "PUB-02"), Trait("wamp", "PUB-04"), Trait("wamp", "PUB-05"), Trait("wamp", "PUB-07")]
[Trait("wamp", "BRK-03"), Trait("wamp", "BRK-04"), Trait("wamp", "PBS-04"), Trait("wamp", "PBS-05"), Trait("wamp", "PEX-01")]
[Trait("wamp", "BWL-01"), Trait("wamp", "BWL-03"), Trait("wamp", "RET-05"), Trait("wamp", "RET-06"), Trait("wamp", "RET-07")]
[Trait("wamp", "RET-09"), Trait("wamp", "PID-03"), Trait("wamp", "REG-02"), Trait("wamp", "REG-03"), Trait("wamp", "REG-04")]
[Trait("wamp", "RPC-03"), Trait("wamp", "RPC-05"), Trait("wamp", "RPC-20"), Trait("wamp", "RPC-30"), Trait("wamp", "ID-06")]
[Trait("wamp", "ID-08"), Trait("wamp", "PV-09"), Trait("wamp", "PCR-04"), Trait("wamp", "PCR-08"), Trait("wamp", "PCI-02")]
[Trait("wamp", "PCI-04"), Trait("wamp", "PCI-19"), Trait("wamp", "PCI-20"), Trait("wamp", "CTO-04"), Trait("wamp", "CTO-05")]
[Trait("wamp", "CTO-08"), Trait("wamp", "CAN-05"), Trait("wamp", "CAN-10"), Trait("wamp", "CAN-11"), Trait("wamp", "RER-02")]
[Trait("wamp", "RER-03"), Trait("wamp", "RER-04"), Trait("wamp", "RER-08"), Trait("wamp", "CID-02"), Trait("wamp", "CID-05")]
[Trait("wamp", "PBR-04"), Trait("wamp", "PBR-05"), Trait("wamp", "SHR-03"), Trait("wamp", "SHR-05"), Trait("wamp", "SHR-06")]
[Trait("wamp", "SHR-08"), Trait("wamp", "AZN-04"), Trait("wamp", "AZN-05"), Trait("wamp", "URI-08"), Trait("wamp", "SRV-02"), Trait("wamp", "RVK-02")]
public sealed class RoutingAgainstTheModel
{
    private const int FirstSeed = 1;
    private const int Cases = 800;
    private const int Steps = 150;

    /// <summary>
    /// Things that come about only when several steps fit together: if the steps no longer bring them about, the test has become worthless.
    /// </summary>
    private static readonly string[] Rare =
    [
        "ABORT", "ERROR wamp.error.feature_not_supported", "ERROR wamp.error.no_available_callee", "ERROR wamp.error.timeout",
        "ERROR wamp.error.unavailable", "EVENT retained", "EVENT retained topic",
        "EVENT publisher publisher_authid publisher_authrole topic", "INTERRUPT kill", "INTERRUPT killnowait",
        "INTERRUPT killnowait reason", "INVOCATION procedure progress receive_progress", "INVOCATION receive_progress timeout",
        "RESULT progress", "ERROR wamp.error.not_authorized", "UNSUBSCRIBED reason subscription", "UNREGISTERED reason registration",
    ];

    /// <summary>
    /// Faults that a router might have, as seen by its sessions, and how many steps it takes to show them: joining, registering and
    /// calling are three.
    /// </summary>
    public static TheoryData<string, int> Faults { get; } = new()
    {
        { "loses INTERRUPT", 5 },
        { "sends EVENT twice", 5 },
        { "loses progressive RESULT", 5 },
        { "takes progressive RESULT for the final one", 5 },
        { "forgets the procedure called", 5 },
        { "calls every error runtime_error", 5 },
        { "does not tell what is revoked", 4 },
    };

    [Fact]
    public async Task Each_session_is_told_what_the_model_says()
    {
        var seen = new Dictionary<string, int>();
        foreach (var seed in Seeds.From(FirstSeed, Cases))
        {
            var (encounter, steps) = Play(seed, new Encounter());
            if (steps is not null)
            {
                Assert.Fail(await DescribeAsync(seed, steps));
            }

            foreach (var (what, count) in encounter.Seen)
            {
                seen[what] = seen.GetValueOrDefault(what) + count;
            }
        }

        Assert.All(Seeds.AreChosen ? [] : Rare, what => Assert.True(seen.GetValueOrDefault(what) >= 25, $"Too few: {what}"));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_router_with_a_fault_is_found_out_in_a_few_messages(string fault, int atMost)
    {
        Encounter Faulty() => new() { Filter = told => [.. told.SelectMany(message => Distort(fault, message))] };
        for (var seed = FirstSeed; ; seed++)
        {
            Assert.True(seed < FirstSeed + Cases, "Nobody noticed.");
            if (Play(seed, Faulty()).Failing is not { } steps)
            {
                continue;
            }

            var least = await Shrinker.ShrinkAsync(steps, some => Replay(some, Faulty()) is not null, step => step.Simpler());
            Assert.InRange(least.Count, 2, atMost);
            Assert.IsType<Disagreement>(Replay(least, Faulty()));
            Assert.Null(Replay(least, new Encounter())); // the router itself has no such fault
            return;
        }
    }

    /// <summary>What a faulty router sends in the place of a message.</summary>
    private static string[] Distort(string fault, string message)
    {
        var isProgress =
            message.StartsWith("[50,", StringComparison.Ordinal) && message.Contains("{\"progress\":true}", StringComparison.Ordinal);
        return fault switch
        {
            "loses INTERRUPT" => message.StartsWith("[69,", StringComparison.Ordinal) ? [] : [message],
            "sends EVENT twice" => message.StartsWith("[36,", StringComparison.Ordinal) ? [message, message] : [message],
            "loses progressive RESULT" => isProgress ? [] : [message],
            "does not tell what is revoked" => message.StartsWith("[35,0,", StringComparison.Ordinal) || message.StartsWith("[67,0,", StringComparison.Ordinal) ? [] : [message],
            "takes progressive RESULT for the final one" =>
                [isProgress ? message.Replace("{\"progress\":true}", "{}", StringComparison.Ordinal) : message],
            "forgets the procedure called" => [message.Replace("\"procedure\":", "\"x\":", StringComparison.Ordinal)],
            "calls every error runtime_error" => [message.Replace("com.error", "wamp.error.runtime_error", StringComparison.Ordinal)],
            _ => throw new SwitchExpressionException(fault),
        };
    }

    /// <summary>Plays a random case; gives its steps if it fails.</summary>
    private static (Encounter Encounter, List<Step>? Failing) Play(int seed, Encounter encounter)
    {
        var source = new StepSource(new Random(seed), encounter);
        var steps = new List<Step>();
        var fault = Catch(() =>
        {
            for (var i = 0; i < Steps; i++)
            {
                steps.Add(i == 0 ? source.Open() : source.Next());
                encounter.Take(steps[^1]);
            }

            encounter.End();
        });
        return (encounter, fault is null ? null : steps);
    }

    private static Exception? Replay(IReadOnlyList<Step> steps, Encounter encounter) => Catch(() =>
    {
        foreach (var step in steps)
        {
            encounter.Take(step);
        }

        encounter.End();
    });

    /// <summary>The model's word against the router's, or whatever went wrong in either.</summary>
    private static Exception? Catch(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private static async Task<string> DescribeAsync(int seed, List<Step> steps)
    {
        var least = await Shrinker.ShrinkAsync(steps, some => Replay(some, new Encounter()) is not null, step => step.Simpler());
        var encounter = new Encounter();
        var fault = Replay(least, encounter);
        return $"""
            Router and model differ. {least.Count} of {steps.Count} steps are enough:
            {string.Join('\n', encounter.Transcript)}

            {(fault is Disagreement ? fault.Message : fault)}
            {Seeds.HowToRepeat(seed)}
            """;
    }
}
