using Broker.Peers;
using Broker.Serialization;

namespace Broker.PubSub;

/// <summary>Whether publishers get their own events (WAMP specification, "Publisher Exclusion").</summary>
public sealed class PublisherExclusion
{
    private readonly TestRealm _realm = new();

    [Theory, EachSerializer, Trait("wamp", "PUB-03"), Trait("wamp", "PEX-01")]
    public void A_publisher_gets_none_of_its_own_events_on_any_subscription(SerializerKind serializer)
    {
        var (publisher, other) = (_realm.Join(serializer), _realm.Join(serializer));
        publisher.Subscription("com.topic");
        publisher.Subscription("com.", "{\"match\":\"prefix\"}");
        publisher.Subscription(".topic", "{\"match\":\"wildcard\"}");
        other.Subscription("com.topic");
        publisher.Publish("com.topic");
        publisher.Publish("com.topic", options: "{\"exclude_me\":true}");
        publisher.AssertSilent();
        Assert.Equal(2, other.Rest().Count);
    }

    [Theory, EachSerializer, Trait("wamp", "PEX-02"), Trait("wamp", "PEX-03"), Trait("wamp", "RACE-21")]
    public void With_exclude_me_false_it_gets_one_EVENT_for_each_of_its_subscriptions(SerializerKind serializer)
    {
        var publisher = _realm.Join(serializer);
        long[] subscriptions =
        [
            publisher.Subscription("com.topic"),
            publisher.Subscription("com.", "{\"match\":\"prefix\"}"),
            publisher.Subscription(".topic", "{\"match\":\"wildcard\"}"),
        ];
        publisher.Publish("com.topic", options: "{\"exclude_me\":false}");
        Assert.Equal(subscriptions.Order(), publisher.Rest().Select(received => received.SubscriptionId).Order());
    }

    [Theory, EachSerializer, Trait("wamp", "PUB-03"), Trait("wamp", "PEX-01")]
    public void Another_session_of_the_same_authid_gets_it(SerializerKind serializer)
    {
        var (publisher, sibling) = (_realm.Join(serializer), _realm.Join(serializer));
        Assert.Equal(publisher.Session.Identity, sibling.Session.Identity);
        sibling.Subscription("com.topic");
        publisher.Publish("com.topic");
        Assert.Single(sibling.Rest());
    }

    [Theory, EachSerializer, Trait("wamp", "PEX-05"), Trait("wamp", "PUB-04")]
    public void With_exclude_me_false_the_publisher_and_another_subscriber_get_the_same_publication(SerializerKind one, SerializerKind other)
    {
        var (publisher, subscriber) = (_realm.Join(one), _realm.Join(other));
        var subscription = publisher.Subscription("com.topic");
        Assert.Equal(subscription, subscriber.Subscription("com.topic"));
        publisher.Publish("com.topic", "[\"Hello\"]", "{\"exclude_me\":false}");
        var received = publisher.Next();
        Assert.Equal(Received.Event(subscription, received.PublicationId, "[\"Hello\"]"), received);
        Assert.Equal(received, subscriber.Next());
    }
}
