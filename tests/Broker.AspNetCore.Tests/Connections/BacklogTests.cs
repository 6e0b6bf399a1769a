using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Broker.Messages;
using Broker.Options;
using Broker.PubSub;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Transports;

namespace Broker.Connections;

/// <summary>What waits for a peer, held against a plain list that does the same by looking at everything.</summary>
[Trait("wamp", "RACE-18")]
public sealed class BacklogTests
{
    public static MatrixTheoryData<SerializerKind, int> Runs { get; } = new(Enum.GetValues<SerializerKind>(), Enumerable.Range(1, 20));

    [Theory]
    [MemberData(nameof(Runs))]
    [Trait("wamp", "PUB-10")]
    [Trait("wamp", "ORD-01")]
    public void Whatever_is_added_dropped_replaced_and_sent_the_peer_gets_the_rest_in_order_and_is_told_what_it_missed(
        SerializerKind serializer, int seed)
    {
        var random = new Random(seed);
        var list = new ListOfFrames(serializer);
        for (var step = 0; step < 2000; step++)
        {
            switch (random.Next(12))
            {
                case < 6:
                    list.AddEvent(random.Next(list.Subscriptions), random.Next(3), SizeOf(random));
                    break;
                case < 8:
                    list.AddReply(SizeOf(random));
                    break;
                case < 10:
                    list.DropOldest();
                    break;
                case 10 when random.Next(10) == 0:
                    list.Miss();
                    break;
                default:
                    list.Send(random.Next(1, 12_000));
                    break;
            }
        }

        list.SendAll();
    }

    [Fact]
    public void Dropping_and_adding_behind_a_frame_that_does_not_leave_takes_no_more_and_more_memory()
    {
        var held = new ByteCount();
        var backlog = new Backlog(held, SerializerKind.Json, int.MaxValue);
        var terms = new EventTerms(SlowConsumerPolicy.DropOldest, new EventDrops());
        backlog.Add(OutboundFrame.Message, new SharedBytes(new byte[100], held));
        backlog.AddEvent(new SharedBytes(new byte[100], held), terms, topic: null);
        var before = held.Value;
        for (var i = 0; i < 10_000; i++)
        {
            Assert.NotEqual(0, backlog.DropOldest());
            backlog.AddEvent(new SharedBytes(new byte[100], held), terms, topic: null);
        }

        Assert.Equal(before, held.Value);
        backlog.Clear();
        Assert.Equal(0, held.Value);
    }

    /// <summary>Now and then one that is too long to be copied, and leaves in parts.</summary>
    private static int SizeOf(Random random) => random.Next(20) == 0 ? random.Next(4000, 9000) : random.Next(300);

    private sealed class ListOfFrames
    {
        private static readonly SlowConsumerPolicy[] Policies =
            [SlowConsumerPolicy.DropNewest, SlowConsumerPolicy.DropOldest, SlowConsumerPolicy.Latest, SlowConsumerPolicy.Latest];

        private readonly SerializerKind _serializer;
        private readonly List<Frame> _waiting = [];
        private readonly ByteCount _held = new();
        private readonly EventDrops _drops = new();
        private readonly EventTerms[] _terms;
        private readonly Backlog _backlog;
        private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));
        private int _lastId;
        private int _missed;
        private int _dropped;
        private int _conflated;
        private bool _isFirstLeaving;

        public ListOfFrames(SerializerKind serializer)
        {
            _serializer = serializer;
            _terms = [.. Policies.Select(policy => new EventTerms(policy, _drops))];
            _backlog = new Backlog(_held, serializer, int.MaxValue);
        }

        public int Subscriptions => _terms.Length;

        public void AddEvent(int subscription, int topic, int size)
        {
            var id = ++_lastId;
            var terms = _terms[subscription];
            var isLatest = terms.Policy == SlowConsumerPolicy.Latest;
            _backlog.AddEvent(Encode(MessageType.Event, id, size), terms, isLatest ? $"com.example.{topic}" : null);
            var frame = new Frame(id, subscription, topic) { Gap = _missed };
            var replaced = isLatest
                ? _waiting.FindIndex(FirstFree, other => (other.Subscription, other.Topic) == (subscription, topic))
                : -1;
            if (replaced < 0)
            {
                _waiting.Add(frame);
                _missed = 0;
                return;
            }

            _waiting[replaced] = frame with { Gap = _waiting[replaced].Gap };
            _conflated++;
        }

        public void AddReply(int size)
        {
            var id = ++_lastId;
            _backlog.Add(OutboundFrame.Message, Encode(MessageType.Result, id, size));
            _waiting.Add(new Frame(id, -1, -1));
        }

        public void DropOldest()
        {
            var oldest = _waiting.FindIndex(FirstFree, frame => frame.Subscription >= 0 && _terms[frame.Subscription].GivesWay);
            Assert.Equal(oldest < 0, _backlog.DropOldest() == 0);
            if (oldest < 0)
            {
                return;
            }

            var gap = _waiting[oldest].Gap + 1;
            _waiting.RemoveAt(oldest);
            _dropped++;
            if (_waiting.Skip(oldest).FirstOrDefault(frame => frame.Subscription >= 0) is { } next)
            {
                next.Gap += gap;
            }
            else
            {
                _missed += gap;
            }
        }

        public void Miss()
        {
            _backlog.Missed++;
            _missed++;
        }

        public void Send(int space)
        {
            _backlog.MoveTo(_pipe.Writer, RawSocketFrameWriter.Instance, space, trace: null);
            Assert.True(_pipe.Writer.FlushAsync().IsCompletedSuccessfully);
            if (!_pipe.Reader.TryRead(out var result))
            {
                return;
            }

            var rest = result.Buffer;
            while (rest.Length >= 4)
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(rest.Slice(0, 4).ToArray());
                if (rest.Length < 4 + length)
                {
                    break;
                }

                Check(rest.Slice(4, length).ToArray());
                rest = rest.Slice(4 + length);
            }

            _isFirstLeaving = !rest.IsEmpty;
            _pipe.Reader.AdvanceTo(rest.Start, rest.End);
        }

        public void SendAll()
        {
            Send(int.MaxValue);
            Assert.Empty(_waiting);
            Assert.True(_backlog.IsEmpty);
            Assert.Equal((0, 0), (_backlog.Bytes, _held.Value));
            Assert.Equal(_missed, _backlog.Missed);
            Assert.Equal((_dropped, _conflated), (_drops.Of(DropReason.Oldest), _drops.Of(DropReason.Conflated)));
            Assert.Equal(_dropped + _conflated, _drops.Total);
        }

        private int FirstFree => _isFirstLeaving ? 1 : 0; // what is leaving stays

        private void Check(byte[] bytes)
        {
            var message = MessageParser.Parse(_serializer, bytes, DecodeLimits.Default);
            var expected = _waiting[0];
            _waiting.RemoveAt(0);
            Assert.Equal(expected.Subscription < 0, message.Type == MessageType.Result);
            Assert.Equal(expected.Id, message.Type == MessageType.Event ? message.PublicationId : message.RequestId);
            Assert.Equal(expected.Gap, EventDetails.Parse(_serializer, message.Dict).Gap);
        }

        private SharedBytes Encode(MessageType type, int id, int size)
        {
            using var payload = new ByteBuffer();
            Assert.True(Transcoder.TryTranscodeValue(
                SerializerKind.Json, System.Text.Encoding.UTF8.GetBytes($"[\"{new string('x', size)}\"]"), _serializer, payload));
            using var message = new OutboundMessage();
            message.Encode(_serializer, new WampMessage
            {
                Type = type, RequestId = id, SubscriptionId = 1, PublicationId = id, Payload = new Payload(payload.Written, 1),
            });
            return message.Share(_held);
        }
    }

    private sealed record Frame(int Id, int Subscription, int Topic)
    {
        public int Gap { get; set; }
    }
}
