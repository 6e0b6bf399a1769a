using Broker.Ids;
using Broker.Messages;
using Broker.Peers;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Sessions;

/// <summary>The ids that clients count (WAMP specification, "IDs").</summary>
public sealed class RequestIds
{
    private readonly TestRealm _realm = new();

    [Theory, EachSerializer, Trait("wamp", "ID-08"), Trait("wamp", "PV-10")]
    public void A_request_id_that_does_not_follow_the_last_breaks_the_protocol(SerializerKind serializer)
    {
        foreach (var type in new[] { MessageType.Publish, MessageType.Subscribe, MessageType.Unsubscribe, MessageType.Call, MessageType.Register, MessageType.Unregister })
        {
            foreach (var id in new[] { 2, 3, 5, 1L << 53 })
            {
                var peer = _realm.Join(serializer);
                Assert.Throws<WampProtocolException>(() => peer.Route(Message(type, id)));
                peer.AssertSilent();
            }

            var repeating = _realm.Join(serializer);
            repeating.Route(Message(type, 1));
            Assert.Throws<WampProtocolException>(() => repeating.Route(Message(type, 1)));
        }

        Assert.Throws<WampProtocolException>(() => _realm.Join(serializer).Route(Message(MessageType.Publish, 2)));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "ID-05"), Trait("wamp", "ID-09"), Trait("wamp", "ID-10"), Trait("wamp", "ID-11")]
    public void All_requests_count_together_those_that_fail_included_and_other_messages_do_not(SerializerKind serializer)
    {
        var peer = _realm.Join(serializer);
        Assert.Equal(1, peer.Subscribe("com..bad"));
        Assert.Equal(2, peer.Publish("com.topic"));
        Assert.Equal(3, peer.Call("com.nobody"));
        Assert.Equal(4, peer.Unsubscribe(99));
        Assert.Equal(5, peer.Register("com.procedure"));
        Assert.Equal(6, peer.Call("com.procedure"));
        peer.Yield(1);
        peer.Cancel(6);
        peer.Route(new WampMessage { Type = MessageType.Call, RequestId = 7, Uri = "com.procedure"u8 });
        peer.Error(2, "com.error");
        peer.Route(new WampMessage { Type = MessageType.Unregister, RequestId = 8, RegistrationId = 1 });
        Assert.Equal([1, 3, 4, 5, 1, 6, 2, 7, 8], peer.Rest().Select(received => received.RequestId));
    }

    [Theory, EachSerializer, Trait("wamp", "RACE-10"), Trait("wamp", "ID-06")]
    public void Both_sequences_wrap_behind_2_to_the_53rd(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
        callee.Registration("com.procedure");
        caller.ContinueIds(WampId.Max - 1, 0);
        callee.ContinueIds(0, WampId.Max - 1);
        long[] wrapped = [WampId.Max, 1, 2];
        Assert.Equal(wrapped, wrapped.Select(_ => caller.Call("com.procedure")));
        Assert.Equal(wrapped, callee.Rest().Select(invocation => invocation.RequestId));
        foreach (var id in wrapped)
        {
            callee.Yield(id);
        }

        Assert.Equal(wrapped, caller.Rest().Select(result => result.RequestId));
        callee.Yield(WampId.Max); // late, not a violation
        Assert.Throws<WampProtocolException>(() => caller.Route(Message(MessageType.Publish, 4)));
        _realm.LeaveAll();
    }

    [Fact, Trait("wamp", "ID-03"), Trait("wamp", "SES-11")]
    public void Session_ids_are_unique_even_when_the_generator_repeats_itself()
    {
        var realm = new Realms.Realm("realm1", new Realms.RealmOptions(), new StutteringIds());
        var ids = Enumerable.Range(0, 5).Select(_ => new RecordingPeer(realm).Session.Id).ToList();
        Assert.Equal(5, ids.Distinct().Count());
        Assert.Equal(5, realm.SessionCount);
    }

    [Theory, EachSerializer, Trait("wamp", "URI-04")]
    public void A_realm_may_demand_strict_URIs(SerializerKind serializer)
    {
        var realm = new TestRealm(new Realms.RealmOptions { UriRules = UriRules.Default with { IsStrict = true } });
        var peer = realm.Join(serializer);
        Assert.Equal(ErrorUris.InvalidUri, Error(peer, () => peer.Subscribe("com.MyApp")));
        Assert.Equal(ErrorUris.InvalidUri, Error(peer, () => peer.Register("com.my-app")));
        Assert.Equal(ErrorUris.InvalidUri, Error(peer, () => peer.Call("com.é")));
        peer.Subscription("com.my_app2");
    }

    private static string Error(RecordingPeer peer, Action action)
    {
        action();
        return peer.NextError().Uri;
    }

    private static WampMessage Message(MessageType type, long id) =>
        new() { Type = type, RequestId = id, SubscriptionId = 1, RegistrationId = 1, Uri = "com.x"u8 };

    private sealed class StutteringIds : IIdGenerator
    {
        private long _calls;

        public long Next() => 1 + (_calls++ / 3);
    }
}
