using Broker.Authorization;
using Broker.Ids;
using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.PubSub;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Realms;

/// <summary>The budget of the hot path: parsing, routing and queueing a message allocates nothing in steady state.</summary>
public sealed class AllocationBudgets
{
    private const int Messages = 10_000;
    private readonly Realm _realm = new("realm1", new RealmOptions(), RandomIds.Shared);

    [Theory, EachSerializer]
    public void PUBLISH_to_EVENT_allocates_nothing(SerializerKind serializer)
    {
        var publisher = new Peer(_realm, serializer);
        Peer[] subscribers = [new(_realm, serializer), new(_realm, serializer), new(_realm, serializer)];
        foreach (var subscriber in subscribers)
        {
            subscriber.Send(new WampMessage { Type = MessageType.Subscribe, RequestId = 1, Uri = "com.myapp.topic"u8 });
        }

        AssertAllocatesNothing(static (peers, i) => peers[0].SendWithPayload(new WampMessage { Type = MessageType.Publish, RequestId = i, Uri = "com.myapp.topic"u8 }), [publisher, .. subscribers]);
        Assert.All(subscribers, subscriber => Assert.Equal(MessageType.Event, subscriber.LastType));
    }

    [Theory, EachSerializer]
    public void PUBLISH_to_prefix_and_wildcard_subscriptions_allocates_nothing(SerializerKind serializer)
    {
        var publisher = new Peer(_realm, serializer);
        Peer[] subscribers = [new(_realm, serializer), new(_realm, serializer)];
        subscribers[0].Subscribe("com.myapp"u8, "{\"match\":\"prefix\"}"u8);
        subscribers[1].Subscribe("com..topic"u8, "{\"match\":\"wildcard\"}"u8);
        AssertAllocatesNothing(static (peers, i) => peers[0].SendWithPayload(new WampMessage { Type = MessageType.Publish, RequestId = i, Uri = "com.myapp.topic"u8 }), [publisher, .. subscribers]);
        Assert.All(subscribers, subscriber => Assert.Equal(MessageType.Event, subscriber.LastType));
    }

    [Theory, EachSerializer]
    public void PUBLISH_that_discloses_its_publisher_and_has_a_trust_level_allocates_nothing(SerializerKind serializer)
    {
        var options = new RealmOptions
        {
            DisclosePublisher = DisclosePolicy.Always,
            PublicationTrustLevels = [new TrustLevelRule { Uri = "com.", Match = MatchPolicy.Prefix, Level = 1 }],
        };
        var realm = new Realm("realm1", options, RandomIds.Shared);
        Peer[] peers = [new(realm, serializer), new(realm, serializer), new(realm, serializer)];
        peers[1].Subscribe("com.myapp"u8, "{\"match\":\"prefix\"}"u8);
        peers[2].Subscribe("com.myapp.topic"u8, "{}"u8);
        AssertAllocatesNothing(static (peers, i) => peers[0].SendWithPayload(new WampMessage { Type = MessageType.Publish, RequestId = i, Uri = "com.myapp.topic"u8 }), peers);
        Assert.All(peers[1..], subscriber => Assert.Equal(MessageType.Event, subscriber.LastType));
    }

    [Theory, EachSerializer]
    public void CALL_to_INVOCATION_and_YIELD_to_RESULT_allocate_nothing(SerializerKind serializer)
    {
        var (caller, callee) = (new Peer(_realm, serializer), new Peer(_realm, serializer));
        callee.Send(new WampMessage { Type = MessageType.Register, RequestId = 1, Uri = "com.myapp.procedure"u8 });
        AssertAllocatesNothing(
            static (peers, i) =>
            {
                peers[0].SendWithPayload(new WampMessage { Type = MessageType.Call, RequestId = i, Uri = "com.myapp.procedure"u8 });
                peers[1].SendWithPayload(new WampMessage { Type = MessageType.Yield, RequestId = peers[1].LastRequestId });
            },
            [caller, callee]);
        Assert.Equal((MessageType.Result, Messages + 2000L), (caller.LastType, caller.LastRequestId));
        Assert.Equal((MessageType.Invocation, Messages + 2000L), (callee.LastType, callee.LastRequestId));
    }

    [Theory, EachSerializer]
    public void CALL_to_shared_prefix_and_wildcard_registrations_allocates_nothing(SerializerKind serializer)
    {
        var (caller, one, two) = (new Peer(_realm, serializer), new Peer(_realm, serializer), new Peer(_realm, serializer));
        one.Register("com.myapp.procedure"u8, "{\"match\":\"prefix\",\"invoke\":\"roundrobin\"}"u8);
        two.Register("com..other"u8, "{\"match\":\"wildcard\",\"invoke\":\"last\"}"u8);
        AssertAllocatesNothing(
            static (peers, i) =>
            {
                var toPrefix = i % 2 == 0;
                var callee = toPrefix ? peers[1] : peers[2];
                peers[0].SendWithPayload(new WampMessage { Type = MessageType.Call, RequestId = i, Uri = toPrefix ? "com.myapp.procedure.x"u8 : "com.myapp.other"u8 });
                callee.SendWithPayload(new WampMessage { Type = MessageType.Yield, RequestId = callee.LastRequestId });
            },
            [caller, one, two]);
        Assert.Equal((MessageType.Result, Messages + 2000L), (caller.LastType, caller.LastRequestId));
        Assert.Equal((MessageType.Invocation, (Messages + 2000L) / 2), (two.LastType, two.LastRequestId));
    }

    [Theory, EachSerializer]
    public void PUBLISH_and_CALL_allocate_nothing_where_200_rules_say_who_may(SerializerKind serializer)
    {
        var rules = Enumerable.Range(0, 66).SelectMany(i => new[]
        {
            Permit.AllBelow($"com.myapp.p{new string('x', i)}."), Permit.Rule($"com..w{i}.", MatchPolicy.Wildcard, RealmAction.Publish, RealmAction.Call),
            Permit.Exact($"com.myapp.e{i}", RealmAction.Publish, RealmAction.Call),
        });
        PermissionRule[] all = [.. rules, Permit.AllBelow("com.served."), Permit.Prefix("com.refused.")];
        Assert.Equal(200, all.Length);
        var realm = new Realm("realm1", Permit.UsersAndAdmin(all), RandomIds.Shared);
        Peer[] peers = [new(realm, serializer), new(realm, serializer), new(realm, serializer)];
        peers[1].Subscribe("com.served.topic"u8, "{}"u8);
        peers[2].Register("com.served.procedure"u8, "{}"u8);
        var requests = 0L;
        AssertAllocatesNothing(
            (peers, _) =>
            {
                Publish("com.served.topic"u8); // the same twice
                Publish("com.served.topic"u8);
                Publish("com.myapp.e42"u8);
                Publish("com.here.w42.x"u8);
                Publish("com.refused.x"u8);
                peers[0].SendWithPayload(new WampMessage { Type = MessageType.Call, RequestId = ++requests, Uri = "com.served.procedure"u8 });
                peers[2].SendWithPayload(new WampMessage { Type = MessageType.Yield, RequestId = peers[2].LastRequestId });
            },
            peers);
        Assert.Equal(MessageType.Event, peers[1].LastType);
        Assert.Equal((MessageType.Result, requests), (peers[0].LastType, peers[0].LastRequestId));
        Assert.Equal(Messages + 2000L, realm.RefusalsOf(RefusalReason.PublishDenied));

        void Publish(ReadOnlySpan<byte> topic) =>
            peers[0].SendWithPayload(new WampMessage { Type = MessageType.Publish, RequestId = ++requests, Uri = topic });
    }

    [Theory, EachSerializer]
    public void Progressive_results_allocate_nothing(SerializerKind serializer)
    {
        const Features All = Features.ProgressiveCallResults | Features.CallCanceling;
        var (caller, callee) = (new Peer(_realm, serializer, All), new Peer(_realm, serializer, All));
        callee.Register("com.myapp.procedure"u8, "{}"u8);
        caller.SendWithOptions(new WampMessage { Type = MessageType.Call, RequestId = 1, Uri = "com.myapp.procedure"u8 }, "{\"receive_progress\":true}"u8);
        AssertAllocatesNothing(static (peers, i) => peers[1].SendProgress(), [caller, callee]);
        Assert.Equal((MessageType.Result, 1L), (caller.LastType, caller.LastRequestId));
    }

    private static void AssertAllocatesNothing(Action<Peer[], int> action, Peer[] peers)
    {
        const int WarmUp = 2000;
        for (var i = 1; i <= WarmUp; i++)
        {
            action(peers, i);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = WarmUp + 1; i <= WarmUp + Messages; i++)
        {
            action(peers, i);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>A peer that copies what it gets over what it got before.</summary>
    private sealed class Peer : IMessageSink
    {
        private readonly byte[] _last = new byte[4096];
        private static readonly ByteBuffer Outbound = new(); // the tests of a class take turns
        private readonly byte[] _payload;
        private readonly Realm _realm;
        private readonly SerializerKind _serializer;
        private readonly Session _session;
        private int _length;

        private readonly byte[] _progress;

        public Peer(Realm realm, SerializerKind serializer, Features features = Features.None)
        {
            using var progress = new ByteBuffer();
            Assert.True(Transcoder.TryTranscodeValue(SerializerKind.Json, "{\"progress\":true}"u8, serializer, progress));
            _progress = progress.Written.ToArray();
            _realm = realm;
            _serializer = serializer;
            using var payload = new ByteBuffer();
            Assert.True(Transcoder.TryTranscode(SerializerKind.Json, "[\"Hello, world!\",{\"temperature\":21.5,\"tags\":[1,2,3]}],{\"unit\":\"C\"}"u8, 2, serializer, payload));
            _payload = payload.Written.ToArray();
            _session = realm.Join(serializer, new HelloDetails { Roles = new RoleSet { Caller = features, Callee = features } }, new SessionIdentity("joe", "user", "anonymous", "static"), new WelcomeDetails(), this);
        }

        public Lock Gate { get; } = new();

        public MessageType LastType => Last.Type;

        public long LastRequestId => Last.RequestId;

        private WampMessage Last => MessageParser.Parse(_serializer, _last.AsSpan(0, _length), DecodeLimits.Default);

        public SendResult Send(OutboundMessage message, bool isDroppable)
        {
            message.Bytes.CopyTo(_last);
            _length = message.Bytes.Length;
            return SendResult.Queued;
        }

        public void SendEvent(OutboundMessage message, EventTerms terms, ReadOnlySpan<byte> topic) => Send(message, isDroppable: true);

        public void SendRetained(RetainedDelivery events) => Assert.Fail("Nothing is retained.");

        public void ForgetMissed()
        {
            // It has missed nothing.
        }

        public void MissEvent() => Assert.Fail("Nobody speaks another serializer.");

        public void End(string reason, string? message) => Assert.Fail("Nobody kills this session.");

        public void Subscribe(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> options)
        {
            using var dict = new ByteBuffer();
            Assert.True(Transcoder.TryTranscodeValue(SerializerKind.Json, options, _serializer, dict));
            Send(new WampMessage { Type = MessageType.Subscribe, RequestId = 1, Uri = topic, Dict = dict.Written });
            Assert.Equal(MessageType.Subscribed, LastType);
        }

        public void Register(ReadOnlySpan<byte> procedure, ReadOnlySpan<byte> options)
        {
            SendWithOptions(new WampMessage { Type = MessageType.Register, RequestId = 1, Uri = procedure }, options);
            Assert.Equal(MessageType.Registered, LastType);
        }

        public void SendWithOptions(WampMessage message, ReadOnlySpan<byte> options)
        {
            using var dict = new ByteBuffer();
            Assert.True(Transcoder.TryTranscodeValue(SerializerKind.Json, options, _serializer, dict));
            message.Dict = dict.Written;
            Send(message);
        }

        public void SendProgress() => SendWithPayload(new WampMessage { Type = MessageType.Yield, RequestId = 1, Dict = _progress });

        public void SendWithPayload(WampMessage message)
        {
            message.Payload = new Payload(_payload, 2);
            Send(message);
        }

        public void Send(scoped in WampMessage message)
        {
            Outbound.Clear();
            MessageEncoder.Encode(_serializer, Outbound, message);
            _realm.Route(_session, MessageParser.Parse(_serializer, Outbound.Written, DecodeLimits.Default));
        }
    }
}
