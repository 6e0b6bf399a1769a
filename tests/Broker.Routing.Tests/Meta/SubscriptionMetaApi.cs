using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Meta;

/// <summary>What is subscribed (WAMP specification, "Subscription Meta API").</summary>
public sealed class SubscriptionMetaApi
{
    private const string Prefix = "{\"match\":\"prefix\"}";
    private const string Wildcard = "{\"match\":\"wildcard\"}";
    private static readonly string[] Topics =
        ["wamp.subscription.on_create", "wamp.subscription.on_subscribe", "wamp.subscription.on_unsubscribe", "wamp.subscription.on_delete"];

    private readonly TestRealm _realm = new(time: new ManualTime { Now = new DateTimeOffset(2026, 3, 4, 5, 6, 7, 89, TimeSpan.FromHours(2)) });

    [Fact, Trait("wamp", "SBM-01")]
    public void The_broker_announces_it() => Assert.True(Realm.Roles.Broker!.Value.HasFlag(Features.SubscriptionMetaApi));

    [Theory, EachSerializer, Trait("wamp", "SBM-02"), Trait("wamp", "ORD-08"), Trait("wamp", "SBM-07"), Trait("wamp", "BRK-03")]
    public void Events_tell_in_order_of_the_first_and_the_last_subscriber_and_of_those_between(SerializerKind serializer, SerializerKind other)
    {
        var (watcher, one, two) = (_realm.Join(serializer), _realm.Join(other), _realm.Join());
        var watched = watcher.Watch(Topics);
        var (first, second) = (one.Session.Id, two.Session.Id);
        var id = one.Subscription("com.topic.", Prefix);
        Assert.Equal(
            [
                $"subscription.on_create [{first},{{\"id\":{id},\"created\":\"2026-03-04T03:06:07.089Z\",\"uri\":\"com.topic.\",\"match\":\"prefix\"}}]",
                $"subscription.on_subscribe [{first},{id}]",
            ],
            watcher.Seen(watched));
        one.Subscription("com.topic.", Prefix);
        Assert.Empty(watcher.Seen(watched));
        two.Subscription("com.topic.", Prefix);
        one.Unsubscribe(id);
        two.Unsubscribe(id);
        two.Unsubscribe(id);
        Assert.Equal(
            [
                $"subscription.on_subscribe [{second},{id}]",
                $"subscription.on_unsubscribe [{first},{id}]",
                $"subscription.on_unsubscribe [{second},{id}]",
                $"subscription.on_delete [{second},{id}]",
            ],
            watcher.Seen(watched));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "SBM-06")]
    public void A_session_that_leaves_or_is_killed_unsubscribes(SerializerKind serializer)
    {
        var realm = new TestRealm(new RealmOptions { AllowMetaKill = true });
        var (watcher, one, two) = (realm.Join(serializer), realm.Join(), realm.Join());
        var id = one.Subscription("com.topic");
        two.Subscription("com.topic");
        var watched = watcher.Watch([.. Topics, "wamp.session.on_leave"]);
        one.Leave();
        Assert.Equal([$"subscription.on_unsubscribe [{one.Session.Id},{id}]", $"session.on_leave [{one.Session.Id},\"joe\",\"user\"]"], watcher.Seen(watched));
        realm.Join().Ask("wamp.session.kill", $"[{two.Session.Id}]");
        Assert.Equal(
            [
                $"subscription.on_unsubscribe [{two.Session.Id},{id}]",
                $"subscription.on_delete [{two.Session.Id},{id}]",
                $"session.on_leave [{two.Session.Id},\"joe\",\"user\"]",
            ],
            watcher.Seen(watched));
    }

    [Theory, EachSerializer, Trait("wamp", "SBM-05"), Trait("wamp", "PBS-11")]
    public void Subscriptions_below_wamp_cause_no_events(SerializerKind serializer)
    {
        var (watcher, other) = (_realm.Join(serializer), _realm.Join());
        var all = watcher.Subscription("wamp.subscription.", Prefix);
        other.Subscription("wamp.session.on_join");
        other.Subscription("wamp.", Prefix);
        other.Subscription("wamp..on_create", Wildcard);
        other.Leave();
        watcher.AssertSilent();
        var id = _realm.Join().Subscription("com.topic");
        var told = watcher.Rest();
        Assert.Equal(["wamp.subscription.on_create", "wamp.subscription.on_subscribe"], told.Select(received => received.Details.Split('"')[3]));
        Assert.All(told, received => Assert.Equal(all, received.SubscriptionId));
        Assert.Contains($"\"id\":{id},", told[0].Payload, StringComparison.Ordinal);
    }

    [Theory, EachSerializer, Trait("wamp", "SBM-02"), Trait("wamp", "RME-09")]
    public void The_session_that_causes_an_event_gets_it_behind_its_reply(SerializerKind serializer)
    {
        var peer = _realm.Join(serializer);
        var watched = peer.Watch(Topics);
        var request = peer.Subscribe("com.topic");
        var id = peer.Next().SubscriptionId;
        Assert.Equal(2, peer.Seen(watched).Count);
        Assert.Equal(request, peer.LastRequestId);
        request = peer.Unsubscribe(id);
        Assert.Equal(Received.Unsubscribed(request), peer.Next());
        Assert.Equal([$"subscription.on_unsubscribe [{peer.Session.Id},{id}]", $"subscription.on_delete [{peer.Session.Id},{id}]"], peer.Seen(watched));
    }

    [Theory, EachSerializer, Trait("wamp", "SBM-03"), Trait("wamp", "SBM-04")]
    public void Procedures_tell_what_is_subscribed_and_by_whom(SerializerKind serializer)
    {
        var (caller, one, two) = (_realm.Join(serializer), _realm.Join(), _realm.Join());
        new TestRealm().Join().Subscription("com.elsewhere");
        Assert.Equal("[{\"exact\":[],\"prefix\":[],\"wildcard\":[]}]", caller.Ask("wamp.subscription.list"));
        var exact = one.Subscription("com.a.topic");
        var prefix = one.Subscription("com.a", Prefix);
        var wildcard = two.Subscription("com..topic", Wildcard);
        two.Subscription("com.a.topic");
        Assert.Equal($"[{{\"exact\":[{exact}],\"prefix\":[{prefix}],\"wildcard\":[{wildcard}]}}]", caller.Ask("wamp.subscription.list"));
        Assert.Equal($"[{exact}]", caller.Ask("wamp.subscription.lookup", "[\"com.a.topic\"]"));
        Assert.Equal($"[{exact}]", caller.Ask("wamp.subscription.lookup", "[\"com.a.topic\",{}]"));
        Assert.Equal($"[{prefix}]", caller.Ask("wamp.subscription.lookup", $"[\"com.a\",{Prefix}]"));
        Assert.Equal($"[{wildcard}]", caller.Ask("wamp.subscription.lookup", $"[\"com..topic\",{Wildcard}]"));
        Assert.Equal("[null]", caller.Ask("wamp.subscription.lookup", "[\"com.a\"]"));
        Assert.Equal("[null]", caller.Ask("wamp.subscription.lookup", "[\"com.elsewhere\"]"));
        Assert.Equal($"[[{exact},{prefix},{wildcard}]]", caller.Ask("wamp.subscription.match", "[\"com.a.topic\"]"));
        Assert.Equal("[null]", caller.Ask("wamp.subscription.match", "[\"com.b\"]"));
        Assert.Equal("[null]", caller.Ask("wamp.subscription.match", $"[\"com.{new string('a', 2000)}.topic\"]"));
        Assert.Equal(
            $"[{{\"id\":{wildcard},\"created\":\"2026-03-04T03:06:07.089Z\",\"uri\":\"com..topic\",\"match\":\"wildcard\"}}]",
            caller.Ask("wamp.subscription.get", $"[{wildcard}]"));
        Assert.Contains("\"match\":\"exact\"", caller.Ask("wamp.subscription.get", $"[{exact}]"), StringComparison.Ordinal);
        Assert.Equal($"[[{one.Session.Id},{two.Session.Id}]]", caller.Ask("wamp.subscription.list_subscribers", $"[{exact}]"));
        Assert.Equal("[2]", caller.Ask("wamp.subscription.count_subscribers", $"[{exact}]"));
        one.Leave();
        Assert.Equal("[1]", caller.Ask("wamp.subscription.count_subscribers", $"[{exact}]"));
        Assert.Equal($"[[{two.Session.Id}]]", caller.Ask("wamp.subscription.list_subscribers", $"[{exact}]"));
        foreach (var procedure in new[] { "get", "list_subscribers", "count_subscribers" })
        {
            Assert.Equal(ErrorUris.NoSuchSubscription, caller.AskInVain("wamp.subscription." + procedure, $"[{prefix}]"));
        }
    }

    [Theory, EachSerializer, Trait("wamp", "SBM-03")]
    public void Other_arguments_are_refused(SerializerKind serializer)
    {
        var caller = _realm.Join(serializer);
        foreach (var (procedure, payload) in new[]
        {
            ("list", "[1]"), ("lookup", ""), ("lookup", "[1]"), ("lookup", "[\"a\",\"exact\"]"), ("lookup", "[\"a\",{\"match\":\"suffix\"}]"),
            ("lookup", "[\"a\",{\"match\":1}]"), ("lookup", "[\"a\",{},1]"), ("match", ""), ("match", "[\"a\",1]"), ("match", "[null]"),
            ("get", "[\"a\"]"), ("list_subscribers", ""), ("count_subscribers", "[true]"),
        })
        {
            Assert.Equal(ErrorUris.InvalidArgument, caller.AskInVain("wamp.subscription." + procedure, payload));
        }
    }

    [Theory, EachSerializer, Trait("wamp", "ORD-08")]
    public void Subscribers_that_come_and_go_at_once_are_told_in_one_order(SerializerKind serializer)
    {
        const int Rounds = 500;
        var watcher = _realm.Join(serializer);
        var watched = watcher.Watch(Topics);
        void ComeAndGo()
        {
            for (var i = 0; i < Rounds; i++)
            {
                var peer = _realm.Join();
                peer.Subscribe("com.topic");
                peer.Leave();
            }
        }

        Threads.Run(ComeAndGo, ComeAndGo);
        var (subscribers, current) = (0, 0L);
        foreach (var told in watcher.Rest())
        {
            var id = long.Parse(told.Payload.Split(',', ']', ':')[told.Payload.Contains('{') ? 2 : 1], System.Globalization.CultureInfo.InvariantCulture);
            var topic = watched[told.SubscriptionId];
            if (topic == Topics[0])
            {
                Assert.Equal((0, 0L), (subscribers, current));
                current = id;
                continue;
            }

            Assert.Equal(current, id);
            subscribers += topic == Topics[1] ? 1 : topic == Topics[2] ? -1 : 0;
            if (topic == Topics[3])
            {
                Assert.Equal(0, subscribers);
                current = 0;
            }
        }

        Assert.Equal((0, 0L), (subscribers, current));
    }
}
