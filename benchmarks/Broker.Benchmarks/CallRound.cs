using BenchmarkDotNet.Attributes;
using Broker.Ids;
using Broker.Messages;
using Broker.Options;
using Broker.Realms;
using Broker.Serialization;
using Broker.Sessions;

namespace Broker.Benchmarks;

/// <summary>A whole remote procedure call through the dealer, without transports: CALL routed to the callee as INVOCATION, YIELD back as RESULT.</summary>
[MemoryDiagnoser]
public class CallRound
{
    private readonly CountingSink _results = new();
    private readonly CountingSink _invocations = new();
    private Session _caller = null!;
    private Session _callee = null!;
    private byte[] _arguments = [];
    private long _id;

    /// <summary>The serializer of both.</summary>
    [Params(SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor)]
    public SerializerKind Serializer { get; set; }

    /// <summary>Joins and registers.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var realm = new Realm("realm1", new RealmOptions(), RandomIds.Shared);
        _arguments = SampleMessages.Arguments(Serializer, 128);
        _caller = Join(realm, _results);
        _callee = Join(realm, _invocations);
        realm.Route(_callee, new WampMessage { Type = MessageType.Register, RequestId = 1, Uri = SampleMessages.TopicBytes });
        var before = _results.Count;
        if (CallToResult() - before != 1)
        {
            throw new InvalidOperationException("The call was not answered.");
        }
    }

    /// <summary>Routes one CALL and its YIELD, 128 bytes each.</summary>
    [Benchmark]
    public long CallToResult()
    {
        // One caller and one callee: the invocation id counts with the request id.
        _id++;
        var payload = new Payload(_arguments, 1);
        _caller.Realm.Route(
            _caller,
            new WampMessage { Type = MessageType.Call, RequestId = _id, Uri = SampleMessages.TopicBytes, Payload = payload });
        _callee.Realm.Route(_callee, new WampMessage { Type = MessageType.Yield, RequestId = _id, Payload = payload });
        return _results.Count;
    }

    private Session Join(Realm realm, CountingSink sink) => realm.Join(
        Serializer,
        SampleMessages.Hello,
        new SessionIdentity("benchmark", "anonymous", "anonymous", "static"),
        new WelcomeDetails { Roles = Realm.Roles },
        sink);
}
