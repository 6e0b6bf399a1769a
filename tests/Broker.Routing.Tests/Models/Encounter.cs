using System.Text.Json.Nodes;
using Broker.Cases;
using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;

namespace Broker.Models;

/// <summary>A router and the model of one, to both of which the same happens: each session must be told the same by both.</summary>
internal sealed class Encounter
{
    private readonly ManualTime _time = new();
    private readonly SortedDictionary<int, Seat> _seats = [];
    private readonly List<RecordingPeer> _departed = [];
    private readonly Dictionary<string, (ModelSession? Of, long Id)> _known = [];
    private readonly Dictionary<int, List<JsonArray>> _news = [];
    private readonly HashSet<JsonArray> _claimed = [];
    private Setting _setting = new();
    private Realm _realm;

    public Encounter()
    {
        _realm = NewRealm(new Setting());
        Model = new RouterModel(new Setting(), ChosenAtRandom);
    }

    public RouterModel Model { get; private set; }

    /// <summary>The calls by the labels of the steps that made them.</summary>
    public SortedDictionary<int, ModelCall> Calls { get; } = [];

    /// <summary>What happened, line by line.</summary>
    public List<string> Transcript { get; } = [];

    /// <summary>How often each kind of message was sent to a session.</summary>
    public Dictionary<string, int> Seen { get; } = [];

    /// <summary>
    /// What lies between the router and its sessions, for tests of this test: takes what a session is told, gives what is to be seen of it.
    /// </summary>
    public Func<List<string>, List<string>> Filter { get; init; } = told => told;

    /// <summary>The session of a peer, if it has one.</summary>
    public ModelSession? SessionOf(int peer) => _seats.TryGetValue(peer, out var seat) ? seat.Model : null;

    /// <summary>The peer of a session, if it is still there.</summary>
    public int? PeerOf(ModelSession session) =>
        _seats.Where(seat => seat.Value.Model == session).Select(seat => (int?)seat.Key).FirstOrDefault();

    /// <summary>Lets a step happen, if it can.</summary>
    /// <exception cref="Disagreement">Router and model differ.</exception>
    public void Take(Step step)
    {
        switch (step)
        {
            case Opening opening when _seats.Count == 0:
                Transcript.Add(opening.ToString());
                _setting = opening.Setting;
                _realm = NewRealm(opening.Setting);
                Model = new RouterModel(opening.Setting, ChosenAtRandom);
                break;
            case Joining joining when !_seats.ContainsKey(joining.Peer):
                Transcript.Add(joining.ToString());
                Join(joining);
                break;
            case Leaving leaving when _seats.ContainsKey(leaving.Peer):
                Transcript.Add(leaving.ToString());
                Leave(leaving.Peer);
                Compare();
                break;
            case Reloading reloading:
                Transcript.Add(reloading.ToString());
                _setting = _setting with { Roles = reloading.Roles };
                _realm.Reconfigure(_setting.ToOptions());
                Hear();
                Model.Reload(reloading.Roles);
                Compare();
                break;
            case Waiting waiting:
                Transcript.Add(waiting.ToString());
                _time.Advance(TimeSpan.FromMilliseconds(waiting.Milliseconds));
                Hear();
                Model.Pass(waiting.Milliseconds);
                Compare();
                break;
            case Saying saying when _seats.TryGetValue(saying.Peer, out var seat):
                if (saying.Resolve(name => Find(seat.Model, name)) is { } message)
                {
                    Transcript.Add($"peer {saying.Peer} -> {Wire.Describe(message)}");
                    Say(saying, seat, message);
                }

                break;
        }
    }

    /// <summary>Lets everybody leave; nothing may be left behind.</summary>
    public void End()
    {
        foreach (var peer in _seats.Keys.ToList())
        {
            Take(new Leaving(peer));
        }

        Require((_realm.SessionCount, _realm.SubscriptionCount, _realm.RegistrationCount) == (0, 0, 0), "Something is left in the realm.");
        Require(_time.TimersSet == 0, "Timers are left.");
        foreach (var peer in _departed)
        {
            Require(peer.RestAsJson().Count == 0, "A session was told something after its end.");
            Require((peer.PendingCalls, peer.PendingInvocations) == (0, 0), "Calls are left.");
        }
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new Disagreement(otherwise);
        }
    }

    private Realm NewRealm(Setting setting) => new("realm1", setting.ToOptions(), new SeededIds(1), _time);

    private void Join(Joining step)
    {
        var roles = new RoleSet { Publisher = Features.None, Subscriber = step.Subscriber, Caller = step.Caller, Callee = step.Callee };
        var peer = new RecordingPeer(_realm, step.Serializer, roles, step.AuthId, step.AuthRole);
        _seats.Add(step.Peer, new Seat(peer, new ModelSession(peer.Session.Id, step.Caller, step.Callee, step.Subscriber, step.AuthId, step.AuthRole)));
        _known[$"session:{step.Peer}"] = (null, peer.Session.Id);
    }

    private void Leave(int peer)
    {
        _seats.Remove(peer, out var seat);
        var isSilent = !_news.Remove(peer, out var news) || news.Count == 0;
        seat!.Peer.Leave();
        Require(isSilent && seat.Peer.RestAsJson().Count == 0, $"peer {peer} was told something at its end.");
        _departed.Add(seat.Peer);
        Hear();
        Model.Leave(seat.Model);
    }

    private void Say(Saying step, Seat seat, JsonArray message)
    {
        var breach = "";
        try
        {
            seat.Peer.RouteJson(message.ToJsonString());
        }
        catch (WampProtocolException violation)
        {
            breach = violation.Message;
        }

        _time.Advance(TimeSpan.Zero); // timers that are due at once
        Hear();
        var isBreach = false;
        try
        {
            Model.Take(seat.Model, message);
        }
        catch (ProtocolBreach)
        {
            isBreach = true;
        }

        if (isBreach != breach.Length > 0)
        {
            throw new Disagreement(isBreach
                ? "This is a breach of the protocol, which the router takes."
                : $"The router takes this for a breach of the protocol: {breach}");
        }

        if (isBreach)
        {
            Transcript.Add($"peer {step.Peer} <- ABORT");
            Count("ABORT");
            Leave(step.Peer);
        }

        Compare();
        Remember(step, seat.Model, message);
    }

    /// <summary>Takes what the sessions have been told, for <see cref="Compare"/> and <see cref="ChosenAtRandom"/>.</summary>
    private void Hear()
    {
        foreach (var (peer, seat) in _seats)
        {
            if (!_news.TryGetValue(peer, out var news))
            {
                _news.Add(peer, news = []);
            }

            news.AddRange(Filter(seat.Peer.RestAsJson()).Select(json => (JsonArray)JsonNode.Parse(json)!));
        }
    }

    private void Compare()
    {
        Hear();
        foreach (var (peer, seat) in _seats)
        {
            var told = _news[peer].ToList();
            _news[peer].Clear();
            foreach (var message in told)
            {
                Transcript.Add($"    peer {peer} <- {Wire.Describe(message)}");
                Count(KindOf(message));
            }

            Compare(peer, told, [.. seat.Model.Told]);
            seat.Model.Told.Clear();
            var ids = seat.Model.InvocationIds;
            if (ids.Count > 0 && ids.Max() != seat.Model.Invocations)
            {
                throw new Disagreement($"peer {peer} has got {ids.Count} INVOCATIONs, with the ids {string.Join(", ", ids.Order())}.");
            }
        }

        _claimed.Clear();
    }

    private static void Compare(int peer, List<JsonArray> told, List<Expected> expected)
    {
        var rank = 0;
        foreach (var message in told)
        {
            if (expected.Find(each => each.Fits(message)) is not { } fitting)
            {
                var otherwise = expected.Count == 0 ? "nothing" : string.Join(" and ", expected);
                throw new Disagreement($"peer {peer} is told {Wire.Describe(message)}, and should be told {otherwise}.");
            }

            fitting.Settle(message);
            expected.Remove(fitting);
            if (fitting.Rank < rank)
            {
                throw new Disagreement($"peer {peer} is told {Wire.Describe(message)} too late.");
            }

            rank = fitting.Rank ?? rank;
        }

        if (expected.Count > 0)
        {
            throw new Disagreement($"peer {peer} is not told {string.Join(" and ", expected)}.");
        }
    }

    /// <summary>Whoever has got the INVOCATION just now. Where nobody has, the call must have failed for the callee chosen.</summary>
    private ModelCallee ChosenAtRandom(ModelCall call, IReadOnlyList<ModelCallee> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (PeerOf(candidate.Session) is { } peer && _news[peer].Find(message => IsInvocation(message, call, candidate)) is { } found)
            {
                _claimed.Add(found);
                return candidate;
            }
        }

        return candidates.FirstOrDefault(candidate => !candidate.TakesChunks) ?? candidates[0];
    }

    private bool IsInvocation(JsonArray message, ModelCall call, ModelCallee callee) =>
        Wire.TypeOf(message) == MessageType.Invocation && !_claimed.Contains(message)
        && message[2]!.GetValue<long>() == call.Registration.Id.Value
        && !callee.Session.InvocationIds.Contains(message[1]!.GetValue<long>())
        && JsonNode.DeepEquals(call.Payload, Wire.Payload(message, 4));

    /// <summary>What a name in a template stands for.</summary>
    private long? Find(ModelSession session, string name)
    {
        if (name == "next")
        {
            return session.LastRequest + 1;
        }

        if (name.StartsWith("invocation:", StringComparison.Ordinal))
        {
            var asked = Calls.TryGetValue(int.Parse(name["invocation:".Length..]), out var call) ? call.Asked : [];
            return asked.LastOrDefault(one => one.Session == session).Invocation?.Value;
        }

        return _known.TryGetValue(name, out var known) && (known.Of is null || known.Of == session) ? known.Id : null;
    }

    private void Remember(Saying step, ModelSession session, JsonArray message)
    {
        var type = Wire.TypeOf(message);
        if (type is MessageType.Call or MessageType.Subscribe or MessageType.Register)
        {
            _known.TryAdd($"request:{step.Label}", (session, message[1]!.GetValue<long>()));
        }

        switch (type)
        {
            case MessageType.Call when Model.Dealer.Calls.LastOrDefault() is { } call && !Calls.ContainsValue(call):
                Calls.Add(step.Label, call);
                break;
            case MessageType.Subscribe when Model.Broker.Subscriptions.Find(each => IsNamed(each.Topic, each.Match)) is { } subscription:
                _known.TryAdd($"subscription:{step.Label}", (null, subscription.Id.Value!.Value));
                break;
            case MessageType.Register when Model.Dealer.Registrations.Find(each => IsNamed(each.Procedure, each.Match)) is { } registration:
                _known.TryAdd($"registration:{step.Label}", (null, registration.Id.Value!.Value));
                break;
        }

        bool IsNamed(string uri, string match) =>
            uri == message[3]!.GetValue<string>() && match == (((JsonObject)message[2]!).TextAt("match") ?? "exact");
    }

    /// <summary>Its type with, as far as it has them, its error and the keys of its dict.</summary>
    private static string KindOf(JsonArray message)
    {
        var error = Wire.TypeOf(message) == MessageType.Error ? [message[4]!.GetValue<string>()] : Array.Empty<string>();
        var dict = message.FirstOrDefault(element => element is JsonObject) as JsonObject;
        var keys = (dict ?? []).Select(entry => entry.Key == "mode" ? entry.Value!.GetValue<string>() : entry.Key);
        return string.Join(' ', [Wire.TypeOf(message).ToString().ToUpperInvariant(), .. error, .. keys.Order()]);
    }

    private void Count(string what) => Seen[what] = Seen.GetValueOrDefault(what) + 1;

    private sealed record Seat(RecordingPeer Peer, ModelSession Model);
}
