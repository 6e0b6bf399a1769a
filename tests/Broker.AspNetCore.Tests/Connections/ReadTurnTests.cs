using Broker.Messages;
using Broker.Peers;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.Connections;

/// <summary>One peer that sends much takes turns with the others: however its messages come, as many are routed at a time.</summary>
public sealed class ReadTurnTests
{
    public static MatrixTheoryData<SerializerKind, bool> Subprotocols { get; } = new(Enum.GetValues<SerializerKind>(), [false, true]);

    [Theory, MemberData(nameof(Subprotocols))]
    [Trait("wamp", "BAT-06")]
    public void Messages_are_routed_and_answered_256_at_a_time_even_those_of_one_batch(SerializerKind serializer, bool isBatched)
    {
        var outer = SynchronizationContext.Current;
        var turns = new Turns();
        SynchronizationContext.SetSynchronizationContext(turns);
        try
        {
            using var peer = MemoryPeer.Join(MemoryPeer.NewContext(time: new ManualTimeProvider()), new WampSubprotocol(serializer, isBatched), givesWay: true);
            for (var request = 1; request <= 600; request++)
            {
                peer.Write(new WampMessage { Type = MessageType.Subscribe, RequestId = request, Uri = "com.example.topic"u8 });
            }

            peer.Flush();
            Assert.Equal(256, peer.Drain());
            turns.RunNext();
            Assert.Equal(256, peer.Drain());
            turns.RunNext();
            Assert.Equal(88, peer.Drain());
            Assert.True(turns.AreOver);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    /// <summary>A flood that comes in small reads never fills a turn of messages, and has to give way all the same.</summary>
    [Theory, MemberData(nameof(Subprotocols))]
    public void After_128_KiB_others_have_their_turn_in_however_many_reads_it_came(SerializerKind serializer, bool isBatched)
    {
        var outer = SynchronizationContext.Current;
        var turns = new Turns();
        SynchronizationContext.SetSynchronizationContext(turns);
        try
        {
            using var peer = MemoryPeer.Join(MemoryPeer.NewContext(time: new ManualTimeProvider()), new WampSubprotocol(serializer, isBatched), givesWay: true);
            var topic = System.Text.Encoding.UTF8.GetBytes("com.example." + new string('x', 400));
            var request = 0;
            while (turns.AreOver)
            {
                peer.Write(new WampMessage { Type = MessageType.Subscribe, RequestId = ++request, Uri = topic });
                peer.Flush();
            }

            Assert.InRange(request, 128 * 1024 / 450, 128 * 1024 / 400);
            Assert.Equal(request, peer.Drain());
            peer.Write(new WampMessage { Type = MessageType.Subscribe, RequestId = request + 1, Uri = topic });
            peer.Flush();
            Assert.Equal(0, peer.Drain());
            turns.RunNext();
            Assert.Equal(1, peer.Drain());
            Assert.True(turns.AreOver);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    [Theory, MemberData(nameof(Subprotocols))]
    public void Who_sends_128_KiB_in_more_than_a_second_gives_way_to_nobody(SerializerKind serializer, bool isBatched)
    {
        var outer = SynchronizationContext.Current;
        var turns = new Turns();
        var clock = new ManualTimeProvider();
        SynchronizationContext.SetSynchronizationContext(turns);
        try
        {
            using var peer = MemoryPeer.Join(MemoryPeer.NewContext(time: clock), new WampSubprotocol(serializer, isBatched), givesWay: true);
            var topic = System.Text.Encoding.UTF8.GetBytes("com.example." + new string('x', 400));
            for (var request = 1; request <= 1000; request++)
            {
                clock.Advance(TimeSpan.FromMilliseconds(5));
                peer.Write(new WampMessage { Type = MessageType.Subscribe, RequestId = request, Uri = topic });
                peer.Flush();
                Assert.Equal(1, peer.Drain());
                Assert.True(turns.AreOver);
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    /// <summary>Some messages take long, such as those that ask for a long history: then there are fewer to a turn.</summary>
    [Theory, MemberData(nameof(Subprotocols))]
    public void Messages_that_take_long_make_a_turn_shorter(SerializerKind serializer, bool isBatched)
    {
        var outer = SynchronizationContext.Current;
        var turns = new Turns();
        SynchronizationContext.SetSynchronizationContext(turns);
        try
        {
            var context = MemoryPeer.NewContext(time: new MillisecondPerLook());
            using var peer = MemoryPeer.Join(context, new WampSubprotocol(serializer, isBatched), givesWay: true);
            for (var request = 1; request <= 60; request++)
            {
                peer.Write(new WampMessage { Type = MessageType.Subscribe, RequestId = request, Uri = "com.example.topic"u8 });
            }

            peer.Flush();
            var answered = 0;
            var rounds = 0;
            for (; answered < 60; rounds++)
            {
                var now = peer.Drain();
                Assert.InRange(now, 1, 6);
                answered += now;
                if (!turns.AreOver)
                {
                    turns.RunNext();
                }
            }

            Assert.InRange(rounds, 10, 60);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    /// <summary>A clock by which a millisecond passes whenever somebody looks.</summary>
    private sealed class MillisecondPerLook : TimeProvider
    {
        private long _looks;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Interlocked.Increment(ref _looks);
    }

    /// <summary>Holds back what gives way to others until the test lets it go on.</summary>
    private sealed class Turns : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Callback, object? State)> _waiting = new();

        public bool AreOver => _waiting.Count == 0;

        public override void Post(SendOrPostCallback d, object? state) => _waiting.Enqueue((d, state));

        public void RunNext()
        {
            var (callback, state) = _waiting.Dequeue();
            callback(state);
        }
    }
}
