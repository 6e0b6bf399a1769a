using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>
/// The keys of sharded registrations and subscriptions (WAMP specification, "Sharded Registration", "Sharded Subscription"): what they mean is unwritten there, so the
/// router announces neither, and passes on to callees and subscribers what callers and publishers say.
/// </summary>
public sealed class ShardKeys
{
    private const string Procedure = "com.myapp.procedure";
    private const string Keys = "{\"runmode\":\"partition\",\"rkey\":\"sn239019\"}";
    private readonly TestRealm _realm = new(new RealmOptions { History = [new HistoryRule { Uri = "com.topic" }] });

    [Theory, EachSerializer, Trait("wamp", "SHD-01")]
    public void Run_mode_and_resource_key_of_a_call_reach_the_callee(SerializerKind from, SerializerKind to)
    {
        var (caller, callee) = (_realm.Join(from), _realm.Join(to));
        callee.Registration(Procedure);
        callee.Registration("com.", "{\"match\":\"prefix\"}");
        caller.Call(Procedure, options: Keys);
        caller.Call(Procedure, options: "{\"rkey\":\"a\",\"runmode\":\"all\"}");
        caller.Call(Procedure, options: "{\"rkey\":\"a\"}");
        caller.Call("com.other", options: "{\"runmode\":\"all\"}");
        caller.Call(Procedure);
        Assert.Equal(
            [Keys, "{\"runmode\":\"all\",\"rkey\":\"a\"}", "{\"rkey\":\"a\"}", "{\"procedure\":\"com.other\",\"runmode\":\"all\"}", "{}"],
            callee.Rest().Select(invocation => invocation.Details));
    }

    [Theory, EachSerializer, Trait("wamp", "SHD-01")]
    public void A_partition_cannot_be_chosen_without_a_resource_key(SerializerKind serializer)
    {
        var caller = _realm.Join(serializer, Features.ProgressiveCallInvocations);
        var callee = _realm.Join(serializer, Features.ProgressiveCallInvocations | Features.CallCanceling);
        callee.Registration(Procedure);
        var request = caller.Call(Procedure, options: "{\"runmode\":\"partition\"}");
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.InvalidArgument), caller.NextError());
        request = caller.Call(Procedure, options: "{\"runmode\":\"partition\",\"progress\":true}");
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.InvalidArgument), caller.NextError());
        caller.Chunk(request, Procedure, options: "{}"); // sent before the ERROR was read
        caller.AssertSilent();
        callee.AssertSilent();
        Assert.Equal(0, caller.PendingCalls);
    }

    [Theory, EachSerializer, Trait("wamp", "SHD-01"), Trait("wamp", "PCI-13"), Trait("wamp", "PCI-15")]
    public void The_keys_of_a_progressive_call_are_those_of_its_first_chunk(SerializerKind serializer)
    {
        var caller = _realm.Join(serializer, Features.ProgressiveCallInvocations);
        var callee = _realm.Join(serializer, Features.ProgressiveCallInvocations | Features.CallCanceling);
        callee.Registration(Procedure);
        var request = caller.Call(Procedure, options: "{\"progress\":true,\"rkey\":\"a\"}");
        caller.Chunk(request, Procedure, options: "{\"progress\":true,\"rkey\":\"b\"}");
        caller.Chunk(request, Procedure, options: "{\"rkey\":\"c\"}");
        Assert.Equal(["{\"progress\":true,\"rkey\":\"a\"}", "{\"progress\":true}", "{}"], callee.Rest().Select(invocation => invocation.Details));
    }

    [Theory, EachSerializer, Trait("wamp", "SHS-01")]
    public void The_resource_key_of_an_event_reaches_its_subscribers_and_stays_with_it(SerializerKind from, SerializerKind to)
    {
        var (publisher, exact, pattern) = (_realm.Join(from), _realm.Join(to), _realm.Join(to));
        exact.Subscription("com.topic", "{\"nkey\":\"node23\"}");
        pattern.Subscription("com.", "{\"match\":\"prefix\"}");
        publisher.Publish("com.topic", options: "{\"rkey\":\"sn239019\",\"retain\":true}");
        publisher.Publish("com.topic");
        Assert.Equal(["{\"rkey\":\"sn239019\"}", "{}"], exact.Rest().Select(received => received.Details));
        Assert.Equal("{\"topic\":\"com.topic\",\"rkey\":\"sn239019\"}", pattern.Next().Details);

        var late = _realm.Join(to);
        late.Subscription("com.topic", "{\"get_retained\":true}");
        Assert.Equal("{\"rkey\":\"sn239019\",\"retained\":true}", late.Next().Details);
        Assert.Contains(
            "\"details\":{\"rkey\":\"sn239019\"}",
            late.Ask("wamp.subscription.get_events", late.Ask("wamp.subscription.lookup", "[\"com.topic\"]")),
            StringComparison.Ordinal);
    }

    [Theory, EachSerializer, Trait("wamp", "SHS-01"), Trait("wamp", "SHD-01"), Trait("wamp", "SER-16")]
    public void Keys_that_are_no_strings_break_the_protocol(SerializerKind serializer)
    {
        Assert.Throws<WampProtocolException>(() => { _realm.Join(serializer).Subscribe("com.topic", "{\"nkey\":5}"); });
        Assert.Throws<WampProtocolException>(() => { _realm.Join(serializer).Publish("com.topic", options: "{\"rkey\":5}"); });
        Assert.Throws<WampProtocolException>(() => { _realm.Join(serializer).Call(Procedure, options: "{\"rkey\":null}"); });
        Assert.Throws<WampProtocolException>(() => { _realm.Join(serializer).Call(Procedure, options: "{\"runmode\":[]}"); });
    }

    [Fact, Trait("wamp", "SHD-01"), Trait("wamp", "SHS-01")]
    public void Neither_is_announced()
    {
        var announced = System.Text.Encoding.UTF8.GetString(ValueEncoder.Encode(SerializerKind.Json, new WelcomeDetails { Roles = Realm.Roles }));
        Assert.DoesNotContain("shard", announced, StringComparison.Ordinal);
        Assert.Contains("shared_registration", announced, StringComparison.Ordinal);
    }
}
