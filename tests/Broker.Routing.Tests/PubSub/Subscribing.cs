using Broker.Messages;
using Broker.Peers;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>SUBSCRIBE and UNSUBSCRIBE (WAMP specification, "Subscribing and Unsubscribing").</summary>
public sealed class Subscribing
{
    private readonly TestRealm _realm = new();

    [Theory, EachSerializer, Trait("wamp", "BRK-01"), Trait("wamp", "BRK-02"), Trait("wamp", "SUB-01")]
    public void SUBSCRIBE_is_answered_by_SUBSCRIBED_with_the_request_id_and_a_subscription_id(SerializerKind serializer)
    {
        var subscriber = _realm.Join(serializer);
        var request = subscriber.Subscribe("com.myapp.topic");
        var reply = subscriber.Next();
        Assert.Equal(Received.Subscribed(request, reply.SubscriptionId), reply);
        Assert.InRange(reply.SubscriptionId, 1, 1L << 53);
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "BRK-01"), Trait("wamp", "URI-08"), Trait("wamp", "URI-03"), Trait("wamp", "URI-02")]
    public void SUBSCRIBE_to_a_malformed_topic_is_answered_by_ERROR(SerializerKind serializer)
    {
        var subscriber = _realm.Join(serializer);
        foreach (var topic in new[] { "", "com..topic", "com.myapp.", ".com", "com.my app", "com.#" })
        {
            var request = subscriber.Subscribe(topic);
            Assert.Equal(Received.Error(MessageType.Subscribe, request, ErrorUris.InvalidUri), subscriber.NextError());
        }

        Assert.Equal(0, _realm.Realm.SubscriptionCount);
    }

    [Theory, EachSerializer, Trait("wamp", "BRK-03"), Trait("wamp", "PUB-05")]
    public void Subscribing_twice_gives_the_same_id_and_one_EVENT_and_one_UNSUBSCRIBE_ends_it(SerializerKind serializer)
    {
        var (subscriber, publisher) = (_realm.Join(serializer), _realm.Join(serializer));
        var subscription = subscriber.Subscription("com.myapp.topic");
        Assert.Equal(subscription, subscriber.Subscription("com.myapp.topic"));
        Assert.Equal(1, _realm.Realm.SubscriptionCount);

        publisher.Publish("com.myapp.topic");
        Assert.Equal(MessageType.Event, Assert.Single(subscriber.Rest()).Type);

        var request = subscriber.Unsubscribe(subscription);
        Assert.Equal(Received.Unsubscribed(request), subscriber.Next());
        publisher.Publish("com.myapp.topic");
        subscriber.AssertSilent();
        Assert.Equal(0, _realm.Realm.SubscriptionCount);
    }

    [Theory, EachSerializer, Trait("wamp", "BRK-04")]
    public void UNSUBSCRIBE_of_what_the_session_does_not_hold_is_answered_by_ERROR(SerializerKind serializer)
    {
        var (holder, other) = (_realm.Join(serializer), _realm.Join(serializer));
        var subscription = holder.Subscription("com.myapp.topic");

        var foreign = other.Unsubscribe(subscription);
        Assert.Equal(Received.Error(MessageType.Unsubscribe, foreign, ErrorUris.NoSuchSubscription), other.NextError());
        var unknown = holder.Unsubscribe(subscription + 1);
        Assert.Equal(Received.Error(MessageType.Unsubscribe, unknown, ErrorUris.NoSuchSubscription), holder.NextError());

        Assert.Equal(Received.Unsubscribed(holder.Unsubscribe(subscription)), holder.Next());
        var again = holder.Unsubscribe(subscription);
        Assert.Equal(Received.Error(MessageType.Unsubscribe, again, ErrorUris.NoSuchSubscription), holder.NextError());
    }

    [Theory, EachSerializer, Trait("wamp", "BRK-05")]
    public void After_UNSUBSCRIBED_no_EVENT_follows_to_that_session_but_to_others(SerializerKind serializer)
    {
        var (one, two, publisher) = (_realm.Join(serializer), _realm.Join(serializer), _realm.Join(serializer));
        var subscription = one.Subscription("com.myapp.topic");
        two.Subscription("com.myapp.topic");
        one.Unsubscribe(subscription);
        publisher.Publish("com.myapp.topic");
        Assert.Equal(MessageType.Unsubscribed, Assert.Single(one.Rest()).Type);
        Assert.Equal(MessageType.Event, Assert.Single(two.Rest()).Type);
    }

    [Theory, EachSerializer, Trait("wamp", "BRK-06"), Trait("wamp", "RACE-23")]
    public void Sessions_of_all_serializers_share_one_subscription(SerializerKind serializer, SerializerKind other)
    {
        var (one, two, publisher) = (_realm.Join(serializer), _realm.Join(other), _realm.Join(other));
        var subscription = one.Subscription("com.myapp.topic");
        Assert.Equal(subscription, two.Subscription("com.myapp.topic"));
        Assert.Equal(1, _realm.Realm.SubscriptionCount);
        publisher.Publish("com.myapp.topic", "[\"a\"]");
        Assert.Equal(one.Next(), two.Next());
    }

    [Theory, EachSerializer, Trait("wamp", "BRK-07"), Trait("wamp", "ID-04")]
    public void Another_match_policy_or_another_topic_is_another_subscription(SerializerKind serializer)
    {
        var subscriber = _realm.Join(serializer);
        long[] ids =
        [
            subscriber.Subscription("com.myapp"),
            subscriber.Subscription("com.myapp", "{\"match\":\"prefix\"}"),
            subscriber.Subscription("com.myapp", "{\"match\":\"wildcard\"}"),
            subscriber.Subscription("com.myapP"),
            subscriber.Subscription("com.myapp2"),
        ];
        Assert.Equal(5, ids.Distinct().Count());
        Assert.Equal(ids[0], subscriber.Subscription("com.myapp", "{\"match\":\"exact\"}"));
        Assert.Equal(5, _realm.Realm.SubscriptionCount);
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "SUB-02"), Trait("wamp", "PV-31"), Trait("wamp", "SES-36")]
    public void Subscriptions_end_with_the_session_and_nothing_is_sent_to_it_any_more(SerializerKind serializer)
    {
        var (subscriber, publisher) = (_realm.Join(serializer), _realm.Join(serializer));
        subscriber.Subscription("com.myapp.topic");
        subscriber.Subscription("com.myapp", "{\"match\":\"prefix\"}");
        subscriber.Subscription("com..topic", "{\"match\":\"wildcard\"}");
        subscriber.Leave();
        subscriber.Leave();
        Assert.Equal(0, _realm.Realm.SubscriptionCount);
        Assert.Equal(1, _realm.Realm.SessionCount);
        publisher.Publish("com.myapp.topic");
        subscriber.Subscribe("com.myapp.topic");
        subscriber.Unsubscribe(1);
        subscriber.AssertSilent();
        Assert.Equal(0, _realm.Realm.SubscriptionCount);
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "SER-17"), Trait("wamp", "SER-16")]
    public void An_unknown_match_policy_breaks_the_protocol(SerializerKind serializer)
    {
        var subscriber = _realm.Join(serializer);
        Assert.Throws<WampProtocolException>(() => subscriber.Subscribe("com.myapp", "{\"match\":\"regex\"}"));
    }
}
