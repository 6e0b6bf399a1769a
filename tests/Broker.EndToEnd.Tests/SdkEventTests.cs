using System.Threading.Channels;
using Broker.Client;
using Broker.Options;
using Broker.Client.Meta;
using Broker.Uris;

namespace Broker.EndToEnd;

/// <summary>What the SDK's publishers and subscribers can say about events: who gets them, who sent them, which were kept.</summary>
public sealed class SdkEventTests(HostedRouter router) : IClassFixture<HostedRouter>
{
    [Theory]
    [Trait("wamp", "BWL-01"), Trait("wamp", "BWL-02"), Trait("wamp", "BWL-03"), Trait("wamp", "BWL-04")]
    [MemberData(nameof(SdkPeer.PairsOfWires), MemberType = typeof(SdkPeer))]
    public async Task Lists_decide_who_gets_an_event(string from, string to)
    {
        await using var publisher = await router.ConnectAsync(from);
        await using var one = await router.ConnectAsync(to);
        await using var two = await router.ConnectAsync(to);
        var topic = SharedRouter.NewUri();
        var (first, second) = (await SubscribeAsync(one, topic), await SubscribeAsync(two, topic));
        PublishOptions[] options =
        [
            new() { Exclude = [one.Session.Id] },
            new() { ExcludeAuthId = [two.Session.AuthId!] },
            new() { ExcludeAuthRole = ["anonymous"] },
            new() { Eligible = [one.Session.Id, publisher.Session.Id] },
            new() { Eligible = [] },
            new() { EligibleAuthId = [two.Session.AuthId!, "nobody"] },
            new() { EligibleAuthRole = ["anonymous"], Exclude = [two.Session.Id] },
            new() { EligibleAuthRole = ["admin"] },
            new(),
        ];

        for (var i = 0; i < options.Length; i++)
            await publisher.PublishAsync(topic, [i], options[i]);

        Assert.Equal([1, 3, 6, 8], await NumbersUntilAsync(first, 8));
        Assert.Equal([0, 5, 8], await NumbersUntilAsync(second, 8));
    }

    [Theory]
    [Trait("wamp", "PID-01"), Trait("wamp", "PID-02"), Trait("wamp", "PTL-01")]
    [MemberData(nameof(SdkPeer.PairsOfWires), MemberType = typeof(SdkPeer))]
    public async Task A_subscriber_learns_who_published_and_how_far_to_trust_it(string from, string to)
    {
        await using var publisher = await router.ConnectAsync(from);
        await using var subscriber = await router.ConnectAsync(to);
        var events = await SubscribeAsync(subscriber, HostedRouter.TrustedPrefix + "t");
        await publisher.PublishAsync(HostedRouter.TrustedPrefix + "t", options: new PublishOptions { DiscloseMe = true });
        await publisher.PublishAsync(HostedRouter.TrustedPrefix + "t");

        var (disclosed, hidden) = (await events.NextAsync(), await events.NextAsync());
        var session = publisher.Session;
        Assert.Equal(
            (session.Id, session.AuthId, session.AuthRole, 7),
            (disclosed.Publisher, disclosed.PublisherAuthId, disclosed.PublisherAuthRole, disclosed.TrustLevel));
        Assert.Equal((null, null, null, 7), (hidden.Publisher, hidden.PublisherAuthId, hidden.PublisherAuthRole, hidden.TrustLevel));
    }

    [Theory]
    [Trait("wamp", "CID-01"), Trait("wamp", "CID-02"), Trait("wamp", "CID-05"), Trait("wamp", "CTL-01"), Trait("wamp", "CTL-03")]
    [MemberData(nameof(SdkPeer.PairsOfWires), MemberType = typeof(SdkPeer))]
    public async Task A_procedure_learns_who_calls_and_how_far_to_trust_it(string from, string to)
    {
        await using var caller = await router.ConnectAsync(from);
        await using var callee = await router.ConnectAsync(to);
        var session = caller.Session;
        var disclosed = $"""[{session.Id},"{session.AuthId}","{session.AuthRole}",7]""";

        Assert.Equal(disclosed, await CallAsync(new RegisterOptions(), new CallOptions { DiscloseMe = true }));
        Assert.Equal(disclosed, await CallAsync(new RegisterOptions { DiscloseCaller = true }, new CallOptions()));
        Assert.Equal("[null,null,null,7]", await CallAsync(new RegisterOptions(), new CallOptions()));

        async Task<string> CallAsync(RegisterOptions registering, CallOptions calling)
        {
            await using var registration = await callee.RegisterAsync(HostedRouter.TrustedPrefix + "who", AnswerAsync, registering).Soon();
            return (await caller.CallAsync(registration.Procedure, options: calling).Soon()).Arguments.ToString();
        }

        static ValueTask<WampArguments?> AnswerAsync(WampInvocation by, CancellationToken canceled) =>
            ValueTask.FromResult<WampArguments?>([by.Caller, by.CallerAuthId, by.CallerAuthRole, by.TrustLevel]);
    }

    [Theory]
    [Trait("wamp", "RET-01"), Trait("wamp", "RET-02"), Trait("wamp", "RET-04"), Trait("wamp", "RET-05"), Trait("wamp", "RET-06")]
    [Trait("wamp", "RET-08"), Trait("wamp", "RET-09")]
    [MemberData(nameof(SdkPeer.PairsOfWires), MemberType = typeof(SdkPeer))]
    public async Task Who_asks_gets_the_last_event_that_was_retained(string from, string to)
    {
        await using var publisher = await router.ConnectAsync(from);
        await using var subscriber = await router.ConnectAsync(to);
        var root = SharedRouter.NewUri();
        var retain = new PublishOptions { Retain = true };
        await publisher.PublishAsync(root + ".a", [1], retain);
        var id = await publisher.PublishAcknowledgedAsync(root + ".a", [2], retain).Soon();
        await publisher.PublishAcknowledgedAsync(root + ".b", [3], retain with { Exclude = [subscriber.Session.Id] }).Soon();
        await publisher.PublishAcknowledgedAsync(root + ".c", [4]).Soon();

        var asking = await SubscribeAsync(subscriber, root + ".", SubscribeOptions.Prefix with { GetRetained = true });
        var plain = await SubscribeAsync(subscriber, root + ".a");
        await publisher.PublishAsync(root + ".a", [5]);

        var kept = await asking.NextAsync();
        Assert.Equal((root + ".a", id, 2, true), (kept.Topic, kept.PublicationId, kept.Arguments.Get<int>(0), kept.Retained));
        foreach (var events in (ChannelReader<WampEvent>[])[asking, plain])
        {
            var live = await events.NextAsync();
            Assert.Equal((5, false), (live.Arguments.Get<int>(0), live.Retained));
        }
    }

    [Theory]
    [Trait("wamp", "HIS-02"), Trait("wamp", "HIS-03"), Trait("wamp", "HIS-05"), Trait("wamp", "HIS-07"), Trait("wamp", "HIS-08"), Trait("wamp", "HIS-10")]
    [Trait("wamp", "PBS-09")]
    [MemberData(nameof(SdkPeer.PairsOfWires), MemberType = typeof(SdkPeer))]
    public async Task The_history_of_a_subscription_can_be_read_by_filters(string from, string to)
    {
        await using var publisher = await router.ConnectAsync(from);
        await using var reader = await router.ConnectAsync(to);
        var topic = HostedRouter.HistoryPrefix + Guid.NewGuid().ToString("N");
        var ids = new List<long>();
        for (var i = 0; i < 5; i++)
        {
            var payload = new WampArguments { i, new byte[] { 0, 255 }, { "unit", "C" } };
            ids.Add(await publisher.PublishAcknowledgedAsync(i == 2 ? topic + ".other" : topic, payload).Soon());
        }

        var meta = reader.Meta.Subscriptions;
        var subscription = (await meta.LookupAsync(HostedRouter.HistoryPrefix, MatchPolicy.Prefix).Soon())!.Value; // there from the start (HIS-10)

        var all = await meta.GetEventsAsync(subscription, new HistoryFilter { FromPublication = ids[0] }).Soon();
        Assert.Equal(ids, all.Select(entry => entry.PublicationId));
        Assert.Equal((subscription, 0, "C"), (all[0].SubscriptionId, all[0].Arguments.Get<int>(0), all[0].ArgumentsKw.Get<string>("unit")));
        Assert.Equal([0, 255], all[0].Arguments.Get<byte[]>(1)!);
        Assert.Equal([0, 1, 3, 4], await ReadAsync(new HistoryFilter { Topic = topic }));
        Assert.Equal([4, 3], await ReadAsync(new HistoryFilter { Topic = topic, Reverse = true, Limit = 2 }));
        Assert.Equal([1], await ReadAsync(new HistoryFilter { AfterPublication = ids[0], BeforePublication = ids[2] }));
        Assert.Equal([3, 4], await ReadAsync(new HistoryFilter { FromPublication = ids[3], UntilPublication = ids[4] }));
        Assert.Equal([0, 1, 3, 4], await ReadAsync(new HistoryFilter { Topic = topic, FromTime = all[0].Timestamp, UntilTime = all[4].Timestamp }));
        Assert.Empty(await ReadAsync(new HistoryFilter { Topic = topic, AfterTime = all[4].Timestamp }));
        var unknown = await Assert.ThrowsAsync<WampException>(() => meta.GetEventsAsync(1L << 52).Soon());
        Assert.Equal(ErrorUris.NoSuchSubscription, unknown.Uri);

        async Task<IEnumerable<int>> ReadAsync(HistoryFilter filter) =>
            (await meta.GetEventsAsync(subscription, filter).Soon()).Select(entry => entry.Arguments.Get<int>(0));
    }

    private static async Task<ChannelReader<WampEvent>> SubscribeAsync(WampClient client, string topic, SubscribeOptions? options = null)
    {
        var events = Channel.CreateUnbounded<WampEvent>();
        await client.SubscribeAsync(topic, published => events.Writer.WriteAsync(published), options).Soon();
        return events.Reader;
    }

    private static async Task<List<int>> NumbersUntilAsync(ChannelReader<WampEvent> events, int last)
    {
        var numbers = new List<int>();
        while (numbers.LastOrDefault() != last)
            numbers.Add((await events.NextAsync()).Arguments.Get<int>(0));
        return numbers;
    }
}
