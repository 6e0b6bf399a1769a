using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Meta;

/// <summary>What is registered (WAMP specification, "Registration Meta API").</summary>
public sealed class RegistrationMetaApi
{
    private static readonly string[] Topics =
        ["wamp.registration.on_create", "wamp.registration.on_register", "wamp.registration.on_unregister", "wamp.registration.on_delete"];

    private readonly TestRealm _realm = new(time: new ManualTime { Now = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero) });

    [Fact, Trait("wamp", "RME-01")]
    public void The_dealer_announces_it() => Assert.True(Realm.Roles.Dealer!.Value.HasFlag(Features.RegistrationMetaApi));

    [Theory, EachSerializer, Trait("wamp", "RME-02"), Trait("wamp", "RME-03"), Trait("wamp", "RME-04"), Trait("wamp", "ORD-08")]
    public void Events_tell_in_order_what_is_registered_and_unregistered(SerializerKind serializer, SerializerKind other)
    {
        var (watcher, callee) = (_realm.Join(serializer), _realm.Join(other));
        var watched = watcher.Watch(Topics);
        var session = callee.Session.Id;
        new TestRealm().Join().Registration("com.procedure");
        var id = callee.Registration("com.procedure");
        callee.Register("com.procedure");
        callee.Unregister(id);
        callee.Unregister(id);
        Assert.Equal(
            [
                $"registration.on_create [{session},{{\"id\":{id},\"created\":\"2026-03-04T05:06:07.000Z\",\"uri\":\"com.procedure\",\"match\":\"exact\",\"invoke\":\"single\"}}]",
                $"registration.on_register [{session},{id}]",
                $"registration.on_unregister [{session},{id}]",
                $"registration.on_delete [{session},{id}]",
            ],
            watcher.Seen(watched));
    }

    [Theory, EachSerializer, Trait("wamp", "RME-08")]
    public void A_session_that_leaves_unregisters(SerializerKind serializer)
    {
        var (watcher, callee) = (_realm.Join(serializer), _realm.Join());
        var id = callee.Registration("com.procedure");
        var watched = watcher.Watch([.. Topics, "wamp.session.on_leave"]);
        callee.Leave();
        Assert.Equal(
            [
                $"registration.on_unregister [{callee.Session.Id},{id}]",
                $"registration.on_delete [{callee.Session.Id},{id}]",
                $"session.on_leave [{callee.Session.Id},\"joe\",\"user\"]",
            ],
            watcher.Seen(watched));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RME-09")]
    public void The_session_that_causes_an_event_gets_it_behind_its_reply(SerializerKind serializer)
    {
        var peer = _realm.Join(serializer);
        var watched = peer.Watch(Topics);
        var id = peer.Registration("com.procedure");
        Assert.Equal(2, peer.Seen(watched).Count);
        var request = peer.Unregister(id);
        Assert.Equal(Received.Unregistered(request), peer.Next());
        Assert.Equal([$"registration.on_unregister [{peer.Session.Id},{id}]", $"registration.on_delete [{peer.Session.Id},{id}]"], peer.Seen(watched));
    }

    [Theory, EachSerializer, Trait("wamp", "RME-03"), Trait("wamp", "RME-04"), Trait("wamp", "RME-05"), Trait("wamp", "RME-06"), Trait("wamp", "RME-07")]
    public void Procedures_tell_what_is_registered_and_by_whom(SerializerKind serializer)
    {
        var (caller, callee) = (_realm.Join(serializer), _realm.Join());
        new TestRealm().Join().Registration("com.elsewhere");
        Assert.Equal("[{\"exact\":[],\"prefix\":[],\"wildcard\":[]}]", caller.Ask("wamp.registration.list"));
        var id = callee.Registration("com.procedure");
        Assert.Equal($"[{{\"exact\":[{id}],\"prefix\":[],\"wildcard\":[]}}]", caller.Ask("wamp.registration.list"));
        Assert.Equal($"[{id}]", caller.Ask("wamp.registration.lookup", "[\"com.procedure\"]"));
        Assert.Equal("[null]", caller.Ask("wamp.registration.lookup", "[\"com.procedure\",{\"match\":\"prefix\"}]"));
        Assert.Equal("[null]", caller.Ask("wamp.registration.lookup", "[\"com.elsewhere\"]"));
        Assert.Equal("[null]", caller.Ask("wamp.registration.lookup", "[\"wamp.registration.lookup\"]"));
        Assert.Equal($"[{id}]", caller.Ask("wamp.registration.match", "[\"com.procedure\"]"));
        Assert.Equal("[null]", caller.Ask("wamp.registration.match", "[\"com.procedure.x\"]"));
        Assert.Equal(
            $"[{{\"id\":{id},\"created\":\"2026-03-04T05:06:07.000Z\",\"uri\":\"com.procedure\",\"match\":\"exact\",\"invoke\":\"single\"}}]",
            caller.Ask("wamp.registration.get", $"[{id}]"));
        Assert.Equal($"[[{callee.Session.Id}]]", caller.Ask("wamp.registration.list_callees", $"[{id}]"));
        Assert.Equal("[1]", caller.Ask("wamp.registration.count_callees", $"[{id}]"));
        callee.Leave();
        foreach (var procedure in new[] { "get", "list_callees", "count_callees" })
        {
            Assert.Equal(ErrorUris.NoSuchRegistration, caller.AskInVain("wamp.registration." + procedure, $"[{id}]"));
        }
    }

    [Theory, EachSerializer, Trait("wamp", "RME-11")]
    public void Other_arguments_are_refused(SerializerKind serializer)
    {
        var caller = _realm.Join(serializer);
        foreach (var (procedure, payload) in new[]
        {
            ("list", "[1]"), ("lookup", ""), ("lookup", "[1]"), ("lookup", "[\"a\",1]"), ("lookup", "[\"a\",{\"match\":\"suffix\"}]"),
            ("match", ""), ("match", "[1]"), ("get", "[\"a\"]"), ("get", "[1,2]"), ("list_callees", ""), ("count_callees", "[null]"),
        })
        {
            Assert.Equal(ErrorUris.InvalidArgument, caller.AskInVain("wamp.registration." + procedure, payload));
        }
    }
}
