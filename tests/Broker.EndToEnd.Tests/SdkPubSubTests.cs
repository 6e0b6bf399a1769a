using System.Threading.Channels;
using Broker.Client;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.EndToEnd;

/// <summary>The SDK publishes to the SDK: each transport to the other, each serializer to each.</summary>
[Trait("wamp", "SUB-01")]
[Trait("wamp", "SUB-06")]
public sealed class SdkPubSubTests(SharedRouter router)
{
    [Theory]
    [Trait("wamp", "SER-20")]
    [MemberData(nameof(SdkPeer.Pairs), MemberType = typeof(SdkPeer))]
    public async Task Events_arrive_as_they_were_sent(string fromTransport, SerializerKind fromSerializer, string toTransport, SerializerKind toSerializer)
    {
        await using var publisher = await router.ConnectAsync(fromTransport, fromSerializer);
        await using var subscriber = await router.ConnectAsync(toTransport, toSerializer);
        var topic = SharedRouter.NewUri();
        var events = Channel.CreateUnbounded<WampEvent>();
        await subscriber.SubscribeAsync(topic, published => events.Writer.WriteAsync(published)).Soon();
        byte[] octets = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        var reading = new SdkReading("d1", 1.0, octets, long.MaxValue, new SdkReading("d0", -0.5, [], Count: null, Previous: null));

        var id = await publisher.PublishAcknowledgedAsync(topic, new WampArguments
        {
            octets, ulong.MaxValue, long.MinValue, 9007199254740993, 1.0, 1e300, true, null, "Grüße, 世界 🚀 \"\\\n\u0001", reading, { "empty", Array.Empty<byte>() },
        }).Soon();

        var published = await events.Reader.ReadAsync().AsTask().Soon();
        var arguments = published.Arguments;
        Assert.Equal((topic, id), (published.Topic, published.PublicationId));
        Assert.Equal(octets, arguments.Get<byte[]>(0));
        Assert.Equal(
            (ulong.MaxValue, long.MinValue, 9007199254740993, 1.0, 1e300, true),
            (arguments.Get<ulong>(1), arguments.Get<long>(2), arguments.Get<long>(3), arguments.Get<double>(4), arguments.Get<double>(5), arguments.Get<bool>(6)));
        Assert.StartsWith("[\"\\u0000AAEC", arguments.ToString(), StringComparison.Ordinal);
        Assert.Contains(",1.0,", arguments.ToString(), StringComparison.Ordinal); // a float still
        Assert.Null(arguments.Get<string>(7));
        Assert.Equal("Grüße, 世界 🚀 \"\\\n\u0001", arguments.Get<string>(8));
        var back = arguments.Get<SdkReading>(9)!;
        Assert.Equal((reading.Device, reading.Value, reading.Count, reading.Previous!.Value), (back.Device, back.Value, back.Count, back.Previous!.Value));
        Assert.Equal(octets, back.Raw);
        Assert.Empty(published.ArgumentsKw.Get<byte[]>("empty")!);
    }

    [Theory]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task Patterns_match_and_tell_the_topic(string transport, SerializerKind serializer)
    {
        await using var publisher = await router.ConnectAsync(transport, serializer);
        await using var subscriber = await router.ConnectAsync(transport, serializer);
        var root = SharedRouter.NewUri();
        var byPrefix = Channel.CreateUnbounded<string>();
        var byWildcard = Channel.CreateUnbounded<string>();
        await subscriber.SubscribeAsync(root + ".", published => byPrefix.Writer.WriteAsync(published.Topic), SubscribeOptions.Prefix).Soon();
        await subscriber.SubscribeAsync(root + "..b", published => byWildcard.Writer.WriteAsync(published.Topic), SubscribeOptions.Wildcard).Soon();

        await publisher.PublishAsync(root + ".a");
        await publisher.PublishAsync(root + ".x.b");

        Assert.Equal(root + ".a", await byPrefix.Reader.ReadAsync().AsTask().Soon());
        Assert.Equal(root + ".x.b", await byPrefix.Reader.ReadAsync().AsTask().Soon());
        Assert.Equal(root + ".x.b", await byWildcard.Reader.ReadAsync().AsTask().Soon());
    }

    [Theory]
    [Trait("wamp", "PBS-04")]
    [Trait("wamp", "PBS-06")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task What_several_subscriptions_match_is_handed_over_once_to_who_wants_that(string transport, SerializerKind serializer)
    {
        await using var publisher = await router.ConnectAsync(transport, serializer);
        await using var subscriber = await router.ConnectAsync(transport, serializer);
        var root = SharedRouter.NewUri();
        var (once, each) = (Channel.CreateUnbounded<long>(), Channel.CreateUnbounded<long>());
        var seen = new SeenPublications();
        foreach (var (topic, options) in new[] { (root + ".a", new SubscribeOptions()), (root + ".", SubscribeOptions.Prefix), (root + ".", SubscribeOptions.Wildcard) })
        {
            await subscriber.SubscribeAsync(topic, published => once.Writer.WriteAsync(published.PublicationId), options with { Seen = seen }).Soon();
            await subscriber.SubscribeAsync(topic, published => each.Writer.WriteAsync(published.PublicationId), options).Soon();
        }

        var published = new List<long>();
        for (var i = 0; i < 20; i++)
            published.Add(await publisher.PublishAcknowledgedAsync(root + ".a").Soon());

        var all = new List<long>();
        while (all.Count < 60)
            all.Add(await each.Reader.ReadAsync().AsTask().Soon());
        Assert.Equal(published.Order().SelectMany(id => new[] { id, id, id }), all.Order());
        var received = new List<long>();
        while (received.Count < 20)
            received.Add(await once.Reader.ReadAsync().AsTask().Soon());
        Assert.Equal(published.Order(), received.Order());
        Assert.Equal(0, once.Reader.Count);
    }

    [Theory]
    [Trait("wamp", "ORD-01")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    [Trait("wamp", "ORD-09")]
    public async Task Ten_thousand_events_arrive_in_order(string transport, SerializerKind serializer)
    {
        const int Count = 10_000;
        await using var publisher = await router.ConnectAsync(transport, serializer);
        await using var subscriber = await router.ConnectAsync(transport, serializer);
        var topic = SharedRouter.NewUri();
        var next = 0;
        var gaps = 0L;
        var all = new TaskCompletionSource();
        await subscriber.SubscribeAsync(topic, published =>
        {
            gaps += published.Gap;
            if (published.Arguments.Get<int>(0) != next++)
                all.TrySetException(new InvalidOperationException($"Event {next - 1} did not come in its turn."));
            if (next == Count)
                all.TrySetResult();
        }).Soon();

        for (var i = 0; i < Count; i++)
            await publisher.PublishAsync(topic, [i]);

        await all.Task.Soon();
        Assert.Equal(0, gaps);
    }

    [Theory]
    [Trait("wamp", "SUB-03")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task Publishers_hear_themselves_only_if_they_want_to_and_nothing_comes_after_unsubscribing(string transport, SerializerKind serializer)
    {
        await using var client = await router.ConnectAsync(transport, serializer);
        var topic = SharedRouter.NewUri();
        var first = Channel.CreateUnbounded<int>();
        var second = Channel.CreateUnbounded<int>();
        var one = await client.SubscribeAsync(topic, published => first.Writer.WriteAsync(published.Arguments.Get<int>(0))).Soon();
        var two = await client.SubscribeAsync(topic, published => second.Writer.WriteAsync(published.Arguments.Get<int>(0))).Soon();
        Assert.Equal(one.Id, two.Id);
        var toAll = new PublishOptions { ExcludeMe = false };

        await client.PublishAcknowledgedAsync(topic, [1]).Soon();
        await client.PublishAcknowledgedAsync(topic, [2], toAll).Soon();
        Assert.Equal(2, await first.Reader.ReadAsync().AsTask().Soon());
        Assert.Equal(2, await second.Reader.ReadAsync().AsTask().Soon());

        await one.DisposeAsync();
        await client.PublishAcknowledgedAsync(topic, [3], toAll).Soon();
        Assert.Equal(3, await second.Reader.ReadAsync().AsTask().Soon());
        await two.DisposeAsync();
        await client.PublishAcknowledgedAsync(topic, [4], toAll).Soon();
        Assert.Equal((0, 0), (first.Reader.Count, second.Reader.Count));
    }

    [Fact]
    [Trait("wamp", "URI-05")]
    [Trait("wamp", "URI-06")]
    public async Task A_topic_of_the_routers_own_is_refused()
    {
        await using var client = await router.ConnectAsync("websocket", SerializerKind.MessagePack);

        var exception = await Assert.ThrowsAsync<WampException>(() => client.PublishAcknowledgedAsync("wamp.session.on_join").Soon());
        Assert.Equal(ErrorUris.InvalidUri, exception.Uri);
    }
}
