using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>Registrations that the router takes away (WAMP specification, "Registration Revocation").</summary>
public sealed class RegistrationRevocation
{
    private const string Procedure = "com.myapp.procedure";
    private readonly TestRealm _realm = new();

    [Theory, EachSerializer, Trait("wamp", "RVK-01"), Trait("wamp", "RVK-04"), Trait("wamp", "REG-04")]
    public void The_callee_is_told_gets_no_further_call_and_finishes_those_that_run(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer, Features.RegistrationRevocation));
        var id = callee.Registration(Procedure);
        var request = caller.Call(Procedure);
        callee.Rest();
        Assert.True(_realm.Realm.RevokeRegistration(id, callee.Session, "com.myapp.reason"));
        Assert.Equal([new Received(MessageType.Unregistered, 0, Details: $"{{\"registration\":{id},\"reason\":\"com.myapp.reason\"}}")], callee.Rest());
        caller.Call(Procedure);
        Assert.Equal(ErrorUris.NoSuchProcedure, caller.NextError().Uri);
        callee.Yield(1, "[1]");
        Assert.Equal([Received.Result(request, "[1]")], caller.Rest());
        callee.Unregister(id);
        Assert.Equal(ErrorUris.NoSuchRegistration, callee.NextError().Uri);
        Assert.Equal(0, _realm.Realm.RegistrationCount);
        id = callee.Registration(Procedure);
        Assert.True(_realm.Realm.RevokeRegistration(id, callee.Session, reason: null));
        Assert.Equal([new Received(MessageType.Unregistered, 0, Details: $"{{\"registration\":{id}}}")], callee.Rest());
    }

    [Theory, EachSerializer, Trait("wamp", "RVK-02")]
    public void A_callee_that_did_not_announce_it_is_not_told(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
        Assert.True(_realm.Realm.RevokeRegistration(callee.Registration(Procedure), callee.Session, "com.myapp.reason"));
        caller.Call(Procedure);
        Assert.Equal(ErrorUris.NoSuchProcedure, caller.NextError().Uri);
        callee.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "RVK-05"), Trait("wamp", "RME-02")]
    public void Meta_events_tell_of_it_behind_what_the_callee_is_told(SerializerKind serializer)
    {
        var callee = _realm.Join(serializer, Features.RegistrationRevocation);
        var other = _realm.Join(serializer);
        var shared = callee.Registration("com.shared", "{\"invoke\":\"first\"}");
        other.Registration("com.shared", "{\"invoke\":\"first\"}");
        var own = callee.Registration(Procedure);
        var watched = callee.Watch("wamp.registration.on_unregister", "wamp.registration.on_delete");
        Assert.True(_realm.Realm.RevokeRegistration(own, callee.Session, reason: null));
        Assert.Equal(MessageType.Unregistered, callee.Next().Type);
        Assert.Equal([$"registration.on_unregister [{callee.Session.Id},{own}]", $"registration.on_delete [{callee.Session.Id},{own}]"], callee.Seen(watched));
        Assert.True(_realm.Realm.RevokeRegistration(shared, callee.Session, reason: null));
        Assert.Equal(MessageType.Unregistered, callee.Next().Type);
        Assert.Equal([$"registration.on_unregister [{callee.Session.Id},{shared}]"], callee.Seen(watched));
        Assert.True(_realm.Realm.RevokeRegistration(shared, other.Session, reason: null));
        Assert.Equal([$"registration.on_unregister [{other.Session.Id},{shared}]", $"registration.on_delete [{other.Session.Id},{shared}]"], callee.Seen(watched));
    }

    [Theory, EachSerializer, Trait("wamp", "RVK-01"), Trait("wamp", "SHR-07")]
    public void Of_a_shared_registration_the_others_keep_their_part(SerializerKind serializer)
    {
        var (caller, one, two) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
        var id = one.Registration(Procedure, "{\"invoke\":\"first\"}");
        two.Registration(Procedure, "{\"invoke\":\"first\"}");
        Assert.True(_realm.Realm.RevokeRegistration(id, one.Session, reason: null));
        Assert.False(_realm.Realm.RevokeRegistration(id, one.Session, reason: null));
        Assert.False(_realm.Realm.RevokeRegistration(id + 1, two.Session, reason: null));
        caller.Call(Procedure);
        one.AssertSilent();
        Assert.Equal(id, two.Next().RegistrationId);
        _realm.LeaveAll();
    }
}
