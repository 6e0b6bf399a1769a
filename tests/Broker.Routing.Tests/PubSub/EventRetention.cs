using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>Events kept for later subscribers (WAMP specification, "Event Retention").</summary>
public sealed class EventRetention
{
    private const string Retain = "{\"retain\":true,\"acknowledge\":true}";
    private const string GetRetained = "{\"get_retained\":true}";
    private const string OfPrefix = "{\"get_retained\":true,\"match\":\"prefix\"}";
    private const string OfWildcard = "{\"get_retained\":true,\"match\":\"wildcard\"}";
    private readonly TestRealm _realm = new();

    [Fact, Trait("wamp", "RET-01")]
    public void The_broker_announces_it() => Assert.True(Realm.Roles.Broker!.Value.HasFlag(Features.EventRetention));

    [Theory, EachSerializer, Trait("wamp", "RET-01"), Trait("wamp", "RET-02"), Trait("wamp", "RET-05"), Trait("wamp", "RET-07"), Trait("wamp", "RET-08"), Trait("wamp", "ORD-02")]
    public void A_later_subscriber_gets_SUBSCRIBED_the_retained_event_and_then_live_ones(SerializerKind from, SerializerKind to)
    {
        var (publisher, subscriber) = (_realm.Join(from), _realm.Join(to));
        var payload = "[\"a\",1,\"\\u0000EjRWeA==\"],{\"k\":[1.5,null]}";
        var publication = PublishRetained(publisher, "com.topic", payload);
        var request = subscriber.Subscribe("com.topic", GetRetained);
        publisher.Publish("com.topic", "[2]");
        var subscription = subscriber.Next().SubscriptionId;
        Assert.Equal(Received.Event(subscription, publication, payload, "{\"retained\":true}"), subscriber.Next());
        Assert.Equal(("[2]", "{}"), (subscriber.Next() is var live ? live.Payload : "", live.Details));
        subscriber.AssertSilent();
        Assert.Equal(1, request);
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RET-01"), Trait("wamp", "RET-02")]
    public void Who_does_not_ask_gets_none_and_what_is_not_retained_is_not_kept(SerializerKind serializer)
    {
        var (publisher, subscriber) = (_realm.Join(serializer), _realm.Join(serializer));
        PublishRetained(publisher, "com.topic", "[1]");
        publisher.Publish("com.topic", "[2]");
        publisher.Publish("com.other", "[3]", "{\"retain\":false}");
        subscriber.Subscription("com.topic");
        subscriber.Subscription("com.", "{\"match\":\"prefix\",\"get_retained\":false}");
        subscriber.Subscription("com.other", GetRetained);
        subscriber.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "RET-04"), Trait("wamp", "RET-12")]
    public void The_last_event_of_a_topic_takes_the_place_of_the_one_before_even_without_a_payload(SerializerKind serializer)
    {
        var (publisher, other, subscriber) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
        PublishRetained(publisher, "com.topic", "[1]");
        PublishRetained(other, "com.topic", "[2]");
        var last = PublishRetained(publisher, "com.topic", "");
        publisher.Leave(); // and it outlives its publisher
        var subscription = subscriber.Subscription("com.topic", GetRetained);
        Assert.Equal([Received.Event(subscription, last, "", "{\"retained\":true}")], subscriber.Rest());
    }

    [Theory, EachSerializer, Trait("wamp", "RET-10"), Trait("wamp", "BRK-03")]
    public void Subscribing_again_gets_it_again(SerializerKind serializer)
    {
        var (publisher, subscriber) = (_realm.Join(serializer), _realm.Join(serializer));
        var subscription = subscriber.Subscription("com.topic", GetRetained);
        subscriber.AssertSilent();
        var publication = PublishRetained(publisher, "com.topic", "[1]");
        Assert.Equal(Received.Event(subscription, publication, "[1]"), subscriber.Next());
        Assert.Equal(subscription, subscriber.Subscription("com.topic", GetRetained));
        Assert.Equal(Received.Event(subscription, publication, "[1]", "{\"retained\":true}"), subscriber.Next());
        Assert.Equal(subscription, subscriber.Subscription("com.topic"));
        subscriber.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "RET-08"), Trait("wamp", "RET-09"), Trait("wamp", "PBS-09")]
    public void A_pattern_gets_one_event_for_each_topic_that_matches_with_the_topic_in_the_order_of_publication(SerializerKind from, SerializerKind to)
    {
        var (publisher, subscriber) = (_realm.Join(from), _realm.Join(to));
        PublishRetained(publisher, "com.b.state", "[0]");
        var a = PublishRetained(publisher, "com.a.state", "[1]");
        PublishRetained(publisher, "org.a.state", "[2]");
        var b = PublishRetained(publisher, "com.b.state", "[3]");
        var c = PublishRetained(publisher, "com.c.name", "[4]");

        var prefix = subscriber.Subscription("com.", OfPrefix);
        Assert.Equal([Retained(prefix, a, 1, "com.a.state"), Retained(prefix, b, 3, "com.b.state"), Retained(prefix, c, 4, "com.c.name")], subscriber.Rest());
        var wildcard = subscriber.Subscription("com..state", OfWildcard);
        Assert.Equal([Retained(wildcard, a, 1, "com.a.state"), Retained(wildcard, b, 3, "com.b.state")], subscriber.Rest());

        static Received Retained(long subscription, long publication, int value, string topic) =>
            Received.Event(subscription, publication, $"[{value}]", $"{{\"topic\":\"{topic}\",\"retained\":true}}");
    }

    [Theory, EachSerializer, Trait("wamp", "RET-06"), Trait("wamp", "BWL-09")]
    public void A_subscriber_gets_the_last_event_that_it_would_have_received(SerializerKind serializer)
    {
        var publisher = _realm.Join(serializer);
        var amy = _realm.Join(serializer, authId: "amy");
        var bob = _realm.Join(serializer, authId: "bob", authRole: "guest");
        PublishRetained(publisher, "com.topic", "[\"all\"]");
        PublishRetained(publisher, "com.topic", "[\"amy\"]", "\"eligible_authid\":[\"amy\"]");
        PublishRetained(publisher, "com.topic", "[\"bob\"]", $"\"eligible\":[{bob.Session.Id}]");
        PublishRetained(publisher, "com.topic", "[\"none\"]", "\"eligible\":[]");
        PublishRetained(publisher, "com.topic", "[\"no guests\"]", $"\"exclude_authrole\":[\"guest\"],\"exclude\":[{amy.Session.Id}]");
        AssertGets(amy, "[\"amy\"]");
        AssertGets(bob, "[\"bob\"]");
        AssertGets(_realm.Join(serializer), "[\"no guests\"]");
        AssertGets(_realm.Join(serializer, authRole: "guest"), "[\"all\"]");

        PublishRetained(publisher, "com.topic", "[\"all again\"]");
        Assert.Equal((2, 2), (amy.Rest().Count, bob.Rest().Count));
        AssertGets(amy, "[\"all again\"]");
        AssertGets(bob, "[\"all again\"]");

        static void AssertGets(RecordingPeer subscriber, string payload)
        {
            subscriber.Subscription("com.topic", GetRetained);
            Assert.Equal(payload, Assert.Single(subscriber.Rest()).Payload);
            subscriber.Subscription("com.", OfPrefix);
            Assert.Equal(payload, Assert.Single(subscriber.Rest()).Payload);
        }
    }

    [Theory, EachSerializer, Trait("wamp", "RET-06"), Trait("wamp", "PEX-01")]
    public void The_publisher_itself_gets_its_own_only_if_it_did_not_exclude_itself(SerializerKind serializer)
    {
        var publisher = _realm.Join(serializer);
        PublishRetained(publisher, "com.one", "[1]");
        PublishRetained(publisher, "com.two", "[2]", "\"exclude_me\":false");
        publisher.Subscription("com.one", GetRetained);
        publisher.AssertSilent();
        publisher.Subscription("com.two", GetRetained);
        Assert.Equal("[2]", Assert.Single(publisher.Rest()).Payload);
    }

    [Theory, EachSerializer, Trait("wamp", "RET-08"), Trait("wamp", "PID-02"), Trait("wamp", "PPT-08"), Trait("wamp", "PTL-01")]
    public void Details_are_those_of_the_publication(SerializerKind from, SerializerKind to)
    {
        var realm = new TestRealm(new RealmOptions { PublicationTrustLevels = [new TrustLevelRule { Uri = "com.topic", Level = 2 }] });
        var publisher = realm.Join(from, new RoleSet { Publisher = Features.PayloadPassthruMode }, authId: "amy");
        var subscriber = realm.Join(to);
        PublishRetained(publisher, "com.topic", "[\"\\u0000EjRWeA==\"]", "\"disclose_me\":true,\"ppt_scheme\":\"x_a\",\"ppt_keyid\":\"k\"");
        subscriber.Subscription("com.topic", GetRetained);
        var received = subscriber.Next();
        Assert.Equal("[\"\\u0000EjRWeA==\"]", received.Payload);
        Assert.Equal(
            $"{{\"publisher\":{publisher.Session.Id},\"publisher_authid\":\"amy\",\"publisher_authrole\":\"user\",\"trustlevel\":2,\"ppt_scheme\":\"x_a\",\"ppt_keyid\":\"k\",\"retained\":true}}",
            received.Details);
    }

    [Fact, Trait("wamp", "RET-04")]
    public void What_was_refused_is_not_retained()
    {
        var realm = new TestRealm(new RealmOptions { DisclosePublisher = DisclosePolicy.Never });
        var (publisher, subscriber) = (realm.Join(), realm.Join());
        publisher.Publish("com.topic", "[1]", "{\"retain\":true,\"disclose_me\":true}");
        publisher.Publish("com..topic", "[1]", "{\"retain\":true}");
        subscriber.Subscription("com", OfPrefix);
        subscriber.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "RET-11"), Trait("wamp", "RET-12"), Trait("wamp", "RET-03")]
    public void Beyond_its_bounds_a_realm_forgets_the_oldest_events(SerializerKind serializer)
    {
        Assert.Equal(["t2", "t3", "t4"], Kept(new RetentionOptions { MaxEvents = 3 }, ["t0", "t1", "t2", "t3", "t4"], "[1]"));
        Assert.Equal(["t0", "t1", "t4"], Kept(new RetentionOptions { MaxEvents = 3 }, ["t0", "t1", "t1", "t4"], "[1]"));
        Assert.Equal(["t3", "t4"], Kept(new RetentionOptions { MaxBytes = 3000 }, ["t0", "t1", "t2", "t3", "t4"], $"[\"{new string('x', 1000)}\"]"));
        Assert.Equal([], Kept(new RetentionOptions { MaxBytes = 1000 }, ["t0"], $"[\"{new string('x', 1000)}\"]"));
        Assert.Equal([], Kept(new RetentionOptions { MaxEvents = 0 }, ["t0"], "[1]"));
        Assert.Equal(["t3", "t4"], Kept(new RetentionOptions { MaxEventsPerSubscribe = 2 }, ["t0", "t1", "t2", "t3", "t4"], "[1]"));

        List<string> Kept(RetentionOptions retention, string[] topics, string payload)
        {
            var realm = new TestRealm(new RealmOptions { Retention = retention });
            var (publisher, subscriber) = (realm.Join(serializer), realm.Join(serializer));
            foreach (var topic in topics)
            {
                PublishRetained(publisher, "com." + topic, payload);
            }

            subscriber.Subscription("com.", OfPrefix);
            return subscriber.Rest().ConvertAll(received => received.Details.Split('"')[3][4..]);
        }
    }

    [Theory, EachSerializer, Trait("wamp", "RET-03"), Trait("wamp", "RET-12")]
    public void An_event_that_is_too_long_is_delivered_and_acknowledged_but_not_kept_and_neither_is_the_one_before(SerializerKind serializer)
    {
        var realm = new TestRealm(new RealmOptions { Retention = new RetentionOptions { MaxEventBytes = 100 } });
        var (publisher, live, late) = (realm.Join(serializer), realm.Join(serializer), realm.Join(serializer));
        live.Subscription("com.topic");
        PublishRetained(publisher, "com.topic", "[1]");
        PublishRetained(publisher, "com.other", $"[\"{new string('x', 80)}\"]");
        Assert.Equal(0, realm.Realm.RefusalsOf(RefusalReason.RetainedTooLong));

        PublishRetained(publisher, "com.topic", $"[\"{new string('x', 100)}\"]"); // asserts PUBLISHED

        Assert.Equal(2, live.Rest().Count);
        Assert.Equal(1, realm.Realm.RefusalsOf(RefusalReason.RetainedTooLong));
        late.Subscription("com.", OfPrefix);
        Assert.Equal("""{"topic":"com.other","retained":true}""", late.Next().Details);
        late.AssertSilent();
        PublishRetained(publisher, "com.topic", "[2]");
        Assert.Equal(1, realm.Realm.RefusalsOf(RefusalReason.RetainedTooLong));
        realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RET-12")]
    public void What_is_forgotten_for_want_of_bytes_is_counted_and_what_is_kept_is_told(SerializerKind serializer)
    {
        var realm = new TestRealm(new RealmOptions
        {
            Retention = new RetentionOptions { MaxBytes = 3000 }, History = [new HistoryRule { Uri = "com.", Match = MatchPolicy.Prefix, MaxBytes = 2000 }],
        });
        var publisher = realm.Join(serializer);
        Assert.Equal((0, 3000, 0, 2000), (realm.Realm.RetainedBytes, realm.Realm.RetainedLimit, realm.Realm.HistoryBytes, realm.Realm.HistoryLimit));
        foreach (var topic in new[] { "com.a", "com.b", "com.c" })
        {
            PublishRetained(publisher, topic, $"[\"{new string('x', 1000)}\"]");
        }

        Assert.Equal((1, 2), (realm.Realm.EventsForgottenFrom(EventStore.Retained), realm.Realm.EventsForgottenFrom(EventStore.History)));
        Assert.InRange(realm.Realm.RetainedBytes, 2000, 3000);
        Assert.InRange(realm.Realm.HistoryBytes, 1000, 2000);
    }

    [Theory, EachSerializer, Trait("wamp", "RET-12")]
    public void What_options_hold_counts_as_much_as_topic_and_payload(SerializerKind serializer)
    {
        var options = new RealmOptions { Retention = new RetentionOptions { MaxEventBytes = 3000 }, History = [new HistoryRule { Uri = "com.", Match = MatchPolicy.Prefix }] };
        var (text, names) = (new string('x', 500), string.Join(',', Enumerable.Repeat("\"a\"", 100)));
        foreach (var (keys, least) in new[]
        {
            ($"\"rkey\":\"{text}\"", 1000), ($"\"ppt_scheme\":\"x_a\",\"ppt_keyid\":\"{text}\"", 1000), ($"\"exclude_authid\":[\"{text}\"]", 1000),
            ($"\"exclude_authrole\":[{names}]", 5000), ($"\"ppt_scheme\":\"{text}\",\"ppt_serializer\":\"{text}\",\"ppt_cipher\":\"{text}\"", 3000),
        })
        {
            var realm = new TestRealm(options);
            var publisher = realm.Join(serializer, Features.PayloadPassthruMode);
            PublishRetained(publisher, "com.topic", "[1]", keys);
            var isKept = least < 3000;
            Assert.Equal(isKept ? 0 : 1, realm.Realm.RefusalsOf(RefusalReason.RetainedTooLong));
            Assert.InRange(realm.Realm.RetainedBytes, isKept ? least : 0, isKept ? 3500 : 0);
            Assert.InRange(realm.Realm.HistoryBytes, least, 20_000);
        }
    }

    [Fact, Trait("wamp", "RET-12"), Trait("wamp", "RET-06")]
    public void Restricted_events_of_a_topic_are_bounded_and_leave_the_general_one_alone()
    {
        var realm = new TestRealm(new RealmOptions { Retention = new RetentionOptions { MaxRestrictedPerTopic = 2 } });
        var publisher = realm.Join();
        PublishRetained(publisher, "com.topic", "[\"all\"]");
        foreach (var name in new[] { "a", "b", "c" })
        {
            PublishRetained(publisher, "com.topic", $"[\"{name}\"]", $"\"eligible_authid\":[\"{name}\"]");
        }

        foreach (var (name, payload) in new[] { ("a", "all"), ("b", "b"), ("c", "c"), ("d", "all") })
        {
            var subscriber = realm.Join(authId: name);
            subscriber.Subscription("com.topic", GetRetained);
            Assert.Equal($"[\"{payload}\"]", subscriber.Next().Payload);
        }
    }

    [Fact, Trait("wamp", "RET-12")]
    public void Events_expire_at_the_age_configured()
    {
        var clock = new ManualTime();
        var realm = new TestRealm(new RealmOptions { Retention = new RetentionOptions { MaxAge = TimeSpan.FromMinutes(1) } }, clock);
        var (publisher, subscriber) = (realm.Join(), realm.Join());
        PublishRetained(publisher, "com.one", "[1]");
        clock.Advance(TimeSpan.FromSeconds(59));
        PublishRetained(publisher, "com.two", "[2]");
        subscriber.Subscription("com.", OfPrefix);
        Assert.Equal(["[1]", "[2]"], subscriber.Rest().Select(received => received.Payload));
        clock.Advance(TimeSpan.FromSeconds(1));
        subscriber.Subscription("com.", OfPrefix);
        Assert.Equal(["[2]"], subscriber.Rest().Select(received => received.Payload));
        subscriber.Subscription("com.one", GetRetained);
        subscriber.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "RET-05"), Trait("wamp", "PUB-10")]
    public void A_subscriber_who_takes_no_message_so_long_or_cannot_express_it_misses_it_and_is_told(SerializerKind serializer)
    {
        var (publisher, subscriber) = (_realm.Join(SerializerKind.Cbor), _realm.Join(serializer));
        PublishRetained(publisher, "com.one", $"[\"{new string('a', 1000)}\"]");
        subscriber.MaxLength = 500;
        foreach (var count in (int[])[1, 2])
        {
            subscriber.Subscription("com.one", GetRetained); // the second time it is known how long it is
            subscriber.AssertSilent();
            Assert.Equal(count, _realm.Realm.EventsDropped);
        }

        subscriber.MaxLength = int.MaxValue;
        subscriber.Subscription("com.one", GetRetained);
        Assert.Equal("{\"retained\":true,\"_gap\":2}", subscriber.Next().Details);

        byte[] notANumber = [0x81, 0xf9, 0x7e, 0x00];
        publisher.RouteEncoded(new WampMessage
        {
            Type = MessageType.Publish,
            RequestId = publisher.NextRequestId(),
            Uri = "com.two"u8,
            Dict = [0xa1, 0x66, .. "retain"u8, 0xf5],
            Payload = new Payload(notANumber, 1),
        });
        subscriber.Subscription("com.two", GetRetained);
        Assert.Equal(serializer == SerializerKind.Json ? 0 : 1, subscriber.Rest().Count);
        Assert.Equal(serializer == SerializerKind.Json ? 3 : 2, _realm.Realm.EventsDropped);
    }

    [Theory, EachSerializer, Trait("wamp", "RET-01"), Trait("wamp", "SER-17")]
    public void Options_of_another_type_break_the_protocol(SerializerKind serializer)
    {
        Assert.Throws<WampProtocolException>(() => { _realm.Join(serializer).Publish("com.topic", options: "{\"retain\":1}"); });
        Assert.Throws<WampProtocolException>(() => { _realm.Join(serializer).Subscribe("com.topic", "{\"get_retained\":\"yes\"}"); });
    }

    private static long PublishRetained(RecordingPeer publisher, string topic, string payload, string? moreOptions = null)
    {
        publisher.Publish(topic, payload, moreOptions is null ? Retain : $"{Retain[..^1]},{moreOptions}}}");
        var published = publisher.Rest().Last();
        Assert.Equal(MessageType.Published, published.Type);
        return published.PublicationId;
    }
}
