using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;

namespace Broker.PubSub;

/// <summary>Subscriptions that the router takes away (WAMP specification, "Subscription Revocation").</summary>
public sealed class SubscriptionRevocation
{
    private static readonly RoleSet Revocable = new() { Subscriber = Features.SubscriptionRevocation };
    private readonly TestRealm _realm = new();

    [Fact, Trait("wamp", "SRV-01")]
    public void The_broker_announces_it() => Assert.True(Realm.Roles.Broker!.Value.HasFlag(Features.SubscriptionRevocation));

    [Theory, EachSerializer, Trait("wamp", "SRV-01"), Trait("wamp", "SRV-04"), Trait("wamp", "BRK-05")]
    public void The_subscriber_is_told_with_request_0_and_gets_no_EVENT_any_more(SerializerKind serializer)
    {
        var (publisher, subscriber, other) = (_realm.Join(serializer), _realm.Join(serializer, Revocable), _realm.Join(serializer));
        var subscription = subscriber.Subscription("com.topic");
        var kept = subscriber.Subscription("com.", "{\"match\":\"prefix\"}");
        other.Subscription("com.topic");
        Assert.True(_realm.Realm.RevokeSubscription(subscription, subscriber.Session, "com.reason"));
        Assert.Equal(
            Received.Unsubscribed(0) with { Details = $"{{\"subscription\":{subscription},\"reason\":\"com.reason\"}}" }, subscriber.Next());
        publisher.Publish("com.topic");
        Assert.Equal(kept, Assert.Single(subscriber.Rest()).SubscriptionId);
        Assert.Single(other.Rest());

        Assert.True(_realm.Realm.RevokeSubscription(kept, subscriber.Session, null));
        Assert.Equal($"{{\"subscription\":{kept}}}", subscriber.Next().Details);
        subscriber.Unsubscribe(kept);
        Assert.Equal(MessageType.Error, subscriber.Next().Type);
        Assert.Equal(1, _realm.Realm.SubscriptionCount);
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "SRV-02"), Trait("wamp", "SRV-04")]
    public void Who_has_not_announced_it_loses_the_subscription_without_a_word(SerializerKind serializer)
    {
        var publisher = _realm.Join(serializer);
        foreach (var roles in new[] { new RoleSet { Subscriber = Features.PublisherIdentification }, new RoleSet { Publisher = Features.SubscriptionRevocation } })
        {
            var subscriber = _realm.Join(serializer, roles);
            var subscription = subscriber.Subscription("com.topic");
            Assert.True(_realm.Realm.RevokeSubscription(subscription, subscriber.Session, "com.reason"));
            publisher.Publish("com.topic");
            subscriber.AssertSilent();
            subscriber.Subscription("com.topic");
            publisher.Publish("com.topic");
            Assert.Equal(MessageType.Event, subscriber.Next().Type);
        }
    }

    [Theory, EachSerializer, Trait("wamp", "SRV-04"), Trait("wamp", "SBM-02")]
    public void Meta_events_tell_of_it_behind_what_the_subscriber_is_told(SerializerKind serializer)
    {
        var (subscriber, other) = (_realm.Join(serializer, Revocable), _realm.Join(serializer));
        var subscription = subscriber.Subscription("com.topic");
        other.Subscription("com.topic");
        var watched = subscriber.Watch("wamp.subscription.on_unsubscribe", "wamp.subscription.on_delete");
        Assert.True(_realm.Realm.RevokeSubscription(subscription, subscriber.Session, null));
        Assert.Equal(MessageType.Unsubscribed, subscriber.Next().Type);
        Assert.Equal([$"subscription.on_unsubscribe [{subscriber.Session.Id},{subscription}]"], subscriber.Seen(watched));
        Assert.True(_realm.Realm.RevokeSubscription(subscription, other.Session, null));
        Assert.Equal(
            [$"subscription.on_unsubscribe [{other.Session.Id},{subscription}]", $"subscription.on_delete [{other.Session.Id},{subscription}]"],
            subscriber.Seen(watched));
    }

    [Fact, Trait("wamp", "SRV-01")]
    public void What_a_session_does_not_hold_cannot_be_revoked()
    {
        var (subscriber, other) = (_realm.Join(roles: Revocable), _realm.Join(roles: Revocable));
        var subscription = subscriber.Subscription("com.topic");
        Assert.False(_realm.Realm.RevokeSubscription(subscription, other.Session, null));
        Assert.False(_realm.Realm.RevokeSubscription(subscription + 1, subscriber.Session, null));
        subscriber.Leave();
        Assert.False(_realm.Realm.RevokeSubscription(subscription, subscriber.Session, null));
        subscriber.AssertSilent();
        other.AssertSilent();
    }
}
