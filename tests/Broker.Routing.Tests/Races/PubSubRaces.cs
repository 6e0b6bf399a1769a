using Broker.Messages;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Races;

/// <summary>Subscribers that come and go while others publish.</summary>
public sealed class PubSubRaces
{
    private const int Events = 4000;
    private readonly TestRealm _realm = new();

    [Theory, EachSerializer, Trait("wamp", "RACE-01"), Trait("wamp", "ORD-02"), Trait("wamp", "ORD-01")]
    public void Who_subscribes_during_a_storm_gets_SUBSCRIBED_and_then_all_events_without_a_gap(SerializerKind from, SerializerKind to)
    {
        var publisher = _realm.Join(from);
        var subscribers = Enumerable.Range(0, 3).Select(_ => _realm.Join(to)).ToList();
        var published = 0;
        var actions = subscribers.Select((subscriber, i) => (Action)(() =>
        {
            Threads.AwaitAtLeast(ref published, Events / 8 * (i + 1));
            subscriber.Subscribe(i == 0 ? "com." : "com.topic", i == 0 ? "{\"match\":\"prefix\"}" : "{}");
        }));
        Threads.Run([.. actions, () => PublishStorm(publisher, ref published)]);

        foreach (var subscriber in subscribers)
        {
            var received = subscriber.Rest();
            Assert.Equal(MessageType.Subscribed, received[0].Type);
            var order = received.Skip(1).Select(Index).ToList();
            Assert.Equal(Enumerable.Range(Events - order.Count, order.Count), order);
        }

        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RACE-02"), Trait("wamp", "BRK-05")]
    public void Who_unsubscribes_during_a_storm_gets_nothing_after_UNSUBSCRIBED(SerializerKind serializer)
    {
        var publisher = _realm.Join(serializer);
        var subscribers = Enumerable.Range(0, 3).Select(_ => _realm.Join(serializer)).ToList();
        var subscriptions = subscribers.ConvertAll(subscriber => subscriber.Subscription("com.topic"));
        var published = 0;
        var actions = subscribers.Select((subscriber, i) => (Action)(() =>
        {
            Threads.AwaitAtLeast(ref published, Events / 8 * (i + 1));
            subscriber.Unsubscribe(subscriptions[i]);
        }));
        Threads.Run([.. actions, () => PublishStorm(publisher, ref published)]);

        foreach (var subscriber in subscribers)
        {
            var received = subscriber.Rest();
            Assert.Equal(MessageType.Unsubscribed, received[^1].Type);
            Assert.Equal(Enumerable.Range(0, received.Count - 1), received.SkipLast(1).Select(Index));
        }

        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RACE-01"), Trait("wamp", "RACE-02"), Trait("wamp", "ORD-02")]
    public void Who_comes_and_goes_again_and_again_gets_events_between_SUBSCRIBED_and_UNSUBSCRIBED_only(SerializerKind serializer)
    {
        var (publisher, subscriber) = (_realm.Join(serializer), _realm.Join(serializer));
        var published = 0;
        Threads.Run(
            () => PublishStorm(publisher, ref published),
            () =>
            {
                while (Volatile.Read(ref published) < Events)
                {
                    subscriber.Subscribe("com.topic");
                    var subscription = subscriber.Rest().First(received => received.Type == MessageType.Subscribed).SubscriptionId;
                    subscriber.Unsubscribe(subscription);
                    var rest = subscriber.Rest();
                    Assert.Equal(MessageType.Unsubscribed, rest[^1].Type);
                    Assert.All(rest.SkipLast(1), received => Assert.Equal((MessageType.Event, subscription), (received.Type, received.SubscriptionId)));
                    var order = rest.SkipLast(1).Select(Index).ToList();
                    Assert.Equal(order.Count == 0 ? [] : Enumerable.Range(order[0], order.Count), order);
                }
            });
        subscriber.AssertSilent();
        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RACE-17"), Trait("wamp", "BWL-05")]
    public void A_subscriber_named_as_eligible_may_leave_at_that_very_moment(SerializerKind serializer)
    {
        var publisher = _realm.Join(serializer);
        for (var round = 0; round < 200; round++)
        {
            var subscriber = new RecordingPeer(_realm.Realm, serializer);
            subscriber.Subscription("com.topic");
            var options = $"{{\"eligible\":[{subscriber.Session.Id}],\"acknowledge\":true}}";
            Threads.Run(subscriber.Leave, () => publisher.Publish("com.topic", "[1]", options));
            Assert.Equal(MessageType.Published, publisher.Next().Type);
            Assert.InRange(subscriber.Rest().Count, 0, 1);
            Assert.Equal((1, 0), (_realm.Realm.SessionCount, _realm.Realm.SubscriptionCount));
        }
    }

    private static int Index(Received received) => int.Parse(received.Payload[1..^1]);

    private static void PublishStorm(RecordingPeer publisher, ref int published)
    {
        for (var i = 0; i < Events; i++)
        {
            publisher.Publish("com.topic", $"[{i}]");
            Volatile.Write(ref published, i + 1);
        }
    }
}
