using Broker.Messages;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Races;

/// <summary>Subscribers that ask for retained events while these are published.</summary>
public sealed class RetentionRaces
{
    private const int Events = 3000;
    private readonly TestRealm _realm = new();

    [Theory, EachSerializer, Trait("wamp", "RACE-15"), Trait("wamp", "RET-07"), Trait("wamp", "ORD-02")]
    public void SUBSCRIBED_comes_first_then_the_retained_event_then_all_later_ones_live_and_none_twice(SerializerKind from, SerializerKind to)
    {
        var publisher = _realm.Join(from);
        var subscribers = Enumerable.Range(0, 3).Select(_ => _realm.Join(to)).ToList();
        var published = 0;
        var actions = subscribers.Select((subscriber, i) => (Action)(() =>
        {
            Threads.AwaitAtLeast(ref published, Events / 8 * (i + 1));
            subscriber.Subscribe(i == 0 ? "com." : "com.topic", i == 0 ? "{\"match\":\"prefix\",\"get_retained\":true}" : "{\"get_retained\":true}");
        }));
        Threads.Run([.. actions, () => PublishStorm(publisher, ref published)]);

        foreach (var subscriber in subscribers)
        {
            AssertComplete(subscriber.Rest());
        }

        _realm.LeaveAll();
    }

    [Theory, EachSerializer, Trait("wamp", "RACE-15")]
    public void Coming_and_going_again_and_again_shows_no_event_twice_and_no_gap(SerializerKind serializer)
    {
        var (publisher, subscriber) = (_realm.Join(serializer), _realm.Join(serializer));
        var published = 0;
        Threads.Run(
            () => PublishStorm(publisher, ref published),
            () =>
            {
                Threads.AwaitAtLeast(ref published, 1);
                while (Volatile.Read(ref published) < Events)
                {
                    subscriber.Subscribe("com.topic", "{\"get_retained\":true}");
                    var before = subscriber.Rest();
                    subscriber.Unsubscribe(before[0].SubscriptionId);
                    var after = subscriber.Rest();
                    Assert.Equal(MessageType.Unsubscribed, after[^1].Type);
                    AssertOrder([.. before, .. after.SkipLast(1)]);
                }
            });
        _realm.LeaveAll();
    }

    private static void AssertComplete(List<Received> received)
    {
        AssertOrder(received);
        Assert.Equal(Events - 1, Index(received[^1]));
    }

    private static void AssertOrder(List<Received> received)
    {
        Assert.Equal(MessageType.Subscribed, received[0].Type);
        Assert.Contains("retained", received[1].Details, StringComparison.Ordinal);
        Assert.All(received.Skip(2), live => Assert.DoesNotContain("retained", live.Details, StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(Index(received[1]), received.Count - 1), received.Skip(1).Select(Index));
    }

    private static int Index(Received received) => int.Parse(received.Payload[1..^1]);

    private static void PublishStorm(RecordingPeer publisher, ref int published)
    {
        for (var i = 0; i < Events; i++)
        {
            publisher.Publish("com.topic", $"[{i}]", "{\"retain\":true}");
            Volatile.Write(ref published, i + 1);
        }
    }
}
