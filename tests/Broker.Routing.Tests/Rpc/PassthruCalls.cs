using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>Sealed payloads of calls (WAMP specification, "Payload Passthru Mode").</summary>
public sealed class PassthruCalls
{
    private const string Procedure = "com.myapp.procedure";
    private const string Sealed = "{\"ppt_scheme\":\"x_own\",\"ppt_serializer\":\"cbor\",\"ppt_cipher\":\"aes256gcm\",\"ppt_keyid\":\"k1\"}";
    private const string Payload = "[\"\\u0000AQID\"]";
    private const Features All = Features.PayloadPassthruMode | Features.ProgressiveCallResults | Features.CallCanceling | Features.ProgressiveCallInvocations;
    private readonly TestRealm _realm = new();

    [Fact, Trait("wamp", "PPT-01")]
    public void The_dealer_announces_it() => Assert.True(Realm.Roles.Dealer!.Value.HasFlag(Features.PayloadPassthruMode));

    [Theory, EachSerializer, Trait("wamp", "PPT-08"), Trait("wamp", "PPT-11"), Trait("wamp", "PPT-14"), Trait("wamp", "PCR-17"), Trait("wamp", "PPT-12")]
    public void All_four_keys_go_along_unchanged(SerializerKind one, SerializerKind two)
    {
        var (caller, callee) = (_realm.Join(one, All), _realm.Join(two, All));
        callee.Registration(Procedure);
        caller.Call(Procedure, Payload, Sealed[..^1] + ",\"receive_progress\":true}");
        Assert.Equal(Received.Invocation(1, 1, Payload, "{\"receive_progress\":true," + Sealed[1..]), callee.Next());
        callee.Yield(1, Payload, Sealed[..^1] + ",\"progress\":true}");
        callee.Yield(1, Payload, Sealed);
        caller.Call(Procedure);
        callee.Error(2, "com.myapp.error", Payload, details: Sealed);
        Assert.Equal(
            [
                Received.Result(1, Payload, "{\"progress\":true," + Sealed[1..]),
                Received.Result(1, Payload, Sealed),
                Received.Error(MessageType.Call, 2, "com.myapp.error", Payload) with { Details = Sealed },
            ],
            caller.Rest());
    }

    [Theory, EachSerializer, Trait("wamp", "PPT-02"), Trait("wamp", "PPT-03")]
    public void Without_a_scheme_it_is_off_and_who_did_not_announce_it_breaks_the_protocol(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
        callee.Registration(Procedure);
        caller.Call(Procedure, options: "{\"ppt_scheme\":\"\",\"ppt_cipher\":\"x\"}");
        caller.Call(Procedure, options: "{\"ppt_cipher\":\"x\"}");
        Assert.All(callee.Rest(), invocation => Assert.Equal("{}", invocation.Details));
        callee.Yield(1, options: "{\"ppt_scheme\":\"\"}");
        Assert.Equal("{}", caller.Next().Details);
        Assert.Throws<WampProtocolException>(() => callee.Yield(2, Payload, Sealed));
        Assert.Throws<WampProtocolException>(() => caller.Call(Procedure, Payload, Sealed));
        Assert.Throws<WampProtocolException>(() => _realm.Join(serializer).Call("wamp.session.count", Payload, Sealed));
        Assert.Throws<WampProtocolException>(() => caller.Call(Procedure, Payload, "{\"ppt_scheme\":5}"));
    }

    [Theory, EachSerializer, Trait("wamp", "PPT-05")]
    public void A_callee_that_did_not_announce_it_is_not_asked(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer, All), _realm.Join(serializer));
        callee.Registration(Procedure);
        var request = caller.Call(Procedure, Payload, Sealed);
        Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.FeatureNotSupported), caller.NextError());
        callee.AssertSilent();
        Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));
    }

    [Theory, EachSerializer, Trait("wamp", "PPT-06")]
    public void A_sealed_result_for_a_caller_that_did_not_announce_it_is_an_ERROR_for_both(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer, Features.ProgressiveCallResults), _realm.Join(serializer, All));
        callee.Registration(Procedure);
        foreach (var options in new[] { Sealed, Sealed[..^1] + ",\"progress\":true}" })
        {
            var request = caller.Call(Procedure, options: "{\"receive_progress\":true}");
            var invocation = callee.Next().RequestId;
            callee.Yield(invocation, Payload, options);
            Assert.Equal(Received.Error(MessageType.Invocation, invocation, ErrorUris.FeatureNotSupported), callee.NextError());
            Assert.Equal(Received.Error(MessageType.Call, request, ErrorUris.FeatureNotSupported), caller.NextError());
            callee.Rest();
            callee.Yield(invocation);
            caller.AssertSilent();
            Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));
        }

        var failing = caller.Call(Procedure);
        callee.Error(callee.Next().RequestId, "com.myapp.error", Payload, details: Sealed);
        Assert.Equal([Received.Error(MessageType.Call, failing, "com.myapp.error")], caller.Rest());
    }

    [Theory, EachSerializer, Trait("wamp", "PPT-09")]
    public void The_payload_is_not_looked_into(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer, All), _realm.Join(serializer, All));
        callee.Registration(Procedure);
        caller.Call(Procedure, "[1,2],{\"k\":3}", Sealed);
        Assert.Equal("[1,2],{\"k\":3}", callee.Next().Payload);
    }
}
