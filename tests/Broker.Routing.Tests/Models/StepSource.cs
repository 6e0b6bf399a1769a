using Broker.Options;
using Broker.Realms;
using Broker.Serialization;

namespace Broker.Models;

/// <summary>
/// Thinks of what may happen next: at random, yet mostly what makes sense where the encounter has come to. Each case has its own taste,
/// doing some things often and some never, with few URIs or many: so the cases together go farther than if each did a bit of everything.
/// </summary>
internal sealed class StepSource
{
    private const int Peers = 4;

    private static readonly string[] AllUris = ["com.a", "com.a.b", "com.a.c", "com.ab.c", "com.b", "org.a.b"];
    private static readonly string[] Prefixes = ["com.a", "com.", "com.a.", "com", "o"];
    private static readonly string[] Wildcards = ["com.", "com..b", ".a.", "..", "com.a.", "com.a.b"];
    private static readonly string[] Odd = ["", "com..b", "com.a b", "wamp.x", "com.#", "wamp"];
    private static readonly string[] Policies = ["single", "single", "first", "last", "roundrobin", "roundrobin", "random"];
    private static readonly string[] AuthIds = ["ann", "bob"];
    private static readonly string[] AuthRoles = ["user", "guest"];
    private static readonly int[] Timeouts = [10, 20, 50, 100];
    private static readonly int[] Waits = [5, 5, 10, 20, 50];

    private static readonly Features[] CallerFeatures =
        [Features.ProgressiveCallResults, Features.ProgressiveCallInvocations, Features.CallCanceling];

    private static readonly Features[] CalleeFeatures =
        [.. CallerFeatures, Features.CallTimeout, Features.CallReroute, Features.RegistrationRevocation];

    private static readonly ModelRights[] Rights = [.. Enum.GetValues<ModelRights>().Where(right => right is not (ModelRights.None or ModelRights.All))];

    private readonly Random _random;
    private readonly Encounter _encounter;
    private readonly List<(int Peer, int Label)> _subscribed = [];
    private readonly List<(int Peer, int Label)> _registered = [];
    private readonly (int Weight, Func<int, Step> Think)[] _thoughts;
    private readonly string[] _uris;
    private readonly string[] _policies;
    private readonly int _limits;
    private readonly int _patterns;
    private int _label;

    public StepSource(Random random, Encounter encounter)
    {
        _random = random;
        _encounter = encounter;
        _uris = [.. AllUris.Where(_ => Maybe(2)), Any(AllUris)];
        _policies = Maybe(2) ? [Any(Policies)] : Policies;
        _limits = Any([1, 3, 1000]);
        _patterns = Any([1, 2, 1000]);
        (int Weight, Func<int, Step> Think)[] thoughts =
        [
            (8, Subscribe), (3, Unsubscribe), (14, Publish),
            (9, Register), (3, Unregister), (16, Call), (7, Chunk), (9, Cancel),
            (9, YieldProgress), (11, Yield), (4, Fail), (6, Refuse),
            (9, Wait), (2, peer => new Leaving(peer)), (1, Err), (2, Reload),
        ];
        _thoughts = [.. thoughts.Select(thought => (thought.Weight * Any([0, 1, 1, 3]), thought.Think)), (1, Call)];
    }

    /// <summary>The first step.</summary>
    public Step Open() => new Opening(new Setting
    {
        Callers = Maybe(3) ? (DisclosePolicy)_random.Next(3) : DisclosePolicy.OnRequest,
        Publishers = Maybe(3) ? (DisclosePolicy)_random.Next(3) : DisclosePolicy.OnRequest,
        DefaultTimeout = Maybe(6) ? 30 : 0,
        MaxTimeout = Maybe(6) ? 40 : 0,
        RetainedFor = Maybe(4) ? 30 : 0,
        RestrictedPerTopic = Maybe(4) ? 1 : 16,
        MaxQueued = Maybe(2) ? 2 : 100,
        MaxHeld = Maybe(4) ? _random.Next(1, 5) : 0,
        Roles = Maybe(2) ? Roles() : null,
    });

    /// <summary>The next step.</summary>
    public Step Next()
    {
        var peer = _random.Next(Peers);
        if (_encounter.SessionOf(peer) is null)
        {
            return Join(peer);
        }

        var pick = _random.Next(_thoughts.Sum(thought => thought.Weight));
        foreach (var (weight, think) in _thoughts)
        {
            if ((pick -= weight) < 0)
            {
                return think(peer);
            }
        }

        throw new InvalidOperationException("The weights do not add up.");
    }

    private Joining Join(int peer) => new(
        peer, (SerializerKind)_random.Next(3), Announce(CallerFeatures), Announce(CalleeFeatures), Announce([Features.SubscriptionRevocation]), Any(AuthIds), Any(AuthRoles));

    /// <summary>Often all, sometimes none, otherwise some.</summary>
    private Features Announce(Features[] features)
    {
        var leaving = _random.Next(5) switch { 0 or 1 => 0, 2 => 100, _ => 35 };
        return features.Where(_ => _random.Next(100) >= leaving).Aggregate(Features.None, (all, one) => all | one);
    }

    private Saying Subscribe(int peer)
    {
        var (uri, match) = Pattern();
        _subscribed.Add((peer, _label + 1));
        return Say(peer, $"[32,\"$next\",{Dict(match, Option(3, "\"get_retained\":true"))},\"{uri}\"]");
    }

    private Saying Unsubscribe(int peer) => Say(Holder(_subscribed, peer, out var label), $"[34,\"$next\",\"$subscription:{label}\"]");

    private Saying Publish(int peer) => Say(
        peer,
        $"[16,\"$next\",{Dict(
            Option(2, "\"acknowledge\":true"),
            Option(3, "\"exclude_me\":false"),
            Option(4, "\"retain\":true"),
            Option(6, "\"disclose_me\":true"),
            List(12, "exclude", Sessions),
            List(12, "eligible", Sessions),
            List(15, "exclude_authid", () => Some(AuthIds)),
            List(15, "eligible_authid", () => Some(AuthIds)),
            List(15, "exclude_authrole", () => Some(AuthRoles)),
            List(15, "eligible_authrole", () => Some(AuthRoles)))},\"{Topic()}\"{Payload()}]");

    private Saying Register(int peer)
    {
        var (uri, match) = Pattern();
        _registered.Add((peer, _label + 1));
        return Say(
            peer,
            $"[64,\"$next\",{Dict(
                match,
                Option(1, $"\"invoke\":\"{Any(_policies)}\""),
                Option(6, "\"disclose_caller\":true"),
                Option(4, "\"forward_timeout\":true"),
                Option(_limits, $"\"_concurrency\":{_random.Next(1, 3)}"))},\"{uri}\"]");
    }

    private Saying Unregister(int peer) => Say(Holder(_registered, peer, out var label), $"[66,\"$next\",\"$registration:{label}\"]");

    private Saying Call(int peer) => _encounter.Model.Dealer.Registrations.Count == 0 && !Maybe(6) ? Register(peer) : Say(
        peer,
        $"[48,\"$next\",{Dict(
            Option(2, "\"receive_progress\":true"),
            MayChunk(peer) ? Option(3, "\"progress\":true") : "",
            Option(3, $"\"timeout\":{Any(Timeouts)}"),
            Option(6, "\"disclose_me\":true"))},\"{Procedure()}\"{CallPayload()}]");

    private Step Chunk(int peer)
    {
        if (SomeCall(call => call.IsInputOpen, elseOneIn: 60) is not var (label, call) || _encounter.PeerOf(call.Caller) is not { } caller)
        {
            return Call(peer);
        }

        var procedure = Maybe(40) ? Uri() : call.Procedure;
        var options = Dict(Maybe(3) ? "" : "\"progress\":true", Option(8, "\"timeout\":1"));
        return Say(caller, $"[48,\"$request:{label}\",{options},\"{procedure}\"{Payload()}]");
    }

    private Step YieldProgress(int peer) => Answer(peer, label => $"[70,\"$invocation:{label}\",{{\"progress\":true}}{Payload()}]");

    private Step Yield(int peer) => Answer(peer, label => $"[70,\"$invocation:{label}\",{{}}{Payload()}]");

    private Step Fail(int peer) => Answer(peer, label => $"[8,68,\"$invocation:{label}\",{{}},\"com.error\"{Payload()}]");

    private Step Refuse(int peer) => Answer(peer, label => $"[8,68,\"$invocation:{label}\",{{}},\"wamp.error.unavailable\"{Payload()}]");

    /// <summary>Mostly to a call that waits for it, sometimes too late.</summary>
    private Step Answer(int peer, Func<int, string> template)
    {
        if (SomeCall(call => !call.HasEnded, elseOneIn: 25) is not var (label, call))
        {
            return Call(peer);
        }

        var asked = call.Asked.Count == 0 ? call.Caller : Maybe(10) ? Any(call.Asked).Session : call.Asked[^1].Session;
        return Say(_encounter.PeerOf(asked) ?? peer, template(label));
    }

    private Step Cancel(int peer)
    {
        if (SomeCall(call => !call.HasEnded, elseOneIn: 25) is not var (label, call) || _encounter.PeerOf(call.Caller) is not { } caller)
        {
            return Call(peer);
        }

        var mode = Any(["\"mode\":\"skip\"", "\"mode\":\"kill\"", "\"mode\":\"kill\"", "\"mode\":\"killnowait\"", ""]);
        return Say(caller, $"[49,\"$request:{label}\",{Dict(mode)}]");
    }

    private Reloading Reload(int peer) => new(Maybe(5) ? null : Roles());

    /// <summary>Mostly one that allows much, and some exceptions; sometimes nothing but those.</summary>
    private ModelRoles Roles() => new(AuthRoles.ToDictionary(role => role, IReadOnlyList<ModelRule> (_) =>
    [
        .. Enumerable.Range(0, _random.Next(4)).Select(_ => Rule())
            .Concat(Maybe(5) ? [] : [new ModelRule("", "prefix", ModelRights.All)])
            .DistinctBy(rule => (rule.Uri, rule.Match)),
    ]));

    private ModelRule Rule()
    {
        var (uris, match) = Any([(AllUris, "exact"), (Prefixes, "prefix"), (Wildcards, "wildcard")]);
        var rights = Maybe(3) ? ModelRights.All : ModelRights.None;
        return new ModelRule(Any(uris), match, Rights.Where(_ => Maybe(3)).Aggregate(rights, (all, one) => all ^ one));
    }

    private Waiting Wait(int peer) => new(Any(Waits));

    /// <summary>What no peer should send, or only another one.</summary>
    private Saying Err(int peer) => Say(peer, Any(
    [
        $"[70,{_random.Next(1, 8)},{{}}]",
        $"[8,68,{_random.Next(1, 8)},{{}},\"com.error\"]",
        "[70,9007199254740992,{}]",
        "[8,68,1,{},\"com..error\"]",
        "[8,48,1,{},\"com.error\"]",
        "[36,1,1,{}]",
        "[50,1,{}]",
        "[16,9007199254740992,{},\"com.a\"]",
        "[32,1,{},\"com.a\"]",
        "[48,1,{},\"com.a\"]",
        "[49,\"$next\",{}]",
        "[34,\"$next\",9007199254740992]",
        "[66,\"$next\",9007199254740992]",
        "[48,\"$next\",{},\"wamp.x\"]",
        "[48,\"$next\",{\"progress\":true},\"wamp.x\"]",
    ]));

    /// <summary>A call that is as it should be, or now and then any other.</summary>
    private (int Label, ModelCall Call)? SomeCall(Func<ModelCall, bool> fits, int elseOneIn)
    {
        var calls = _encounter.Calls.Where(call => fits(call.Value) || Maybe(elseOneIn)).ToList();
        return calls.Count == 0 ? null : Any(calls) is var chosen ? (chosen.Key, chosen.Value) : null;
    }

    private Saying Say(int peer, string template) => new(++_label, peer, template);

    private bool MayChunk(int peer) => _encounter.SessionOf(peer)?.Caller.HasFlag(Features.ProgressiveCallInvocations) == true || Maybe(60);

    /// <summary>One of those who may hold something, and which.</summary>
    private int Holder(List<(int Peer, int Label)> holders, int otherwise, out int label)
    {
        (var peer, label) = holders.Count == 0 ? (otherwise, 0) : Any(holders);
        return _encounter.SessionOf(peer) is null || Maybe(15) ? otherwise : peer;
    }

    private string Topic() => SomeMatch(_encounter.Model.Broker.Subscriptions.ConvertAll(each => (each.Topic, each.Match)));

    private string Procedure() => SomeMatch(_encounter.Model.Dealer.Registrations.ConvertAll(each => (each.Procedure, each.Match)));

    /// <summary>Mostly a URI that matches one of the patterns.</summary>
    private string SomeMatch(List<(string Uri, string Match)> patterns)
    {
        if (patterns.Count == 0 || Maybe(4))
        {
            return Uri();
        }

        var (uri, match) = Any(patterns);
        var matching = _uris.Where(each => ModelUri.Matches(uri, match, each)).ToList();
        return matching.Count == 0 ? Uri() : Any(matching);
    }

    private string Uri() => Maybe(30) ? Any(Odd) : Any(_uris);

    private (string Uri, string Match) Pattern() => (Maybe(_patterns) ? _random.Next(9) : 9) switch
    {
        0 => (Any(Odd), Any(["", "\"match\":\"prefix\"", "\"match\":\"wildcard\""])),
        < 3 => (Any(Prefixes), "\"match\":\"prefix\""),
        < 5 => (Any(Wildcards), "\"match\":\"wildcard\""),
        _ => (Any(_uris), Maybe(5) ? "\"match\":\"exact\"" : ""),
    };

    /// <summary>Mostly one that tells where it comes from.</summary>
    private string Payload() => _random.Next(8) switch
    {
        0 => "",
        1 => $",[],{{\"k\":{_label + 1}}}",
        2 => $",[\"\\u0000AQID\",{_label + 1}],{{\"deep\":[1.5,-3,null,true,{{}}]}}",
        3 => ",[],{}",
        _ => $",[{_label + 1}]",
    };

    /// <summary>Where calls may wait, two that are sent on at once must be told apart.</summary>
    private string CallPayload() => _limits < 1000 ? $",[{_label + 1}]" : Payload();

    private string List(int oneIn, string name, Func<string> items) => Maybe(oneIn) ? $"\"{name}\":[{items()}]" : "";

    private string Sessions()
    {
        var some = Enumerable.Range(0, Peers).Where(peer => _encounter.SessionOf(peer) is not null && Maybe(2));
        return string.Join(',', some.Select(peer => $"\"$session:{peer}\""));
    }

    private string Some(string[] names) => string.Join(',', names.Where(_ => Maybe(2)).Select(name => $"\"{name}\""));

    private string Option(int oneIn, string option) => Maybe(oneIn) ? option : "";

    private static string Dict(params string[] options) => $"{{{string.Join(',', options.Where(option => option.Length > 0))}}}";

    private bool Maybe(int oneIn) => _random.Next(oneIn) == 0;

    private T Any<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];
}
