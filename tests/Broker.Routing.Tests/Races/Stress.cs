using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Races;

/// <summary>Everything at once, from fixed seeds: 50 sessions on 4 threads, each doing at random what a client can do.</summary>
public sealed class Stress
{
    private const int ThreadCount = 4;
    private const int SessionCount = 50;
    private const int Steps = 4000;
    private const Features All = Features.CallCanceling | Features.ProgressiveCallResults | Features.ProgressiveCallInvocations | Features.CallReroute;
    private readonly ManualTime _time = new();
    private readonly TestRealm _realm;

    public Stress() => _realm = new TestRealm(time: _time);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Trait("wamp", "RPC-05"), Trait("wamp", "ID-06"), Trait("wamp", "BRK-05"), Trait("wamp", "REG-05"), Trait("wamp", "ORD-02"), Trait("wamp", "ORD-06")]
    [Trait("wamp", "CAN-11"), Trait("wamp", "PCR-10"), Trait("wamp", "PCI-20"), Trait("wamp", "CTO-10"), Trait("wamp", "RER-02")]
    public void Whatever_sessions_do_at_once_the_promises_to_each_hold(int seed)
    {
        var actors = Enumerable.Range(0, ThreadCount).Select(thread => new Actor(_realm, new Random((seed * 100) + thread), thread)).ToList();
        var working = ThreadCount;
        Threads.Run(
        [
            .. actors.Select(actor => (Action)(() =>
            {
                try
                {
                    actor.Run();
                }
                finally
                {
                    Interlocked.Decrement(ref working);
                }
            })),
            () =>
            {
                while (Volatile.Read(ref working) > 0)
                {
                    _time.Advance(TimeSpan.FromMilliseconds(1));
                    Thread.Yield();
                }
            },
        ]);

        // What is still being asked is answered now, so that every call of those who stayed must have ended. A callee that refuses has others asked.
        var staying = actors.SelectMany(actor => actor.Sessions).ToList();
        for (var round = 0; round <= SessionCount; round++)
        {
            staying.ForEach(session => session.AnswerAll());
        }

        Assert.All(staying, session => Assert.Equal((0, 0), (session.Peer.PendingCalls, session.Peer.PendingInvocations)));
        Assert.All(staying, session => session.Check(hasLeft: false));
        Assert.All(actors.SelectMany(actor => actor.Departed), session => session.Check(hasLeft: true));
        Assert.True(actors.Sum(actor => actor.Departed.Count) > 50);
        Assert.Equal(0, _time.TimersSet);
        _realm.LeaveAll();
    }

    /// <summary>One thread and the sessions that only it sends for.</summary>
    private sealed class Actor
    {
        private static readonly string[] Matches = ["{}", "{\"match\":\"prefix\"}", "{\"match\":\"wildcard\"}"];
        private static readonly string[] Policies = ["{}", "{\"invoke\":\"roundrobin\"}", "{\"invoke\":\"last\"}"];
        private static readonly string[] Modes = ["{}", "{\"mode\":\"kill\"}", "{\"mode\":\"skip\"}"];
        private static readonly string[] CallOptions = ["{}", "{\"receive_progress\":true}", "{\"timeout\":2}", "{\"receive_progress\":true,\"timeout\":5}"];
        private readonly TestRealm _realm;
        private readonly Random _random;

        public Actor(TestRealm realm, Random random, int thread)
        {
            _realm = realm;
            _random = random;
            for (var i = thread; i < SessionCount; i += ThreadCount)
            {
                Sessions.Add(Join());
            }
        }

        public List<Recorded> Sessions { get; } = [];

        public List<Recorded> Departed { get; } = [];

        public void Run()
        {
            for (var step = 0; step < Steps; step++)
            {
                Step(_random.Next(Sessions.Count));
            }
        }

        private Recorded Join() => new(_realm.Join((SerializerKind)_random.Next(3), _random.Next(4) == 0 ? Features.None : All));

        private void Step(int index)
        {
            var session = Sessions[index];
            var peer = session.Peer;
            switch (_random.Next(100))
            {
                case < 10:
                    peer.Subscribe($"com.{_random.Next(4)}", Matches[_random.Next(3)]);
                    break;
                case < 18:
                    peer.Unsubscribe(session.SomeSubscription(_random));
                    break;
                case < 40:
                    peer.Publish($"com.{_random.Next(4)}", "[1]", _random.Next(2) == 0 ? "{}" : "{\"acknowledge\":true,\"exclude_me\":false}");
                    break;
                case < 50:
                    var procedure = _random.Next(8);
                    peer.Register($"com.{procedure}", Policies[procedure % 3]);
                    break;
                case < 54:
                    peer.Unregister(session.SomeRegistration(_random));
                    break;
                case < 72:
                    session.Calls.Add(peer.Call($"com.{_random.Next(8)}", "[1]", CallOptions[_random.Next(4)]));
                    break;
                case < 76 when peer.Session.Roles.Caller == All:
                    var called = $"com.{_random.Next(8)}";
                    session.Calls.Add(peer.Call(called, "[1]", "{\"progress\":true,\"receive_progress\":true}"));
                    for (var chunk = _random.Next(4); chunk > 0; chunk--)
                    {
                        peer.Chunk(session.Calls[^1], called, "[1]", chunk == 1 ? "{}" : "{\"progress\":true}");
                    }

                    break;
                case < 81 when session.Calls.Count > 0:
                    peer.Cancel(session.Calls[^_random.Next(1, Math.Min(5, session.Calls.Count + 1))], Modes[_random.Next(3)]);
                    break;
                case < 97:
                    session.AnswerAll();
                    break;
                case < 98:
                    Assert.Throws<WampProtocolException>(() => peer.Yield(1L << 53));
                    goto default;
                default:
                    peer.Leave();
                    Departed.Add(session);
                    Sessions[index] = Join();
                    break;
            }
        }
    }

    /// <summary>A peer, what it called, and all that it got.</summary>
    private sealed class Recorded(RecordingPeer peer)
    {
        private readonly List<Received> _received = [];
        private readonly Dictionary<long, long> _unsubscribing = [];
        private readonly Dictionary<long, long> _unregistering = [];
        private long _answered;

        public RecordingPeer Peer { get; } = peer;

        public List<long> Calls { get; } = [];

        public long SomeSubscription(Random random) => Some(random, MessageType.Subscribed, received => received.SubscriptionId);

        public long SomeRegistration(Random random) => Some(random, MessageType.Registered, received => received.RegistrationId);

        /// <summary>Answers the invocations that came since the last time.</summary>
        public void AnswerAll()
        {
            var news = Peer.Rest();
            _received.AddRange(news);
            foreach (var invocation in news.Where(received => received.Type == MessageType.Invocation && received.RequestId > _answered))
            {
                _answered = invocation.RequestId;
                if (invocation.Details.Contains("\"receive_progress\":true", StringComparison.Ordinal))
                {
                    Peer.Yield(invocation.RequestId, "[1]", "{\"progress\":true}");
                }

                if (invocation.RequestId % 5 == 0)
                {
                    Peer.Error(invocation.RequestId, ErrorUris.Unavailable);
                }
                else if (invocation.RequestId % 3 == 0)
                {
                    Peer.Error(invocation.RequestId, "com.error", "[2]");
                }
                else
                {
                    Peer.Yield(invocation.RequestId, "[2]");
                }
            }
        }

        public void Check(bool hasLeft)
        {
            _received.AddRange(Peer.Rest());
            var (subscriptions, registrations, ended, interrupted) = (new HashSet<long>(), new HashSet<long>(), new List<long>(), new HashSet<long>());
            var invocations = 0L;
            foreach (var received in _received)
            {
                switch (received.Type)
                {
                    case MessageType.Subscribed:
                        subscriptions.Add(received.SubscriptionId);
                        break;
                    case MessageType.Event:
                        Assert.Contains(received.SubscriptionId, subscriptions);
                        break;
                    case MessageType.Unsubscribed:
                        subscriptions.Remove(_unsubscribing[received.RequestId]);
                        break;
                    case MessageType.Registered:
                        registrations.Add(received.RegistrationId);
                        break;
                    case MessageType.Unregistered:
                        registrations.Remove(_unregistering[received.RequestId]);
                        break;
                    case MessageType.Invocation when received.RequestId <= invocations:
                        Assert.DoesNotContain(received.RequestId, interrupted); // a further chunk
                        break;
                    case MessageType.Invocation:
                        Assert.Equal(++invocations, received.RequestId);
                        Assert.Contains(received.RegistrationId, registrations);
                        break;
                    case MessageType.Interrupt:
                        Assert.InRange(received.RequestId, 1, invocations);
                        Assert.True(interrupted.Add(received.RequestId));
                        break;
                    case MessageType.Result when received.Details != "{}":
                        Assert.DoesNotContain(received.RequestId, ended);
                        break;
                    case MessageType.Result:
                    case MessageType.Error when received.RequestType == MessageType.Call:
                        ended.Add(received.RequestId);
                        break;
                }
            }

            Assert.Equal(ended.Count, ended.Distinct().Count());
            Assert.Empty(ended.Except(Calls));
            Assert.True(hasLeft || ended.Count == Calls.Count, $"{Calls.Count} calls, {ended.Count} answers.");
        }

        private long Some(Random random, MessageType type, Func<Received, long> id)
        {
            AnswerAll();
            var ids = _received.Where(received => received.Type == type).Select(id).Append(1).ToList();
            var chosen = ids[random.Next(ids.Count)];
            (type == MessageType.Subscribed ? _unsubscribing : _unregistering)[Peer.LastRequestId + 1] = chosen;
            return chosen;
        }
    }
}
