using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Meta;

/// <summary>Who is in the realm (WAMP specification, "Session Meta API").</summary>
public sealed class SessionMetaApi
{
    private readonly TestRealm _realm = new();

    [Fact, Trait("wamp", "SME-01"), Trait("wamp", "TST-01")]
    public void It_is_announced_by_both_roles_unless_the_realm_turns_it_off()
    {
        Assert.True(_realm.Realm.AnnouncedRoles.Broker!.Value.HasFlag(Features.SessionMetaApi));
        Assert.True(_realm.Realm.AnnouncedRoles.Dealer!.Value.HasFlag(Features.SessionMetaApi | Features.TestamentMetaApi));
        var off = new TestRealm(new RealmOptions { MetaApi = false });
        const Features Meta = Features.SessionMetaApi | Features.TestamentMetaApi | Features.SubscriptionMetaApi | Features.RegistrationMetaApi | Features.EventHistory;
        Assert.Equal(Features.None, (off.Realm.AnnouncedRoles.Broker | off.Realm.AnnouncedRoles.Dealer) & Meta);
        Assert.Equal(Realm.Roles.Broker & ~Meta, off.Realm.AnnouncedRoles.Broker);
        var peer = off.Join();
        var watched = peer.Watch("wamp.session.on_join", "wamp.subscription.on_create");
        Assert.Equal(ErrorUris.NoSuchProcedure, peer.AskInVain("wamp.session.count"));
        off.Join().Subscription("com.topic");
        Assert.Empty(peer.Seen(watched));
    }

    [Theory, EachSerializer, Trait("wamp", "SME-02"), Trait("wamp", "SME-03"), Trait("wamp", "SME-04"), Trait("wamp", "PV-34")]
    public void Sessions_that_come_and_go_are_told_once_with_one_and_three_arguments(SerializerKind serializer, SerializerKind other)
    {
        var watcher = _realm.Join(serializer);
        var elsewhere = new TestRealm();
        var watched = watcher.Watch("wamp.session.on_join", "wamp.session.on_leave");
        elsewhere.Join().Leave();
        var peer = _realm.Join(other, authId: "zoë", authRole: "sensor");
        var id = peer.Session.Id;
        Assert.Equal(
            [$"session.on_join [{{\"session\":{id},\"authid\":\"zoë\",\"authrole\":\"sensor\",\"authmethod\":\"anonymous\",\"authprovider\":\"static\"}}]"],
            watcher.Seen(watched));
        peer.Leave();
        peer.Leave();
        Assert.Equal([$"session.on_leave [{id},\"zoë\",\"sensor\"]"], watcher.Seen(watched));
    }

    [Fact, Trait("wamp", "SME-03")]
    public void Nothing_is_published_while_nobody_has_subscribed()
    {
        var publisher = _realm.Join();
        var (one, other) = (_realm.Join(), _realm.Join());
        one.Subscription("com.topic");
        one.Registration("com.procedure");
        one.Leave();
        publisher.Publish("com.topic", options: "{\"acknowledge\":true}");
        Assert.Equal(other.Session.Id + 1, publisher.Next().PublicationId); // ids come from one counter, and none was used in between
    }

    [Theory, EachSerializer, Trait("wamp", "SME-05"), Trait("wamp", "SME-16")]
    public void Count_and_list_tell_the_sessions_of_the_roles_asked_for(SerializerKind serializer)
    {
        var caller = _realm.Join(serializer);
        var sensors = new[] { _realm.Join(authRole: "sensor"), _realm.Join(authRole: "sensor") };
        var admin = _realm.Join(authRole: "admin");
        long[] all = [caller.Session.Id, sensors[0].Session.Id, sensors[1].Session.Id, admin.Session.Id];
        Assert.Equal("[4]", caller.Ask("wamp.session.count"));
        Assert.Equal("[4]", caller.Ask("wamp.session.count", "[null]"));
        Assert.Equal("[3]", caller.Ask("wamp.session.count", "[[\"sensor\",\"admin\",\"nobody\"]]"));
        Assert.Equal("[0]", caller.Ask("wamp.session.count", "[[]]"));
        Assert.Equal(all, Ids(caller.Ask("wamp.session.list")));
        Assert.Equal(all[1..3], Ids(caller.Ask("wamp.session.list", "[[\"sensor\"]]")));
        Assert.Equal("[[]]", caller.Ask("wamp.session.list", "[[]]"));
        admin.Leave();
        Assert.Equal("[3]", caller.Ask("wamp.session.count"));
        Assert.Equal("[0]", caller.Ask("wamp.session.count", "[[\"admin\"]]"));
        _realm.LeaveAll();
    }

    [Fact, Trait("wamp", "SME-05")]
    public void Counts_are_right_after_sessions_have_come_and_gone_on_many_threads()
    {
        void Churn()
        {
            for (var i = 0; i < 500; i++)
            {
                var peer = _realm.Join(authRole: "role" + (i % 3));
                if (i % 5 != 0)
                {
                    peer.Leave();
                }
            }
        }

        Threads.Run(Churn, Churn, Churn);
        var caller = _realm.Join();
        Assert.Equal("[301]", caller.Ask("wamp.session.count"));
        Assert.Equal("[300]", caller.Ask("wamp.session.count", "[[\"role0\",\"role1\",\"role2\"]]"));
        Assert.Equal("[99]", caller.Ask("wamp.session.count", "[[\"role1\"]]")); // of each thread 33
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "SME-06")]
    public void Get_tells_who_a_session_is(SerializerKind serializer)
    {
        var (caller, other) = (_realm.Join(serializer), _realm.Join(authId: "zoë", authRole: "sensor"));
        Assert.Equal(
            $"[{{\"session\":{other.Session.Id},\"authid\":\"zoë\",\"authrole\":\"sensor\",\"authmethod\":\"anonymous\",\"authprovider\":\"static\"}}]",
            caller.Ask("wamp.session.get", $"[{other.Session.Id}]"));
        other.Leave();
        Assert.Equal(ErrorUris.NoSuchSession, caller.AskInVain("wamp.session.get", $"[{other.Session.Id}]"));
        Assert.Equal(ErrorUris.NoSuchSession, caller.AskInVain("wamp.session.get", "[-1]"));
        caller.Call("wamp.session.get", "[17]");
        Assert.Equal("[\"There is no session 17.\"]", caller.Next().Payload);
    }

    [Theory, EachSerializer, Trait("wamp", "SME-19")]
    public void Other_arguments_are_refused(SerializerKind serializer)
    {
        var caller = new TestRealm(new RealmOptions { AllowMetaKill = true }).Join(serializer);
        foreach (var (procedure, payload) in new[]
        {
            ("count", "[\"sensor\"]"), ("count", "[[1]]"), ("count", "[[],1]"), ("list", "[{}]"), ("list", "[[\"a\",null]]"),
            ("get", ""), ("get", "[\"1\"]"), ("get", "[1.5]"), ("get", "[1,2]"), ("get", "[null]"), ("get", "[18446744073709551615]"), ("get", "[[1]]"),
            ("get", "[1,2,3,4,5,6,7,8,9,10,11,12]"),
            ("kill", ""), ("kill", "[\"joe\"]"), ("kill", "[1,2]"), ("kill", "[1],{\"reason\":1}"), ("kill", "[1],{\"message\":[]}"),
            ("kill_by_authid", ""), ("kill_by_authid", "[1]"), ("kill_by_authid", "[\"a\",\"b\"]"), ("kill_by_authrole", "[[]]"), ("kill_all", "[1]"),
        })
        {
            Assert.Equal(ErrorUris.InvalidArgument, caller.AskInVain("wamp.session." + procedure, payload));
        }

        Assert.Equal("[1]", caller.Ask("wamp.session.count", "[],{\"unknown\":{\"a\":[1,{}]}}"));
    }

    [Theory, EachSerializer, Trait("wamp", "PBR-11"), Trait("wamp", "URI-05")]
    public void Reserved_procedures_are_the_routers_alone(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join(serializer));
        var request = callee.Register("wamp.session.count");
        Assert.Equal(Received.Error(MessageType.Register, request, ErrorUris.InvalidUri), callee.NextError());
        Assert.Equal("[2]", caller.Ask("wamp.session.count"));
        Assert.Equal(ErrorUris.NoSuchProcedure, caller.AskInVain("wamp.session"));
        Assert.Equal(ErrorUris.NoSuchProcedure, caller.AskInVain("wamp.session.count2"));
        Assert.Equal(ErrorUris.InvalidUri, caller.AskInVain("wamp..count"));
        callee.AssertSilent();
    }

    [Fact, Trait("wamp", "SME-05")]
    public void A_result_that_the_caller_does_not_take_is_refused()
    {
        var caller = _realm.Join();
        for (var i = 0; i < 100; i++)
        {
            _realm.Join();
        }

        caller.MaxLength = 200;
        Assert.Equal(ErrorUris.PayloadSizeExceeded, caller.AskInVain("wamp.session.list"));
        Assert.Equal("[101]", caller.Ask("wamp.session.count"));
    }

    private static IEnumerable<long> Ids(string payload) =>
        System.Text.Json.JsonSerializer.Deserialize<long[][]>(payload)!.Single().Order();
}
