using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Meta;

/// <summary><c>wamp.subscription.get_events</c> (WAMP specification, "Event History").</summary>
public sealed class EventHistoryApi
{
    private const string GetEvents = "wamp.subscription.get_events";
    private readonly TestRealm _realm = new(
        new RealmOptions { History = [new HistoryRule { Uri = "com.topic" }] }, new ManualTime { Now = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero) });

    [Fact, Trait("wamp", "HIS-01")]
    public void The_broker_announces_it() => Assert.True(_realm.Realm.AnnouncedRoles.Broker!.Value.HasFlag(Features.EventHistory));

    [Theory, EachSerializer, Trait("wamp", "HIS-02"), Trait("wamp", "HIS-03"), Trait("wamp", "HIS-04"), Trait("wamp", "HIS-10")]
    public void The_events_of_a_history_are_told_with_whether_there_are_more(SerializerKind from, SerializerKind to)
    {
        var (publisher, caller) = (_realm.Join(from), _realm.Join(to));
        var ids = new long[3];
        for (var i = 0; i < ids.Length; i++)
        {
            publisher.Publish("com.topic", $"[{i}],{{\"k\":1.5}}", "{\"acknowledge\":true}");
            ids[i] = publisher.Next().PublicationId;
        }

        var id = caller.Ask("wamp.subscription.lookup", "[\"com.topic\"]");
        var subscription = id.Trim('[', ']');
        string Told(int i) =>
            $"{{\"timestamp\":\"2026-03-04T05:06:07.000000Z\",\"subscription\":{subscription},\"publication\":{ids[i]},\"details\":{{}},\"args\":[{i}],\"kwargs\":{{\"k\":1.5}}}}";
        Assert.Equal($"[{Told(0)},{Told(1)},{Told(2)}],{{\"is_limit_reached\":false}}", caller.Ask(GetEvents, id));
        Assert.Equal($"[{Told(2)},{Told(1)}],{{\"is_limit_reached\":true}}", caller.Ask(GetEvents, id + ",{\"reverse\":true,\"limit\":2}"));
        Assert.Equal("[],{\"is_limit_reached\":false}", caller.Ask(GetEvents, $"{id},{{\"after_publication\":{ids[2]}}}"));
    }

    [Theory, EachSerializer, Trait("wamp", "HIS-08"), Trait("wamp", "HIS-09"), Trait("wamp", "HIS-07")]
    public void Unknown_subscriptions_and_bad_filters_are_refused(SerializerKind serializer)
    {
        var caller = _realm.Join(serializer);
        var id = caller.Ask("wamp.subscription.lookup", "[\"com.topic\"]");
        var without = caller.Subscription("com.other");
        Assert.Equal("[],{\"is_limit_reached\":false}", caller.Ask(GetEvents, $"[{without}]"));
        Assert.Equal(ErrorUris.NoSuchSubscription, caller.AskInVain(GetEvents, "[999]"));
        foreach (var payload in new[] { "", "[]", "[\"a\"]", "[1,2]", id + ",{\"limit\":\"2\"}", id + ",{\"from_time\":\"today\"}", id + ",{\"from_publication\":3}" })
        {
            Assert.Equal(ErrorUris.InvalidArgument, caller.AskInVain(GetEvents, payload));
        }
    }
}
