using Broker.Cases;
using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;

namespace Broker.Fuzz;

/// <summary>
/// A realm with two peers that behave, b and c, and one that does not, a. Whatever a does, b and c must be served as if it did not.
/// </summary>
internal sealed class Siege
{
    private readonly ManualTime _time = new();
    private readonly Realm _realm;
    private readonly Dictionary<string, long> _ofOthers = [];
    private readonly Dictionary<string, long> _ofA = [];
    private Rejoin _asWhom = new(SerializerKind.Json, Bystander.All);
    private Bystander? _b;
    private Bystander? _c;
    private RecordingPeer? _a;
    private long _lastRequest;

    public Siege() => _realm = new Realm("realm1", new RealmOptions(), new SeededIds(1), _time);

    /// <summary>How many messages of a were taken.</summary>
    public int Taken { get; private set; }

    /// <summary>How often a broke the protocol, and lost its session.</summary>
    public int Breaches { get; private set; }

    /// <summary>What a was told, by type.</summary>
    public Dictionary<MessageType, int> Told { get; } = [];

    private Bystander B => _b ?? Open(new Cast(SerializerKind.Json, SerializerKind.Json)).B;

    private Bystander C => _c ?? Open(new Cast(SerializerKind.Json, SerializerKind.Json)).C;

    public void Take(FuzzStep step)
    {
        switch (step)
        {
            case Cast cast when _b is null:
                Open(cast);
                break;
            case Rejoin rejoin:
                Drop();
                _asWhom = rejoin;
                break;
            case Send send:
                for (var i = 0; i < send.Times; i++)
                {
                    Attack(send.Template, bytes => bytes);
                }

                break;
            case SendMangled send:
                Attack(send.Template, bytes => HostileMessages.Mangle(bytes, new Random(send.Seed)));
                break;
            case Dull dull:
                (A().IsSlow, A().MaxLength) = (dull.IsSlow, dull.MaxLength);
                break;
            case Deed deed:
                (deed.Who == 'b' ? B : C).Do(deed.Kind);
                break;
            case Pause pause:
                _time.Advance(TimeSpan.FromMilliseconds(pause.Milliseconds));
                break;
        }

        _time.Advance(TimeSpan.Zero);
        B.Listen();
        C.Listen();
        Listen();
    }

    /// <summary>a is gone, and b and c finish what they have begun: nothing may be missing, and nothing left.</summary>
    public void End()
    {
        Drop();
        for (var i = 0; i < 3; i++)
        {
            B.Listen(isEnd: true);
            C.Listen(isEnd: true);
        }

        Assert.Empty(B.Unended);
        Assert.Empty(C.Unended);
        B.AssertHeard(C.Published);
        C.AssertHeard(B.Published);
        B.Leave();
        C.Leave();
        Assert.Equal((0, 0, 0, 0), (_realm.SessionCount, _realm.SubscriptionCount, _realm.RegistrationCount, _time.TimersSet));
    }

    private (Bystander B, Bystander C) Open(Cast cast)
    {
        (_b, _c) = (new Bystander(_realm, 'b', 'c', cast.B), new Bystander(_realm, 'c', 'b', cast.C));
        foreach (var (name, peer) in new[] { ('b', _b), ('c', _c) })
        {
            _ofOthers[$"session:{name}"] = peer.SessionId;
            _ofOthers[$"subscription:{name}"] = peer.Subscription;
            _ofOthers[$"registration:{name}"] = peer.Registration;
        }

        return (_b, _c);
    }

    private RecordingPeer A()
    {
        if (_a is null)
        {
            var features = _asWhom.Features;
            var roles = new RoleSet { Publisher = features, Subscriber = features, Caller = features, Callee = features };
            _a = new RecordingPeer(_realm, _asWhom.Serializer, roles);
            _lastRequest = 0;
            _ofA.Clear();
        }

        return _a;
    }

    private void Drop()
    {
        _a?.Leave();
        _a = null;
    }

    private void Attack(string template, Func<byte[], byte[]> change)
    {
        var a = A();
        if (MessageTemplate.Resolve(template, Find) is not { } resolved)
        {
            return;
        }

        var json = HostileMessages.Expand(resolved.ToJsonString());
        try
        {
            using var encoded = new ByteBuffer();
            if (!Transcoder.TryTranscodeValue(SerializerKind.Json, System.Text.Encoding.UTF8.GetBytes(json), a.Serializer, encoded))
            {
                return;
            }

            var bytes = change(encoded.Written.ToArray());
            a.RouteBytes(bytes);
            Taken++;
            var message = MessageParser.Parse(a.Serializer, bytes, DecodeLimits.Default);
            if (message.RequestId == _lastRequest + 1 && HostileMessages.IsRequest((int)message.Type))
            {
                _lastRequest = message.RequestId;
            }

            if (message.Type == MessageType.Call)
            {
                _ofA[template.Contains("\"progress\":true", StringComparison.Ordinal) ? "series" : "call"] = message.RequestId;
            }
        }
        catch (WampProtocolException)
        {
            Breaches++;
            Drop(); // as its connection would be
        }
    }

    /// <summary>What a learns from what it is told.</summary>
    private void Listen()
    {
        foreach (var message in _a?.Rest() ?? [])
        {
            Told[message.Type] = Told.GetValueOrDefault(message.Type) + 1;
            switch (message.Type)
            {
                case MessageType.Invocation:
                    _ofA["invocation"] = message.RequestId;
                    break;
                case MessageType.Subscribed:
                    _ofA["subscription:a"] = message.SubscriptionId;
                    break;
                case MessageType.Registered:
                    _ofA["registration:a"] = message.RegistrationId;
                    break;
            }
        }
    }

    private long? Find(string name) => name switch
    {
        "next" => _lastRequest + 1,
        _ => _ofA.TryGetValue(name, out var id) || _ofOthers.TryGetValue(name, out id) ? id : null,
    };
}
