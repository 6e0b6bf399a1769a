using Broker.Messages;
using Broker.Peers;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Sessions;

/// <summary>Payloads between sessions of different serializers, through the router.</summary>
public sealed class Transcoding
{
    private readonly TestRealm _realm = new();

    [Theory, EachSerializer, Trait("wamp", "RACE-19"), Trait("wamp", "SER-20"), Trait("wamp", "SER-09")]
    [Trait("wamp", "PPT-11")]
    public void Every_value_survives_the_way_there_and_back(SerializerKind one, SerializerKind other)
    {
        var (caller, callee) = (_realm.Join(one), _realm.Join(other));
        callee.Registration("com.echo");
        caller.Subscription("com.echoed");
        foreach (var value in new[]
        {
            "0", "127", "128", "255", "256", "65535", "65536", "4294967295", "4294967296", "9007199254740993", "9223372036854775807", "9223372036854775808",
            "18446744073709551615", "-1", "-32", "-33", "-128", "-129", "-32769", "-2147483649", "-9223372036854775808", "0.5", "-1.25", "1E+300", "1.0",
            "null", "true", "false", "\"\"", "\"plain\"", "\"日本 😀\"", "\"\\\"\\\\\\n\"", "\"\\u0000\"", "\"\\u0000AAEC/w==\"", "[]", "{}", "[[[[]]]]", "{\"a\":{\"b\":[null]},\"\":0,\"é\":1}",
        })
        {
            var payload = $"[{value},[{value}]],{{\"k\":{value}}}";
            caller.Call("com.echo", payload);
            var invocation = callee.Next();
            callee.Yield(invocation.RequestId, invocation.Payload);
            Assert.Equal(payload, invocation.Payload);
            Assert.Equal(payload, caller.Next().Payload);
            callee.Publish("com.echoed", payload);
            Assert.Equal(payload, caller.Next().Payload);
        }
    }

    [Theory, Trait("wamp", "RACE-19")]
    [InlineData(SerializerKind.MessagePack, "91cb7ff8000000000000")]
    [InlineData(SerializerKind.MessagePack, "91cb7ff0000000000000")]
    [InlineData(SerializerKind.MessagePack, "91a100")]
    [InlineData(SerializerKind.Cbor, "81f97e00")]
    [InlineData(SerializerKind.Cbor, "81fbfff0000000000000")]
    [InlineData(SerializerKind.Cbor, "816100")]
    public void What_JSON_cannot_express_fails_the_call_in_either_direction(SerializerKind serializer, string arguments)
    {
        var (json, other) = (_realm.Join(), _realm.Join(serializer));
        var payload = Convert.FromHexString(arguments);
        json.Registration("com.json");
        other.Registration("com.other");

        var request = other.NextRequestId();
        other.RouteEncoded(new WampMessage { Type = MessageType.Call, RequestId = request, Uri = "com.json"u8, Payload = new Payload(payload, 1) });
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.InvalidArgument), other.NextError());
        json.AssertSilent();

        request = json.Call("com.other");
        other.RouteEncoded(new WampMessage { Type = MessageType.Yield, RequestId = other.Next().RequestId, Payload = new Payload(payload, 1) });
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.InvalidArgument), json.NextError());

        request = json.Call("com.other");
        other.RouteEncoded(new WampMessage
        {
            Type = MessageType.Error,
            RequestType = MessageType.Invocation,
            RequestId = other.Next().RequestId,
            Uri = "com.error"u8,
            Payload = new Payload(payload, 1),
        });
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.InvalidArgument), json.NextError());
        Assert.Equal((0, 0), (json.PendingCalls, other.PendingInvocations));
        _realm.LeaveAll();
    }

    [Theory, Trait("wamp", "RACE-19"), Trait("wamp", "PUB-10")]
    [InlineData(SerializerKind.MessagePack, "91cb7ff8000000000000")]
    [InlineData(SerializerKind.Cbor, "81f97e00")]
    public void An_event_that_JSON_cannot_express_is_dropped_for_JSON_only_and_told_as_a_gap(SerializerKind serializer, string arguments)
    {
        var (json, same, publisher) = (_realm.Join(), _realm.Join(serializer), _realm.Join(serializer));
        json.Subscription("com.topic");
        same.Subscription("com.topic");
        publisher.RouteEncoded(new WampMessage
        {
            Type = MessageType.Publish,
            RequestId = publisher.NextRequestId(),
            Uri = "com.topic"u8,
            Payload = new Payload(Convert.FromHexString(arguments), 1),
        });
        json.AssertSilent();
        Assert.Single(same.Rest());
        Assert.Equal(1, _realm.Realm.EventsDropped);
        publisher.Publish("com.topic", "[1]");
        Assert.Equal("{\"_gap\":1}", json.Next().Details);
        Assert.Equal("{}", same.Next().Details);
    }

    [Theory, EachSerializer, Trait("wamp", "RACE-23"), Trait("wamp", "SER-22"), Trait("wamp", "BRK-06")]
    public void Receivers_of_one_serializer_get_the_same_bytes(SerializerKind from, SerializerKind to)
    {
        var publisher = _realm.Join(from);
        var subscribers = Enumerable.Range(0, 3).Select(_ => _realm.Join(to)).ToList();
        subscribers.Add(_realm.Join(from));
        subscribers.ForEach(subscriber => subscriber.Subscription("com.topic"));
        publisher.Publish("com.topic", "[1.5,\"é\"],{\"k\":[]}");
        var events = subscribers.ConvertAll(subscriber => subscriber.NextBytes());
        Assert.Equal(events[0], events[1]);
        Assert.Equal(events[0], events[2]);
        Assert.Equal(Received.Decode(to, events[0]), Received.Decode(from, events[3]));
    }
}
