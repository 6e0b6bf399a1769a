using BenchmarkDotNet.Attributes;
using Broker.Ids;
using Broker.Messages;
using Broker.Options;
using Broker.Realms;
using Broker.Serialization;
using Broker.Sessions;

namespace Broker.Benchmarks;

/// <summary>Hops 2 to 6 of a PUBLISH: parsed and routed into the queues of all subscribers, without transports. The time is for all receivers together.</summary>
[MemoryDiagnoser]
public class FanOut
{
    private readonly CountingSink _subscribers = new();
    private Session _publisher = null!;
    private byte[] _publish = [];
    private long _requestId;

    /// <summary>How many sessions subscribed the topic.</summary>
    [Params(1, 100, 1000)]
    public int Subscribers { get; set; }

    /// <summary>The serializer of everyone.</summary>
    [Params(SerializerKind.Json, SerializerKind.MessagePack)]
    public SerializerKind Serializer { get; set; }

    /// <summary>Joins and subscribes.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var realm = new Realm("realm1", new RealmOptions(), RandomIds.Shared);
        _publisher = Join(realm, new CountingSink());
        _publish = SampleMessages.Publish(Serializer, 128);
        for (var i = 0; i < Subscribers; i++)
        {
            realm.Route(
                Join(realm, _subscribers), new WampMessage { Type = MessageType.Subscribe, RequestId = 1, Uri = SampleMessages.TopicBytes });
        }

        var before = _subscribers.Count;
        if (Publish() - before != Subscribers)
        {
            throw new InvalidOperationException("The event did not reach all subscribers.");
        }
    }

    /// <summary>Routes one PUBLISH of 128 bytes.</summary>
    [Benchmark]
    public long Publish()
    {
        var message = MessageParser.Parse(Serializer, _publish, DecodeLimits.Default);
        message.RequestId = ++_requestId;
        _publisher.Realm.Route(_publisher, message);
        return _subscribers.Count;
    }

    private Session Join(Realm realm, CountingSink sink) => realm.Join(
        Serializer,
        SampleMessages.Hello,
        new SessionIdentity("benchmark", "anonymous", "anonymous", "static"),
        new WelcomeDetails { Roles = Realm.Roles },
        sink);
}
