using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Meta;

/// <summary>
/// <c>wamp.registration.remove_callee</c> and <c>wamp.subscription.remove_subscriber</c>, by which a caller takes away what another session holds: of Crossbar.io and
/// the specification's catalog of meta procedures.
/// </summary>
public sealed class TakingAway
{
    private const string RemoveCallee = "wamp.registration.remove_callee";
    private const string RemoveSubscriber = "wamp.subscription.remove_subscriber";
    private readonly TestRealm _realm = new(new RealmOptions { AllowMetaKill = true });

    [Theory, EachSerializer, Trait("wamp", "RME-10"), Trait("wamp", "RVK-01"), Trait("wamp", "RVK-05")]
    public void A_callee_loses_its_registration_and_is_told_the_reason(SerializerKind serializer, SerializerKind other)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(other, Features.RegistrationRevocation));
        var (one, two, three) = (callee.Registration("com.one"), callee.Registration("com.two"), callee.Registration("com.three"));
        var watched = caller.Watch("wamp.registration.on_delete");
        var id = callee.Session.Id;
        Ask(caller, RemoveCallee, $"[{one},{id}]");
        Ask(caller, RemoveCallee, $"[{two},{id}],{{\"reason\":\"com.app.moved\"}}");
        Ask(caller, RemoveCallee, $"[{three},{id},\"com.app.gone\"]");
        Assert.Equal(
            [$"{{\"registration\":{one}}}", $"{{\"registration\":{two},\"reason\":\"com.app.moved\"}}", $"{{\"registration\":{three},\"reason\":\"com.app.gone\"}}"],
            callee.Rest().Select(received => (received.Type, received.RequestId) == (MessageType.Unregistered, 0) ? received.Details : ""));
        Assert.Equal(ErrorUris.NoSuchProcedure, caller.AskInVain("com.one"));
        Assert.Equal(0, _realm.Realm.RegistrationCount);
        _realm.LeaveAll();

        void Ask(RecordingPeer peer, string procedure, string payload)
        {
            var request = peer.Call(procedure, payload);
            Assert.Equal(watched.Keys.Single(), peer.Next().SubscriptionId);
            Assert.Equal(Received.Result(request), peer.Next());
        }
    }

    [Theory, EachSerializer, Trait("wamp", "SRV-01"), Trait("wamp", "SRV-04")]
    public void A_subscriber_loses_its_subscription_and_is_told_the_reason(SerializerKind serializer, SerializerKind other)
    {
        var (caller, subscriber) = (_realm.Join(serializer), _realm.Join(other, Features.SubscriptionRevocation));
        var subscription = subscriber.Subscription("com.topic");
        Assert.Equal("", caller.Ask(RemoveSubscriber, $"[{subscription},{subscriber.Session.Id}],{{\"reason\":\"com.app.moved\"}}"));
        Assert.Equal($"{{\"subscription\":{subscription},\"reason\":\"com.app.moved\"}}", subscriber.Next().Details);
        caller.Publish("com.topic");
        subscriber.AssertSilent();
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RME-10"), Trait("wamp", "SRV-01")]
    public void What_is_not_there_cannot_be_taken_away(SerializerKind serializer)
    {
        var (caller, holder) = (_realm.Join(serializer), _realm.Join());
        var (registration, subscription) = (holder.Registration("com.procedure"), holder.Subscription("com.topic"));
        Assert.Equal(ErrorUris.NoSuchSession, caller.AskInVain(RemoveCallee, $"[{registration},777]"));
        Assert.Equal(ErrorUris.NoSuchSession, caller.AskInVain(RemoveSubscriber, $"[{subscription},777]"));
        Assert.Equal(ErrorUris.NoSuchRegistration, caller.AskInVain(RemoveCallee, $"[{registration},{caller.Session.Id}]"));
        Assert.Equal(ErrorUris.NoSuchRegistration, caller.AskInVain(RemoveCallee, $"[777,{holder.Session.Id}]"));
        Assert.Equal(ErrorUris.NoSuchSubscription, caller.AskInVain(RemoveSubscriber, $"[{subscription},{caller.Session.Id}]"));
        Assert.Equal(ErrorUris.NoSuchSubscription, caller.AskInVain(RemoveSubscriber, $"[777,{holder.Session.Id}]"));
        holder.AssertSilent();
        Assert.Equal((1, 1), (_realm.Realm.RegistrationCount, _realm.Realm.SubscriptionCount));
    }

    [Theory, EachSerializer, Trait("wamp", "RME-11"), Trait("wamp", "RME-10")]
    public void Other_arguments_are_refused(SerializerKind serializer)
    {
        var caller = _realm.Join(serializer);
        foreach (var payload in new[] { "", "[1]", "[1,\"a\"]", "[\"a\",1]", "[1,1,2]", "[1,1,\"a\",1]", "[1,1],{\"reason\":1}", "[1.5,1]" })
        {
            Assert.Equal(ErrorUris.InvalidArgument, caller.AskInVain(RemoveCallee, payload));
            Assert.Equal(ErrorUris.InvalidArgument, caller.AskInVain(RemoveSubscriber, payload));
        }

        Assert.Equal(ErrorUris.InvalidUri, caller.AskInVain(RemoveCallee, $"[1,{caller.Session.Id},\"no uri\"]"));
        Assert.Equal(ErrorUris.InvalidUri, caller.AskInVain(RemoveSubscriber, $"[1,{caller.Session.Id}],{{\"reason\":\"\"}}"));
    }

    [Theory, EachSerializer, Trait("wamp", "RME-10"), Trait("wamp", "SME-18")]
    public void It_must_be_allowed_by_the_realm(SerializerKind serializer)
    {
        var realm = new TestRealm();
        var (caller, holder) = (realm.Join(serializer), realm.Join());
        var (registration, subscription) = (holder.Registration("com.procedure"), holder.Subscription("com.topic"));
        Assert.Equal(ErrorUris.NotAuthorized, caller.AskInVain(RemoveCallee, $"[{registration},{holder.Session.Id}]"));
        Assert.Equal(ErrorUris.NotAuthorized, caller.AskInVain(RemoveSubscriber, $"[{subscription},{holder.Session.Id}]"));
        Assert.Equal((1, 1), (realm.Realm.RegistrationCount, realm.Realm.SubscriptionCount));
    }
}
