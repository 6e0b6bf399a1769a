using Broker.Messages;
using Broker.Peers;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>REGISTER and UNREGISTER (WAMP specification, "Registering and Unregistering").</summary>
public sealed class Registering
{
    private const string Procedure = "com.myapp.procedure";
    private readonly TestRealm _realm = new();

    [Theory, EachSerializer, Trait("wamp", "REG-01"), Trait("wamp", "ID-04")]
    public void REGISTER_is_answered_by_REGISTERED_with_an_id_of_its_own(SerializerKind serializer)
    {
        var callee = _realm.Join(serializer);
        Assert.NotEqual(callee.Registration(Procedure), callee.Registration(Procedure + "2"));
        Assert.Equal(2, _realm.Realm.RegistrationCount);
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "REG-01"), Trait("wamp", "URI-05"), Trait("wamp", "URI-08"), Trait("wamp", "URI-02")]
    public void REGISTER_of_a_malformed_or_reserved_URI_is_answered_by_ERROR(SerializerKind serializer)
    {
        var callee = _realm.Join(serializer);
        foreach (var procedure in new[] { "", "com..x", "com.", "a b", "a#b", "wamp", "wamp.x", "wamp.session.count" })
        {
            var request = callee.Register(procedure);
            Assert.Equal(Received.Error(MessageType.Register, request, ErrorUris.InvalidUri), callee.NextError());
        }

        Assert.Equal(0, _realm.Realm.RegistrationCount);
    }

    [Theory, EachSerializer, Trait("wamp", "REG-02")]
    [Trait("wamp", "SHR-02")]
    public void A_procedure_that_is_registered_cannot_be_registered_again_by_anybody(SerializerKind serializer)
    {
        var (callee, other) = (_realm.Join(serializer), _realm.Join(serializer));
        callee.Registration(Procedure);
        Assert.Equal(Received.Error(MessageType.Register, callee.Register(Procedure), ErrorUris.ProcedureAlreadyExists), callee.NextError());
        Assert.Equal(Received.Error(MessageType.Register, other.Register(Procedure), ErrorUris.ProcedureAlreadyExists), other.NextError());
        Assert.Equal(1, _realm.Realm.RegistrationCount);
    }

    [Theory, EachSerializer, Trait("wamp", "REG-03")]
    public void Only_the_owner_can_unregister_and_only_once(SerializerKind serializer)
    {
        var (callee, other) = (_realm.Join(serializer), _realm.Join(serializer));
        var registration = callee.Registration(Procedure);
        Assert.Equal(Received.Error(MessageType.Unregister, other.Unregister(registration), ErrorUris.NoSuchRegistration), other.NextError());
        Assert.Equal(Received.Error(MessageType.Unregister, callee.Unregister(registration + 1), ErrorUris.NoSuchRegistration), callee.NextError());
        Assert.Equal(Received.Unregistered(callee.Unregister(registration)), callee.Next());
        Assert.Equal(Received.Error(MessageType.Unregister, callee.Unregister(registration), ErrorUris.NoSuchRegistration), callee.NextError());
        other.Registration(Procedure);
    }

    [Theory, EachSerializer, Trait("wamp", "REG-04"), Trait("wamp", "RPC-31"), Trait("wamp", "RACE-04")]
    public void Invocations_that_run_go_on_after_UNREGISTER(SerializerKind serializer)
    {
        var (callee, caller) = (_realm.Join(serializer), _realm.Join(serializer));
        var registration = callee.Registration(Procedure);
        var (one, two) = (caller.Call(Procedure), caller.Call(Procedure));
        callee.Unregister(registration);
        callee.Yield(2, "[2]");
        callee.Error(1, "com.myapp.error");
        Assert.Equal([Received.Result(two, "[2]"), Received.Error(MessageType.Call, one, "com.myapp.error")], caller.Rest());
        Assert.Equal((0, 0), (caller.PendingCalls, callee.PendingInvocations));
    }

    [Theory, EachSerializer, Trait("wamp", "REG-05")]
    public void After_UNREGISTERED_no_INVOCATION_follows(SerializerKind serializer)
    {
        var (callee, caller) = (_realm.Join(serializer), _realm.Join(serializer));
        callee.Unregister(callee.Registration(Procedure));
        Assert.Equal(MessageType.Unregistered, callee.Next().Type);
        Assert.Equal(Received.Error(MessageType.Call, caller.Call(Procedure), ErrorUris.NoSuchProcedure), caller.NextError());
        callee.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "REG-06")]
    public void Registrations_vanish_with_the_session_and_the_URI_is_free_at_once(SerializerKind serializer)
    {
        var (callee, caller, successor) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
        callee.Registration(Procedure);
        callee.Leave();
        Assert.Equal(0, _realm.Realm.RegistrationCount);
        Assert.Equal(Received.Error(MessageType.Call, caller.Call(Procedure), ErrorUris.NoSuchProcedure), caller.NextError());
        var registration = successor.Registration(Procedure);
        caller.Call(Procedure);
        Assert.Equal(Received.Invocation(1, registration), successor.Next());
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "SER-17")]
    public void Unknown_policies_break_the_protocol(SerializerKind serializer)
    {
        var callee = _realm.Join(serializer);
        Assert.Throws<WampProtocolException>(() => callee.Register(Procedure, "{\"match\":\"regex\"}"));
        Assert.Throws<WampProtocolException>(() => callee.Register(Procedure, "{\"invoke\":5}"));
        Assert.Throws<WampProtocolException>(() => callee.Register(Procedure, "{\"invoke\":\"all\"}"));
    }
}
