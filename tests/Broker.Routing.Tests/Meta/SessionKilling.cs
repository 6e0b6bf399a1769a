using Broker.Messages;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Meta;

/// <summary><c>wamp.session.kill*</c> (WAMP specification, "Session Meta API").</summary>
public sealed class SessionKilling
{
    private readonly TestRealm _realm = new(new RealmOptions { AllowMetaKill = true });

    [Theory, EachSerializer, Trait("wamp", "SME-18")]
    public void Killing_must_be_allowed_by_the_realm(SerializerKind serializer)
    {
        var realm = new TestRealm();
        var (caller, victim) = (realm.Join(serializer), realm.Join());
        foreach (var (procedure, payload) in new[] { ("kill", $"[{victim.Session.Id}]"), ("kill_by_authid", "[\"joe\"]"), ("kill_by_authrole", "[\"user\"]"), ("kill_all", "") })
        {
            Assert.Equal(ErrorUris.NotAuthorized, caller.AskInVain("wamp.session." + procedure, payload));
        }

        Assert.Null(victim.Ending);
        Assert.Equal("[2]", caller.Ask("wamp.session.count"));
    }

    [Theory, EachSerializer, Trait("wamp", "SME-10"), Trait("wamp", "SME-14")]
    public void The_session_is_told_the_reason_and_the_message_if_there_is_one(SerializerKind serializer)
    {
        var (caller, one, two, three) = (_realm.Join(serializer), _realm.Join(), _realm.Join(), _realm.Join());
        Assert.Equal("", caller.Ask("wamp.session.kill", $"[{one.Session.Id}]"));
        Assert.Equal((CloseUris.Killed, null), one.Ending);
        caller.Ask("wamp.session.kill", $"[{two.Session.Id}],{{\"reason\":\"com.app.maintenance\",\"message\":\"Bye.\"}}");
        Assert.Equal(("com.app.maintenance", "Bye."), two.Ending);
        caller.Ask("wamp.session.kill", $"[{three.Session.Id}],{{\"reason\":null,\"message\":null}}");
        Assert.Equal((CloseUris.Killed, null), three.Ending);
        Assert.Null(caller.Ending);
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "SME-10"), Trait("wamp", "SME-11")]
    public void Unknown_sessions_the_own_one_and_bad_reasons_are_refused(SerializerKind serializer)
    {
        var (caller, victim) = (_realm.Join(serializer), _realm.Join());
        Assert.Equal(ErrorUris.NoSuchSession, caller.AskInVain("wamp.session.kill", "[7]"));
        Assert.Equal(ErrorUris.NoSuchSession, caller.AskInVain("wamp.session.kill", $"[{caller.Session.Id}]"));
        foreach (var reason in new[] { "", "no uri", "a..b", "a#" })
        {
            Assert.Equal(ErrorUris.InvalidUri, caller.AskInVain("wamp.session.kill", $"[{victim.Session.Id}],{{\"reason\":\"{reason}\"}}"));
            Assert.Equal(ErrorUris.InvalidUri, caller.AskInVain("wamp.session.kill_all", $"[],{{\"reason\":\"{reason}\"}}"));
            Assert.Equal(ErrorUris.InvalidUri, caller.AskInVain("wamp.session.kill_by_authid", $"[\"joe\"],{{\"reason\":\"{reason}\"}}"));
            Assert.Equal(ErrorUris.InvalidUri, caller.AskInVain("wamp.session.kill_by_authrole", $"[\"user\"],{{\"reason\":\"{reason}\"}}"));
        }

        Assert.Null(victim.Ending);
        caller.Ask("wamp.session.kill", $"[{victim.Session.Id}]");
        Assert.Equal(ErrorUris.NoSuchSession, caller.AskInVain("wamp.session.kill", $"[{victim.Session.Id}]"));
    }

    [Theory, EachSerializer, Trait("wamp", "SME-11"), Trait("wamp", "SME-12")]
    public void By_authid_gives_the_ids_and_by_authrole_the_count_without_the_caller(SerializerKind serializer)
    {
        var caller = _realm.Join(serializer);
        var (same, other) = (_realm.Join(), _realm.Join(authId: "amy"));
        Assert.Equal($"[[{same.Session.Id}]]", caller.Ask("wamp.session.kill_by_authid", "[\"joe\"],{\"message\":\"x\"}"));
        Assert.Equal((CloseUris.Killed, "x"), same.Ending);
        Assert.Null(other.Ending);
        Assert.Equal("[[]]", caller.Ask("wamp.session.kill_by_authid", "[\"joe\"]"));
        var third = _realm.Join(authId: "bob");
        var admin = _realm.Join(authRole: "admin");
        Assert.Equal("[2]", caller.Ask("wamp.session.kill_by_authrole", "[\"user\"]"));
        Assert.NotNull(other.Ending);
        Assert.NotNull(third.Ending);
        Assert.Null(admin.Ending);
        Assert.Null(caller.Ending);
        Assert.Equal("[0]", caller.Ask("wamp.session.kill_by_authrole", "[\"user\"]"));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "SME-13"), Trait("wamp", "SME-11"), Trait("wamp", "TST-06")]
    public void All_but_the_caller_go_without_on_leave_and_without_testaments(SerializerKind serializer)
    {
        var caller = _realm.Join(serializer);
        var victims = Enumerable.Range(0, 10).Select(_ => _realm.Join()).ToList();
        victims[0].Ask("wamp.session.add_testament", "[\"com.topic\",[],{}]");
        var watched = caller.Watch("wamp.session.on_leave", "com.topic");
        Assert.Equal("[10]", caller.Ask("wamp.session.kill_all", "[],{\"reason\":\"com.app.bye\"}"));
        Assert.All(victims, victim => Assert.Equal(("com.app.bye", null), victim.Ending));
        Assert.Empty(caller.Seen(watched));
        Assert.Equal("[1]", caller.Ask("wamp.session.count"));
        victims.ForEach(victim => victim.Leave());
        Assert.Empty(caller.Seen(watched));
        Assert.Equal("[0]", caller.Ask("wamp.session.kill_all"));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "SME-15"), Trait("wamp", "SME-17"), Trait("wamp", "SME-03")]
    public void A_session_is_out_of_routing_before_the_caller_gets_its_RESULT(SerializerKind serializer)
    {
        var (caller, victim) = (_realm.Join(serializer), _realm.Join());
        victim.Registration("com.procedure");
        victim.Subscription("com.topic");
        var call = caller.Call("com.procedure");
        victim.Next();
        var leave = caller.Subscription("wamp.session.on_leave");
        var kill = caller.Call("wamp.session.kill", $"[{victim.Session.Id}]");
        Assert.Equal(Received.Error(MessageType.Call, call, ErrorUris.Canceled), caller.NextError());
        Assert.Equal(leave, caller.Next().SubscriptionId);
        Assert.Equal(Received.Result(kill), caller.Next());

        victim.Publish("com.topic", options: "{\"exclude_me\":false}");
        victim.Call("com.procedure");
        victim.Subscribe("com.other");
        victim.Yield(99);
        caller.Publish("com.topic");
        victim.AssertSilent();
        Assert.Equal(ErrorUris.NoSuchProcedure, caller.AskInVain("com.procedure"));
        victim.Leave();
        caller.AssertSilent();
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RACE-14")]
    public void A_thousand_sessions_are_killed_while_they_work(SerializerKind serializer)
    {
        const int Count = 1000;
        var caller = _realm.Join(serializer, authId: "admin");
        var watched = caller.Watch("wamp.session.on_leave");
        var victims = Enumerable.Range(0, Count).Select(i => _realm.Join((SerializerKind)(i % 3))).ToList();
        void Work()
        {
            for (var i = 0; i < 4 * Count; i++)
            {
                var peer = victims[i % Count];
                lock (peer)
                {
                    peer.Subscribe("com.topic." + (i % 7));
                    peer.Publish("com.topic." + (i % 7));
                    peer.Call("com.procedure");
                }
            }
        }

        Threads.Run(Work, Work, () => caller.Call("wamp.session.kill_by_authid", "[\"joe\"]"));
        Assert.All(victims, peer => Assert.Equal((CloseUris.Killed, null), peer.Ending));
        var received = caller.Rest();
        Assert.Equal(Count, received.Count(message => message.Type == MessageType.Event && watched.ContainsKey(message.SubscriptionId)));
        Assert.Equal(MessageType.Result, received[^1].Type);
        Assert.Equal("[1]", caller.Ask("wamp.session.count"));
        Assert.Null(caller.Ending);
        _realm.LeaveAll();
    }

    [Fact, Trait("wamp", "SME-03"), Trait("wamp", "SME-10")]
    public void Sessions_that_kill_each_other_end_once()
    {
        for (var round = 0; round < 200; round++)
        {
            var (one, two) = (_realm.Join(), _realm.Join());
            Threads.Run(
                () => one.Call("wamp.session.kill", $"[{two.Session.Id}]"),
                () => two.Call("wamp.session.kill", $"[{one.Session.Id}]"),
                one.Leave);
            Assert.True(one.Session.HasEnded);
            Assert.Equal(two.Session.HasEnded, two.Ending is not null);
        }

        _realm.LeaveAll();
    }
}
