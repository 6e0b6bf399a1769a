using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Races;

/// <summary>
/// Progressive calls and results among threads: chunks, parts of results, CANCEL in all modes, timeouts, callees that refuse and callees
/// that leave, all at once and from fixed seeds. Each call ends once, with nothing behind its end on either side.
/// </summary>
public sealed class ProgressRaces
{
    private const string Procedure = "com.procedure";
    private const Features All =
        Features.CallCanceling | Features.ProgressiveCallResults | Features.ProgressiveCallInvocations | Features.CallReroute;

    private static readonly string[] Modes = ["{\"mode\":\"kill\"}", "{\"mode\":\"killnowait\"}", "{\"mode\":\"skip\"}", "{}"];
    private readonly ManualTime _time = new();
    private readonly TestRealm _realm;

    public ProgressRaces() => _realm = new TestRealm(time: _time);

    [Theory, EachSerializer]
    [Trait("wamp", "RACE-05"), Trait("wamp", "RACE-08"), Trait("wamp", "RACE-20"), Trait("wamp", "CAN-10"), Trait("wamp", "CAN-11")]
    [Trait("wamp", "PCR-10"), Trait("wamp", "PCI-08"), Trait("wamp", "PCI-20"), Trait("wamp", "PCI-23"), Trait("wamp", "ORD-05")]
    [Trait("wamp", "ORD-10"), Trait("wamp", "RER-08")]
    public void Whatever_ends_a_call_ends_it_once_with_nothing_behind_its_end(SerializerKind serializer)
    {
        for (var seed = 0; seed < 12; seed++)
        {
            var callees = Enumerable.Range(0, 2).Select(i => new Callee(_realm, serializer, new Random((seed * 10) + i))).ToList();
            var callers = Enumerable.Range(5, 2).Select(i => new Caller(_realm, serializer, new Random((seed * 10) + i))).ToList();
            var done = 0;
            Threads.Run(
            [
                .. callers.Select(caller => (Action)(() =>
                {
                    try
                    {
                        caller.Run();
                    }
                    finally
                    {
                        Interlocked.Increment(ref done);
                    }
                })),
                .. callees.Select(callee => (Action)(() =>
                {
                    while (Volatile.Read(ref done) < 2)
                    {
                        callee.Serve();
                    }
                })),
                () =>
                {
                    while (Volatile.Read(ref done) < 2)
                    {
                        _time.Advance(TimeSpan.FromMilliseconds(1));
                        Thread.Yield();
                    }
                },
            ]);
            callees.ForEach(callee => callee.Finish());
            callers.ForEach(caller => caller.Check());
            Assert.Equal(0, _time.TimersSet);
            _realm.LeaveAll();
        }
    }

    private sealed class Caller(TestRealm realm, SerializerKind serializer, Random random)
    {
        private const int Calls = 150;
        private readonly RecordingPeer _peer = realm.Join(serializer, All);
        private readonly List<long> _calls = [];

        public void Run()
        {
            for (var i = 0; i < Calls; i++)
            {
                var isProgressive = random.Next(2) == 0;
                var options = "\"receive_progress\":true" + (isProgressive ? ",\"progress\":true" : "");
                options += random.Next(3) == 0 ? $",\"timeout\":{random.Next(1, 10)}" : "";
                var call = _peer.Call(Procedure, "[0]", $"{{{options}}}");
                _calls.Add(call);
                for (var chunk = 1; isProgressive && chunk <= 4; chunk++)
                {
                    if (random.Next(8) == 0)
                    {
                        _peer.Cancel(call, Modes[random.Next(4)]);
                    }

                    isProgressive = random.Next(4) > 0;
                    _peer.Chunk(call, Procedure, $"[{chunk}]", isProgressive ? "{\"progress\":true}" : "{}");
                }

                if (random.Next(2) == 0)
                {
                    var late = _calls[^random.Next(1, Math.Min(_calls.Count, 5) + 1)]; // about to be answered
                    _peer.Cancel(late, Modes[random.Next(4)]);
                }
            }
        }

        public void Check()
        {
            var told = _peer.Rest().GroupBy(message => message.RequestId).ToDictionary(ofCall => ofCall.Key, ofCall => ofCall.ToList());
            Assert.Equal(_calls, told.Keys.Order());
            foreach (var ofCall in told.Values)
            {
                Assert.True(ofCall[^1].Type == MessageType.Error || ofCall[^1].Details == "{}", $"The call has not ended: {ofCall[^1]}");
                var parts = Enumerable.Range(1, ofCall.Count - 1);
                Assert.Equal(
                    parts.Select(part => Received.Result(ofCall[0].RequestId, $"[{part}]", "{\"progress\":true}")), ofCall.SkipLast(1));
            }

            Assert.Equal(0, _peer.PendingCalls);
        }
    }

    /// <summary>Answers as it likes, and is another session now and then.</summary>
    private sealed class Callee
    {
        private readonly TestRealm _realm;
        private readonly SerializerKind _serializer;
        private readonly Random _random;
        private RecordingPeer _peer;
        private List<Invocation> _invocations = [];

        public Callee(TestRealm realm, SerializerKind serializer, Random random)
        {
            _realm = realm;
            _serializer = serializer;
            _random = random;
            _peer = Join();
        }

        public void Serve()
        {
            Listen();
            foreach (var invocation in _invocations.Where(invocation => !invocation.IsAnswered).ToList())
            {
                Act(invocation, _random.Next(12));
            }

            if (_random.Next(100) == 0)
            {
                _peer.Leave();
                Listen(); // what came before that
                _invocations = [];
                _peer = Join();
            }
        }

        /// <summary>Answers all that has not been answered.</summary>
        public void Finish()
        {
            Listen();
            foreach (var invocation in _invocations.Where(invocation => !invocation.IsAnswered))
            {
                Act(invocation, action: 0);
            }

            Assert.Equal(0, _peer.PendingInvocations);
        }

        private RecordingPeer Join()
        {
            var peer = _realm.Join(_serializer, All);
            peer.Register(Procedure, "{\"invoke\":\"roundrobin\"}");
            Assert.Equal(MessageType.Registered, peer.Next().Type);
            return peer;
        }

        private void Act(Invocation invocation, int action)
        {
            switch (action)
            {
                case 0:
                    _peer.Yield(invocation.Id);
                    break;
                case 1:
                    _peer.Error(invocation.Id, invocation.IsInterrupted ? ErrorUris.Canceled : "com.error");
                    break;
                case 2:
                    _peer.Error(invocation.Id, ErrorUris.Unavailable);
                    break;
                case < 6 when invocation.TakesProgress:
                    _peer.Yield(invocation.Id, $"[{++invocation.Parts}]", "{\"progress\":true}");
                    return;
                default:
                    return;
            }

            Listen(); // what was on its way while it answered
            invocation.IsAnswered = true;
        }

        private void Listen()
        {
            foreach (var message in _peer.Rest())
            {
                if (message.Type == MessageType.Invocation && message.RequestId == _invocations.Count + 1)
                {
                    Assert.Equal("[0]", message.Payload);
                    _invocations.Add(new Invocation(message));
                    continue;
                }

                var invocation = _invocations[(int)message.RequestId - 1];
                Assert.False(invocation.IsAnswered, $"{message} came after the answer.");
                Assert.False(invocation.IsInterrupted, $"{message} came after INTERRUPT.");
                invocation.IsInterrupted = message.Type == MessageType.Interrupt;
                if (message.Type == MessageType.Invocation)
                {
                    Assert.True(invocation.IsOpen);
                    Assert.Equal($"[{++invocation.Chunks}]", message.Payload);
                    invocation.IsOpen = message.Details.Length > 2;
                }
            }
        }
    }

    private sealed class Invocation(Received first)
    {
        public long Id { get; } = first.RequestId;

        public bool TakesProgress { get; } = first.Details.Contains("\"receive_progress\":true", StringComparison.Ordinal);

        public bool IsOpen { get; set; } = first.Details.Contains("\"progress\":true", StringComparison.Ordinal);

        public int Chunks { get; set; }

        public int Parts { get; set; }

        public bool IsInterrupted { get; set; }

        public bool IsAnswered { get; set; }
    }
}
