using System.Globalization;

namespace Broker.EndToEnd;

/// <summary>Publishers and subscribers of different libraries and serializers, Node.js over WebSocket and Python over RawSocket.</summary>
[Trait("wamp", "PUB-07")]
[Trait("wamp", "SER-19")]
[Trait("wamp", "ORD-01")]
public sealed class AutobahnCrossPubSubTests(SharedRouter router)
{
    private const int Events = 20;

    public static MatrixTheoryData<string, string> Serializers { get; } = new(["json", "msgpack", "cbor"], ["json", "msgpack", "cbor"]);

    [Theory]
    [MemberData(nameof(Serializers))]
    public Task Node_publishes_and_Python_receives_the_same_in_order(string publisher, string subscriber) =>
        PlayAsync(
            uri => ForeignPeer.Start("python", router.RawSocketUrl, subscriber, "subscriber", uri, Count),
            uri => ForeignPeer.Start("node", router.WebSocketUrl, publisher, "publisher", uri, Count));

    [Theory]
    [MemberData(nameof(Serializers))]
    public Task Python_publishes_and_Node_receives_the_same_in_order(string publisher, string subscriber) =>
        PlayAsync(
            uri => ForeignPeer.Start("node", router.WebSocketUrl, subscriber, "subscriber", uri, Count),
            uri => ForeignPeer.Start("python", router.RawSocketUrl, publisher, "publisher", uri, Count));

    private static string Count => Events.ToString(CultureInfo.InvariantCulture);

    private static async Task PlayAsync(Func<string, ForeignPeer> startSubscriber, Func<string, ForeignPeer> startPublisher)
    {
        var topic = SharedRouter.NewUri();
        await using var subscriber = startSubscriber(topic);
        await subscriber.ReadyAsync();
        await using var publisher = startPublisher(topic);

        await publisher.CompleteAsync();
        var received = await subscriber.CompleteAsync();

        Assert.Equal(
            Enumerable.Range(0, Events),
            received.All("event").Select(@event => @event.GetProperty("args")[0].GetInt32()));
    }
}
