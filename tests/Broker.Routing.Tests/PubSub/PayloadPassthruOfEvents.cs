using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;

namespace Broker.PubSub;

/// <summary>Payloads that only publisher and subscriber can read (WAMP specification, "Payload Passthru Mode").</summary>
public sealed class PayloadPassthruOfEvents
{
    private const string Keys = "\"ppt_scheme\":\"x_own\",\"ppt_serializer\":\"cbor\",\"ppt_cipher\":\"aes256gcm\",\"ppt_keyid\":\"0x01\"";
    private const string Sealed = "[\"\\u0000EjRWeA==\"]"; // one binary item
    private static readonly RoleSet Sealing = new() { Publisher = Features.PayloadPassthruMode, Subscriber = Features.PayloadPassthruMode };
    private readonly TestRealm _realm = new();

    [Fact, Trait("wamp", "PPT-01")]
    public void The_broker_announces_it() => Assert.True(Realm.Roles.Broker!.Value.HasFlag(Features.PayloadPassthruMode));

    [Theory, EachSerializer, Trait("wamp", "PPT-08"), Trait("wamp", "PPT-09"), Trait("wamp", "PPT-11"), Trait("wamp", "PPT-07"), Trait("wamp", "PPT-15")]
    public void The_four_keys_and_the_payload_reach_subscribers_unchanged_announced_or_not(SerializerKind from, SerializerKind to)
    {
        var publisher = _realm.Join(from, Sealing);
        RecordingPeer[] subscribers = [_realm.Join(to, Sealing), _realm.Join(to)];
        foreach (var subscriber in subscribers)
        {
            subscriber.Subscription("com.topic");
            subscriber.Subscription("com.", "{\"match\":\"prefix\"}");
        }

        publisher.Publish("com.topic", Sealed, $"{{{Keys}}}");
        foreach (var subscriber in subscribers)
        {
            var (exact, pattern) = (subscriber.Next(), subscriber.Next());
            Assert.Equal(($"{{{Keys}}}", Sealed), (exact.Details, exact.Payload));
            Assert.Equal(($"{{\"topic\":\"com.topic\",{Keys}}}", Sealed), (pattern.Details, pattern.Payload));
        }

        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "PPT-03")]
    public void A_publisher_that_did_not_announce_it_breaks_the_protocol(SerializerKind serializer)
    {
        foreach (var roles in new[] { new RoleSet { Publisher = Features.None }, new RoleSet { Subscriber = Features.PayloadPassthruMode, Caller = Features.PayloadPassthruMode } })
        {
            var (publisher, subscriber) = (_realm.Join(serializer, roles), _realm.Join(serializer));
            subscriber.Subscription("com.topic");
            Assert.Throws<WampProtocolException>(() => publisher.Publish("com.topic", Sealed, $"{{{Keys}}}"));
            subscriber.AssertSilent();
        }
    }

    [Theory, EachSerializer, Trait("wamp", "PPT-02")]
    public void Without_a_scheme_the_mode_is_off(SerializerKind serializer)
    {
        var (publisher, subscriber) = (_realm.Join(serializer), _realm.Join(serializer));
        subscriber.Subscription("com.topic");
        publisher.Publish("com.topic", "[1]", "{\"ppt_scheme\":\"\",\"ppt_serializer\":\"cbor\"}");
        publisher.Publish("com.topic", "[1]", "{\"ppt_serializer\":\"cbor\",\"ppt_keyid\":\"0x01\"}");
        Assert.All(subscriber.Rest(), received => Assert.Equal(("{}", "[1]"), (received.Details, received.Payload)));
    }

    [Theory, EachSerializer, Trait("wamp", "PPT-08")]
    public void Keys_that_are_absent_stay_absent(SerializerKind serializer)
    {
        var (publisher, subscriber) = (_realm.Join(serializer, Sealing), _realm.Join(serializer));
        subscriber.Subscription("com.topic");
        publisher.Publish("com.topic", Sealed, "{\"ppt_scheme\":\"mqtt\",\"ppt_unknown\":7}");
        Assert.Equal("{\"ppt_scheme\":\"mqtt\"}", subscriber.Next().Details);
    }

    [Theory, EachSerializer, Trait("wamp", "PPT-09")]
    public void The_router_does_not_look_at_what_is_sealed(SerializerKind from, SerializerKind to)
    {
        var (publisher, subscriber) = (_realm.Join(from, Sealing), _realm.Join(to));
        subscriber.Subscription("com.topic");
        foreach (var payload in new[] { "", "[]", "[1,2]", "[\"text\"],{\"k\":1}" })
        {
            publisher.Publish("com.topic", payload, $"{{{Keys}}}");
            Assert.Equal(payload, subscriber.Next().Payload);
        }
    }

    [Theory, EachSerializer, Trait("wamp", "PPT-03"), Trait("wamp", "SER-16")]
    public void Keys_of_another_type_break_the_protocol(SerializerKind serializer)
    {
        foreach (var option in new[] { "\"ppt_scheme\":1", "\"ppt_serializer\":null", "\"ppt_cipher\":[]", "\"ppt_keyid\":7" })
        {
            Assert.Throws<WampProtocolException>(() => { _realm.Join(serializer, Sealing).Publish("com.topic", options: $"{{{option}}}"); });
        }    }

}
