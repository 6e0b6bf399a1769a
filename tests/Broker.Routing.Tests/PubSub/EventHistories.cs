using System.Text;
using System.Text.Json;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>Events recorded and asked for later (WAMP specification, "Event History"): what <c>wamp.subscription.get_events</c> answers.</summary>
public sealed class EventHistories
{
    private static readonly SessionIdentity Anybody = new("somebody", "user", "anonymous", "static");
    private readonly ManualClock _clock = new();
    private readonly TestRealm _realm;

    public EventHistories() => _realm = new TestRealm(
        new RealmOptions
        {
            History =
            [
                new HistoryRule { Uri = "com.topic" },
                new HistoryRule { Uri = "com.", Match = MatchPolicy.Prefix },
                new HistoryRule { Uri = "com..state", Match = MatchPolicy.Wildcard },
                new HistoryRule { Uri = "com.few", MaxEvents = 3, MaxAge = TimeSpan.FromMinutes(1) },
                new HistoryRule { Uri = "com.small", MaxBytes = 3000 },
            ],
        },
        _clock);

    [Theory, EachSerializer, Trait("wamp", "HIS-03"), Trait("wamp", "HIS-06"), Trait("wamp", "HIS-10"), Trait("wamp", "HIS-16")]
    public void Events_are_recorded_without_subscribers_and_told_in_any_serializer(SerializerKind from, SerializerKind to)
    {
        var publisher = _realm.Join(from);
        var first = Publish(publisher, "com.topic", "[\"a\",18446744073709551615,\"\\u0000EjRWeA==\"],{\"k\":[1.5,null]}");
        _clock.Now += TimeSpan.FromMilliseconds(1.5);
        var second = Publish(publisher, "com.topic", "");
        var third = Publish(publisher, "com.topic", "[]");
        var subscription = publisher.Subscription("com.topic"); // the very publisher may ask
        Assert.Equal(
            $"[{{\"timestamp\":\"2026-03-04T05:06:07.000000Z\",\"subscription\":{subscription},\"publication\":{first},\"details\":{{}},\"args\":[\"a\",18446744073709551615,\"\\u0000EjRWeA==\"],\"kwargs\":{{\"k\":[1.5,null]}}}},"
            + $"{{\"timestamp\":\"2026-03-04T05:06:07.001500Z\",\"subscription\":{subscription},\"publication\":{second},\"details\":{{}}}},"
            + $"{{\"timestamp\":\"2026-03-04T05:06:07.001500Z\",\"subscription\":{subscription},\"publication\":{third},\"details\":{{}},\"args\":[]}}]",
            Json(Get(subscription), to));
    }

    [Theory, EachSerializer, Trait("wamp", "HIS-06"), Trait("wamp", "PBS-09"), Trait("wamp", "HIS-17"), Trait("wamp", "HIS-20")]
    public void A_publication_is_in_the_history_of_each_subscription_that_it_matches_with_its_details(SerializerKind serializer)
    {
        var publisher = _realm.Join(serializer, new RoleSet { Publisher = Features.PayloadPassthruMode }, authId: "amy");
        var subscriber = _realm.Join(serializer);
        var exact = subscriber.Subscription("com.topic");
        var prefix = subscriber.Subscription("com.", "{\"match\":\"prefix\"}");
        var wildcard = subscriber.Subscription("com..state", "{\"match\":\"wildcard\"}");
        var plain = Publish(publisher, "com.topic", "[1]");
        var state = Publish(publisher, "com.a.state", "[2]", "\"disclose_me\":true,\"retain\":true,\"ppt_scheme\":\"x_a\"");
        Publish(publisher, "org.topic", "[3]");

        Assert.Equal([plain], Ids(Get(exact)));
        Assert.Equal([plain, state], Ids(Get(prefix)));
        Assert.Equal([state], Ids(Get(wildcard)));
        using var json = JsonDocument.Parse(Json(Get(prefix), serializer));
        Assert.Equal(
            [
                "{\"topic\":\"com.topic\"}",
                $"{{\"topic\":\"com.a.state\",\"publisher\":{publisher.Session.Id},\"publisher_authid\":\"amy\",\"publisher_authrole\":\"user\",\"ppt_scheme\":\"x_a\"}}",
            ],
            json.RootElement.EnumerateArray().Select(item => item.GetProperty("details").GetRawText()));
    }

    [Fact, Trait("wamp", "HIS-02"), Trait("wamp", "HIS-05")]
    public void The_limit_counts_from_where_the_traversal_starts()
    {
        var (subscription, ids) = PublishFive();
        Assert.Equal(ids, Ids(Get(subscription)));
        Assert.Equal(ids.Reverse(), Ids(Get(subscription, new HistoryFilter { Reverse = true })));
        Assert.Equal(ids[..2], Ids(Get(subscription, new HistoryFilter { Limit = 2 })));
        Assert.Equal([ids[4], ids[3]], Ids(Get(subscription, new HistoryFilter { Limit = 2, Reverse = true })));
        Assert.Equal([ids[1], ids[2]], Ids(Get(subscription, new HistoryFilter { Limit = 2, AfterPublication = ids[0] })));
        Assert.Equal([ids[3], ids[2]], Ids(Get(subscription, new HistoryFilter { Limit = 2, BeforePublication = ids[4], Reverse = true })));
    }

    [Fact, Trait("wamp", "HIS-04")]
    public void It_is_told_whether_the_limit_left_events_out()
    {
        var (subscription, _) = PublishFive();
        Assert.True(Get(subscription, new HistoryFilter { Limit = 4 }).IsLimitReached);
        Assert.False(Get(subscription, new HistoryFilter { Limit = 5 }).IsLimitReached);
        Assert.False(Get(subscription).IsLimitReached);
    }

    [Fact, Trait("wamp", "HIS-02"), Trait("wamp", "HIS-07")]
    public void Publications_bound_the_range_by_their_place()
    {
        var (subscription, ids) = PublishFive();
        Assert.Equal(ids[2..], Ids(Get(subscription, new HistoryFilter { FromPublication = ids[2] })));
        Assert.Equal(ids[3..], Ids(Get(subscription, new HistoryFilter { AfterPublication = ids[2] })));
        Assert.Equal(ids[..2], Ids(Get(subscription, new HistoryFilter { BeforePublication = ids[2] })));
        Assert.Equal(ids[..3], Ids(Get(subscription, new HistoryFilter { UntilPublication = ids[2] })));
        Assert.Equal(ids[1..4], Ids(Get(subscription, new HistoryFilter { FromPublication = ids[1], UntilPublication = ids[3] })));
        Assert.Equal([ids[2]], Ids(Get(subscription, new HistoryFilter { AfterPublication = ids[1], BeforePublication = ids[3] })));
        Assert.Equal([], Ids(Get(subscription, new HistoryFilter { FromPublication = ids[3], UntilPublication = ids[1] })));
        Assert.Equal([], Ids(Get(subscription, new HistoryFilter { AfterPublication = ids[4] })));
        foreach (var filter in new[] { new HistoryFilter { FromPublication = 5 }, new() { AfterPublication = 5 }, new() { BeforePublication = 5 }, new() { UntilPublication = 5 } })
        {
            Assert.Equal(ErrorUris.InvalidArgument, Get(subscription, filter).Error);
        }
    }

    [Fact, Trait("wamp", "HIS-07")]
    public void The_place_of_a_publication_does_not_depend_on_its_number()
    {
        var ids = new Queue<long>([500, 501, 40, 900, 7, 600]); // the sessions', then the publications'
        var realm = new Realm("realm1", new RealmOptions { History = [new HistoryRule { Uri = "com.topic" }] }, new GivenIds(ids), _clock);
        var (publisher, subscriber) = (new RecordingPeer(realm), new RecordingPeer(realm));
        for (var i = 0; i < 4; i++)
        {
            publisher.Publish("com.topic");
        }

        var subscription = subscriber.Subscription("com.topic");
        var answer = realm.Broker.GetEvents(subscription, new HistoryFilter { AfterPublication = 900 }, publisher.Session);
        Assert.Equal([7, 600], answer.Events.Select(publication => publication.Id));
    }

    [Fact, Trait("wamp", "HIS-02")]
    public void Times_bound_the_range_inclusively_or_exclusively()
    {
        var (subscription, ids) = PublishFive();
        var times = Enumerable.Range(-5, 5).Select(i => _clock.Now.AddSeconds(i)).ToArray();
        Assert.Equal(ids[2..], Ids(Get(subscription, new HistoryFilter { FromTime = times[2] })));
        Assert.Equal(ids[3..], Ids(Get(subscription, new HistoryFilter { AfterTime = times[2] })));
        Assert.Equal(ids[..2], Ids(Get(subscription, new HistoryFilter { BeforeTime = times[2] })));
        Assert.Equal(ids[..3], Ids(Get(subscription, new HistoryFilter { UntilTime = times[2] })));
        Assert.Equal(ids[1..4], Ids(Get(subscription, new HistoryFilter { FromTime = times[1].ToOffset(TimeSpan.FromHours(5)), UntilTime = times[3] })));
        Assert.Equal([ids[2]], Ids(Get(subscription, new HistoryFilter { FromTime = times[1], UntilTime = times[3], AfterPublication = ids[1], BeforePublication = ids[3] })));
        Assert.Equal([], Ids(Get(subscription, new HistoryFilter { AfterTime = _clock.Now })));
    }

    [Fact, Trait("wamp", "HIS-03"), Trait("wamp", "HIS-02")]
    public void The_timestamp_told_finds_its_event_again()
    {
        _clock.Now = _clock.Now.AddTicks(1234567);
        var (publisher, subscription) = (_realm.Join(), _realm.Join().Subscription("com.topic"));
        var id = Publish(publisher, "com.topic", "[1]");
        using var json = JsonDocument.Parse(Json(Get(subscription), SerializerKind.Json));
        var timestamp = json.RootElement[0].GetProperty("timestamp").GetString()!;
        Assert.Equal("2026-03-04T05:06:07.123456Z", timestamp);
        Assert.True(Rfc3339.TryParse(timestamp, out var time));
        Assert.Equal([id], Ids(Get(subscription, new HistoryFilter { FromTime = time, UntilTime = time })));
    }

    [Fact, Trait("wamp", "HIS-02")]
    public void A_topic_narrows_the_history_of_a_pattern()
    {
        var (publisher, subscriber) = (_realm.Join(), _realm.Join());
        var prefix = subscriber.Subscription("com.", "{\"match\":\"prefix\"}");
        var a = Publish(publisher, "com.a", "[1]");
        var b = Publish(publisher, "com.b", "[2]");
        var again = Publish(publisher, "com.a", "[3]");
        Assert.Equal([a, b, again], Ids(Get(prefix)));
        Assert.Equal([a, again], Ids(Get(prefix, new HistoryFilter { Topic = "com.a" })));
        Assert.Equal([again], Ids(Get(prefix, new HistoryFilter { Topic = "com.a", Reverse = true, Limit = 1 })));
        Assert.Equal([], Ids(Get(prefix, new HistoryFilter { Topic = "com." })));
    }

    [Fact, Trait("wamp", "HIS-12"), Trait("wamp", "HIS-13"), Trait("wamp", "BWL-09")]
    public void Callers_see_what_they_could_have_received_and_what_is_for_certain_sessions_is_not_recorded()
    {
        var (publisher, subscription) = (_realm.Join(), _realm.Join().Subscription("com.topic"));
        Publish(publisher, "com.topic", "[\"all\"]");
        Publish(publisher, "com.topic", "[\"amy\"]", "\"eligible_authid\":[\"amy\"]");
        Publish(publisher, "com.topic", "[\"no guests\"]", "\"exclude_authrole\":[\"guest\"]");
        Publish(publisher, "com.topic", "[\"session\"]", "\"eligible\":[1001,1002]");
        Publish(publisher, "com.topic", "[\"sessions\"]", "\"exclude\":[]");
        Assert.Equal("all amy no guests", Seen(Anybody with { AuthId = "amy" }));
        Assert.Equal("all amy", Seen(Anybody with { AuthId = "amy", AuthRole = "guest" }));
        Assert.Equal("all no guests", Seen(Anybody));

        string Seen(SessionIdentity caller)
        {
            using var json = JsonDocument.Parse(Json(Get(subscription, default, caller), SerializerKind.MessagePack));
            return string.Join(' ', json.RootElement.EnumerateArray().Select(item => item.GetProperty("args")[0].GetString()));
        }
    }

    [Fact, Trait("wamp", "HIS-10")]
    public void Beyond_its_bounds_a_history_forgets_the_oldest_events()
    {
        var (publisher, subscriber) = (_realm.Join(), _realm.Join());
        var (few, small) = (subscriber.Subscription("com.few"), subscriber.Subscription("com.small"));
        var ids = Enumerable.Range(0, 5).Select(_ => Publish(publisher, "com.few", "[1]")).ToList();
        Assert.Equal(ids[2..], Ids(Get(few)));
        Assert.Equal(ErrorUris.InvalidArgument, Get(few, new HistoryFilter { FromPublication = ids[0] }).Error);
        _clock.Now += TimeSpan.FromSeconds(59);
        var last = Publish(publisher, "com.few", "[1]");
        _clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal([last], Ids(Get(few)));

        var big = Enumerable.Range(0, 5).Select(_ => Publish(publisher, "com.small", $"[\"{new string('x', 1000)}\"]")).ToList();
        Assert.Equal(big[3..], Ids(Get(small)));
    }

    [Theory, EachSerializer, Trait("wamp", "HIS-03")]
    public void An_event_that_cannot_be_expressed_is_left_out(SerializerKind serializer)
    {
        var publisher = _realm.Join(SerializerKind.Cbor);
        var subscription = publisher.Subscription("com.topic");
        publisher.RouteEncoded(new Messages.WampMessage
        {
            Type = Messages.MessageType.Publish, RequestId = publisher.NextRequestId(), Uri = "com.topic"u8, Payload = new Messages.Payload([0x81, 0xf9, 0x7e, 0x00], 1),
        });
        publisher.Publish("com.topic", "[1]");
        var encoded = ValueEncoder.Encode(serializer, Get(subscription));
        using var json = new ByteBuffer();
        Assert.Equal(serializer == SerializerKind.Json, Transcoder.TryTranscodeValue(serializer, encoded, SerializerKind.Json, json));
        Assert.Equal(2, Get(subscription).Events.Count);
    }

    [Fact, Trait("wamp", "HIS-08")]
    public void A_subscription_unknown_is_an_error_and_one_without_a_history_has_no_events()
    {
        var (publisher, subscriber) = (_realm.Join(), _realm.Join());
        Assert.Equal(ErrorUris.NoSuchSubscription, Get(4711).Error);
        var subscription = subscriber.Subscription("org.topic");
        Publish(publisher, "org.topic", "[1]");
        Assert.Equal("[]", Json(Get(subscription), SerializerKind.Json));
    }

    [Fact, Trait("wamp", "HIS-10")]
    public void Subscriptions_with_a_history_stay_when_nobody_holds_them()
    {
        Assert.Equal(5, _realm.Realm.SubscriptionCount);
        var (publisher, subscriber) = (_realm.Join(), _realm.Join());
        var subscription = subscriber.Subscription("com.topic");
        subscriber.Unsubscribe(subscription);
        subscriber.Leave();
        var id = Publish(publisher, "com.topic", "[1]");
        Assert.Equal(5, _realm.Realm.SubscriptionCount);
        Assert.Equal([id], Ids(Get(subscription)));
        Assert.Equal(subscription, _realm.Join().Subscription("com.topic"));
    }

    [Fact, Trait("wamp", "HIS-10")]
    public void Rules_that_are_malformed_or_there_twice_are_refused()
    {
        Assert.Throws<ArgumentException>(() => { Configure(new HistoryRule { Uri = "com..x" }); });
        Assert.Throws<ArgumentException>(() => { Configure(new HistoryRule { Uri = "com.x" }, new HistoryRule { Uri = "com.x", MaxEvents = 1 }); });
        Configure(new HistoryRule { Uri = "com.x" }, new HistoryRule { Uri = "com.x", Match = MatchPolicy.Prefix });

        static void Configure(params HistoryRule[] rules) => _ = new TestRealm(new RealmOptions { History = rules });
    }

    private static long[] Ids(HistoryAnswer answer)
    {
        Assert.Null(answer.Error);
        return [.. answer.Events.Select(publication => publication.Id)];
    }

    private static string Json(HistoryAnswer answer, SerializerKind serializer)
    {
        using var json = new ByteBuffer();
        Assert.True(Transcoder.TryTranscodeValue(serializer, ValueEncoder.Encode(serializer, answer), SerializerKind.Json, json));
        return Encoding.UTF8.GetString(json.Written);
    }

    private static long Publish(RecordingPeer publisher, string topic, string payload, string? moreOptions = null)
    {
        publisher.Publish(topic, payload, $"{{\"acknowledge\":true{(moreOptions is null ? "" : "," + moreOptions)}}}");
        return publisher.Rest().Last().PublicationId;
    }

    private HistoryAnswer Get(long subscription, HistoryFilter filter = default, SessionIdentity? caller = null)
    {
        var (authId, authRole, _, _) = caller ?? Anybody;
        return _realm.Realm.Broker.GetEvents(subscription, filter, _realm.Join(authId: authId, authRole: authRole).Session);
    }

    private (long Subscription, long[] Ids) PublishFive()
    {
        var (publisher, subscription) = (_realm.Join(), _realm.Join().Subscription("com.topic"));
        var ids = new long[5];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = Publish(publisher, "com.topic", $"[{i}]");
            _clock.Now += TimeSpan.FromSeconds(1);
        }

        return (subscription, ids);
    }

    private sealed class GivenIds(Queue<long> ids) : Ids.IIdGenerator
    {
        public long Next() => ids.Dequeue();
    }
}
