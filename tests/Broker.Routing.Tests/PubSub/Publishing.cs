using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>PUBLISH and EVENT (WAMP specification, "Publishing and Events").</summary>
public sealed class Publishing
{
    private const string Topic = "com.myapp.topic";
    private readonly TestRealm _realm = new();

    [Theory, EachSerializer, Trait("wamp", "PUB-01"), Trait("wamp", "PUB-04"), Trait("wamp", "PUB-07"), Trait("wamp", "SER-19")]
    public void Every_subscriber_gets_the_EVENT_with_the_same_publication_id_and_the_payload_unchanged(SerializerKind from, SerializerKind to)
    {
        const string Payload = """["a",1,-1,1.5,null,true,[[]],{"x":{"y":[]}}],{"k":"v","n":[1,2]}""";
        var publisher = _realm.Join(from);
        var subscribers = Enumerable.Range(0, 3).Select(_ => _realm.Join(to)).ToList();
        var bystander = _realm.Join(to);
        bystander.Subscription("com.myapp.other");
        var ids = subscribers.ConvertAll(subscriber => subscriber.Subscription(Topic));

        var request = publisher.Publish(Topic, Payload, "{\"acknowledge\":true}");
        var published = publisher.Next();
        Assert.Equal(Received.Published(request, published.PublicationId), published);
        Assert.All(subscribers.Zip(ids), pair => Assert.Equal(Received.Event(pair.Second, published.PublicationId, Payload), pair.First.Next()));
        Assert.All(subscribers, subscriber => subscriber.AssertSilent());
        bystander.AssertSilent();
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "PUB-07"), Trait("wamp", "SER-12"), Trait("wamp", "SER-13")]
    public void An_absent_payload_stays_absent_and_ArgumentsKw_alone_stay_alone(SerializerKind from, SerializerKind to)
    {
        var (publisher, subscriber) = (_realm.Join(from), _realm.Join(to));
        subscriber.Subscription(Topic);
        foreach (var payload in new[] { "", "[]", "[1]", "[],{}", "[],{\"k\":1}" })
        {
            publisher.Publish(Topic, payload);
            Assert.Equal(payload, subscriber.Next().Payload);
        }
    }

    [Theory, EachSerializer, Trait("wamp", "PUB-02")]
    public void Without_acknowledge_nothing_is_ever_answered(SerializerKind serializer)
    {
        var publisher = _realm.Join(serializer);
        foreach (var topic in new[] { Topic, "com..topic", "", "wamp.x", "#" })
        {
            publisher.Publish(topic);
            publisher.Publish(topic, options: "{\"acknowledge\":false}");
        }

        publisher.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "PUB-02"), Trait("wamp", "PUB-09"), Trait("wamp", "PBS-08"), Trait("wamp", "URI-05"), Trait("wamp", "URI-08"), Trait("wamp", "URI-09")]
    [Trait("wamp", "URI-02"), Trait("wamp", "URI-03")]
    public void With_acknowledge_a_malformed_or_reserved_topic_is_answered_by_one_ERROR_and_not_dispatched(SerializerKind serializer)
    {
        var (publisher, subscriber) = (_realm.Join(serializer), _realm.Join(serializer));
        subscriber.Subscription("com.", "{\"match\":\"prefix\"}");
        subscriber.Subscription("com..topic", "{\"match\":\"wildcard\"}");
        subscriber.Subscription("wamp.", "{\"match\":\"prefix\"}");
        foreach (var topic in new[] { "com..topic", "com.", "", "com.a b", "com.a#", "wamp.x", "wamp", "wamp.session.on_join", "com." + new string('a', 509) })
        {
            var request = publisher.Publish(topic, options: "{\"acknowledge\":true}");
            Assert.Equal(Received.Error(MessageType.Publish, request, ErrorUris.InvalidUri), publisher.NextError());
            publisher.AssertSilent();
        }

        subscriber.AssertSilent();
    }

    [Theory, EachSerializer, Trait("wamp", "URI-05")]
    public void Reserved_is_the_whole_first_component_only(SerializerKind serializer)
    {
        var publisher = _realm.Join(serializer);
        publisher.Publish("wampum.x", options: "{\"acknowledge\":true}");
        Assert.Equal(MessageType.Published, publisher.Next().Type);
    }

    [Theory, EachSerializer, Trait("wamp", "PUB-04"), Trait("wamp", "ID-02")]
    public void Each_publication_has_an_id_of_its_own(SerializerKind serializer)
    {
        var publisher = _realm.Join(serializer);
        for (var i = 0; i < 5; i++)
        {
            publisher.Publish(Topic, options: "{\"acknowledge\":true}");
        }

        Assert.Equal(5, publisher.Rest().Select(published => published.PublicationId).Distinct().Count());
    }

    [Theory, EachSerializer, Trait("wamp", "PUB-06"), Trait("wamp", "PUB-08")]
    public void PUBLISHED_comes_once_and_also_when_nobody_listens(SerializerKind serializer)
    {
        var publisher = _realm.Join(serializer);
        var request = publisher.Publish(Topic, options: "{\"acknowledge\":true}");
        var published = Assert.Single(publisher.Rest());
        Assert.Equal(Received.Published(request, published.PublicationId), published);
        Assert.Equal(0, _realm.Realm.EventsDropped);
    }

    [Theory, EachSerializer, Trait("wamp", "PUB-10"), Trait("wamp", "RACE-18")]
    public void A_slow_subscriber_loses_events_is_told_how_many_and_holds_nobody_up(SerializerKind serializer)
    {
        var (slow, fast, publisher) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
        var subscription = slow.Subscription(Topic);
        fast.Subscription(Topic);
        slow.IsSlow = true;
        for (var i = 0; i < 3; i++)
        {
            publisher.Publish(Topic, $"[{i}]", "{\"acknowledge\":true}");
        }

        Assert.Equal(3, publisher.Rest().Count);
        Assert.Equal(3, _realm.Realm.EventsDropped);
        slow.AssertSilent();
        Assert.Equal(["[0]", "[1]", "[2]"], fast.Rest().Select(received => received.Payload));

        slow.IsSlow = false;
        publisher.Publish(Topic, "[3]");
        publisher.Publish(Topic, "[4]");
        var (first, second) = (slow.Next(), slow.Next());
        Assert.Equal(Received.Event(subscription, first.PublicationId, "[3]", "{\"_gap\":3}"), first);
        Assert.Equal(Received.Event(subscription, second.PublicationId, "[4]"), second);
        Assert.Equal(["{}", "{}"], fast.Rest().Select(received => received.Details));
        Assert.Equal(3, _realm.Realm.EventsDropped);
    }

    [Theory, EachSerializer, Trait("wamp", "PUB-10"), Trait("wamp", "PBS-05")]
    public void The_gap_stands_beside_the_topic_of_a_pattern_subscription_and_the_payload_is_transcoded(SerializerKind from, SerializerKind to)
    {
        var (slow, publisher) = (_realm.Join(to), _realm.Join(from));
        slow.Subscription("com.", "{\"match\":\"prefix\"}");
        slow.IsSlow = true;
        publisher.Publish(Topic);
        slow.IsSlow = false;
        publisher.Publish(Topic, "[1.5,\"x\"],{\"k\":null}");
        var received = slow.Next();
        Assert.Equal("""{"topic":"com.myapp.topic","_gap":1}""", received.Details);
        Assert.Equal("[1.5,\"x\"],{\"k\":null}", received.Payload);
    }

    [Theory, EachSerializer, Trait("wamp", "PUB-10")]
    public void What_happens_while_a_subscriber_is_slow_the_realm_says_and_SUBSCRIBE_may_say_otherwise(SerializerKind serializer)
    {
        var realm = new TestRealm(new RealmOptions { SlowConsumer = SlowConsumerPolicy.DropOldest });
        var (subscriber, publisher) = (realm.Join(serializer), realm.Join(serializer));
        foreach (var (options, policy) in new[]
        {
            ("{}", SlowConsumerPolicy.DropOldest),
            ("{\"_slow_consumer\":\"latest\"}", SlowConsumerPolicy.Latest),
            ("{}", SlowConsumerPolicy.Latest), // says nothing of it
            ("{\"_slow_consumer\":\"drop_newest\"}", SlowConsumerPolicy.DropNewest),
            ("{\"_slow_consumer\":\"disconnect\"}", SlowConsumerPolicy.Disconnect),
            ("{\"_slow_consumer\":\"drop_oldest\"}", SlowConsumerPolicy.DropOldest),
        })
        {
            subscriber.Subscription(Topic, options);
            publisher.Publish(Topic);
            Assert.Equal(policy, subscriber.LastPolicy);
            Assert.Single(subscriber.Rest());
        }
    }

    [Theory, EachSerializer, Trait("wamp", "PUB-10")]
    public void Another_word_for_what_happens_to_a_slow_subscriber_is_refused(SerializerKind serializer)
    {
        var subscriber = _realm.Join(serializer);
        foreach (var value in new[] { "\"fast\"", "\"\"", "\"Latest\"", "5", "null", "[\"latest\"]", "{\"latest\":true}" })
        {
            var request = subscriber.Subscribe(Topic, $"{{\"_slow_consumer\":{value},\"match\":\"prefix\"}}");
            Assert.Equal(Received.Error(MessageType.Subscribe, request, ErrorUris.InvalidArgument), subscriber.NextError());
        }

        Assert.Equal(0, _realm.Realm.SubscriptionCount);
        subscriber.Subscription(Topic);
    }

    [Theory, EachSerializer, Trait("wamp", "PSZ-01")]
    public void An_event_too_long_for_one_subscriber_is_dropped_for_that_one_and_counted(SerializerKind serializer)
    {
        var (small, big, publisher) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
        small.Subscription(Topic);
        big.Subscription(Topic);
        small.MaxLength = 100;
        publisher.Publish(Topic, $"[\"{new string('x', 200)}\"]", "{\"acknowledge\":true}");
        Assert.Equal(MessageType.Published, publisher.Next().Type);
        small.AssertSilent();
        Assert.Single(big.Rest());
        Assert.Equal(1, _realm.Realm.EventsDropped);
        publisher.Publish(Topic, "[1]");
        Assert.Equal("{\"_gap\":1}", small.Next().Details);
    }

    [Theory, EachSerializer, Trait("wamp", "ORD-01")]
    [Trait("wamp", "PBS-10")]
    public void Events_of_one_publisher_arrive_in_order_across_topics_and_subscriptions(SerializerKind from, SerializerKind to)
    {
        var (publisher, subscriber) = (_realm.Join(from), _realm.Join(to));
        subscriber.Subscription("com.a");
        subscriber.Subscription("com.b");
        subscriber.Subscription("com.", "{\"match\":\"prefix\"}");
        for (var i = 0; i < 30; i++)
        {
            publisher.Publish(i % 3 == 0 ? "com.a" : i % 3 == 1 ? "com.b" : "com.c", $"[{i}]");
        }

        var order = subscriber.Rest().ConvertAll(received => int.Parse(received.Payload[1..^1]));
        Assert.Equal(50, order.Count);
        Assert.Equal(order.Order(), order);
    }

    [Theory, EachSerializer, Trait("wamp", "URI-07"), Trait("wamp", "URI-10")]
    public void A_URI_may_be_topic_and_procedure_at_once_and_is_compared_octet_by_octet(SerializerKind serializer)
    {
        var (one, publisher) = (_realm.Join(serializer), _realm.Join(serializer));
        var subscription = one.Subscription("com.é");
        one.Registration("com.é");
        one.Subscription("com.e\u0301");
        publisher.Publish("com.é");
        Assert.Equal(subscription, Assert.Single(one.Rest()).SubscriptionId);
        publisher.Publish("com.É");
        one.AssertSilent();
        publisher.Call("com.é");
        Assert.Equal(MessageType.Invocation, Assert.Single(one.Rest()).Type);
        Assert.Equal(ErrorUris.NoSuchProcedure, publisher.AskInVain("com.e\u0301"));
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "BWL-07"), Trait("wamp", "PID-05"), Trait("wamp", "SER-14")]
    [Trait("wamp", "SER-15")]
    public void Options_of_PUBLISH_do_not_leak_into_Details_and_unknown_ones_are_ignored(SerializerKind serializer)
    {
        var (subscriber, publisher) = (_realm.Join(serializer), _realm.Join(serializer));
        subscriber.Subscription(Topic);
        publisher.Publish(Topic, options: """{"acknowledge":false,"x_private":[1],"_mine":null,"unheard_of":{"a":1}}""");
        Assert.Equal("{}", subscriber.Next().Details);
    }

    [Theory, EachSerializer, Trait("wamp", "PEX-04"), Trait("wamp", "SER-16")]
    public void A_known_option_of_another_type_breaks_the_protocol_even_without_acknowledge(SerializerKind serializer)
    {
        var publisher = _realm.Join(serializer);
        Assert.Throws<WampProtocolException>(() => publisher.Publish(Topic, options: "{\"acknowledge\":1}"));
        Assert.Throws<WampProtocolException>(() => publisher.Publish(Topic, options: "{\"exclude_me\":\"no\"}"));
        publisher.AssertSilent();
    }
}
