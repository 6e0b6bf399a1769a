using System.Threading.Channels;
using Broker.Client;
using Broker.Client.Meta;
using Broker.Serialization;

namespace Broker.EndToEnd;

/// <summary>The SDK leaves testaments with the router.</summary>
public sealed class SdkTestamentTests(SharedRouter router)
{
    [Theory]
    [Trait("wamp", "TST-01"), Trait("wamp", "TST-02"), Trait("wamp", "TST-04"), Trait("wamp", "TST-05")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task Testaments_are_published_with_all_they_were_given_unless_withdrawn(string transport, SerializerKind serializer)
    {
        await using var leaver = await router.ConnectAsync(transport, serializer);
        await using var subscriber = await router.ConnectAsync(transport, serializer);
        await using var other = await router.ConnectAsync(transport, serializer);
        var topic = SharedRouter.NewUri();
        var (events, others) = (Channel.CreateUnbounded<WampEvent>(), Channel.CreateUnbounded<WampEvent>());
        await subscriber.SubscribeAsync(topic, published => events.Writer.WriteAsync(published)).Soon();
        await other.SubscribeAsync(topic, published => others.Writer.WriteAsync(published)).Soon();
        var sessions = leaver.Meta.Sessions;
        await sessions.AddTestamentAsync(topic, ["withdrawn"], scope: TestamentScope.Detached).Soon();
        await sessions.AddTestamentAsync(topic, new WampArguments { 21.0, new byte[] { 0, 9 }, { "unit", "C" } }).Soon();
        await sessions.FlushTestamentsAsync(TestamentScope.Detached).Soon();
        var hidden = new PublishOptions { Exclude = [other.Session.Id], DiscloseMe = true };
        await sessions.AddTestamentAsync(topic, ["detached"], hidden, TestamentScope.Detached).Soon();
        await leaver.LeaveAsync().Soon();

        var published = await events.Reader.ReadAsync().AsTask().Soon();
        Assert.Equal(("detached", leaver.Session.Id), (published.Arguments.Get<string>(0), published.Publisher)); // before those of the other scope
        foreach (var received in new[] { await events.Reader.ReadAsync().AsTask().Soon(), await others.Reader.ReadAsync().AsTask().Soon() })
        {
            Assert.StartsWith("[21.0,", received.Arguments.ToString(), StringComparison.Ordinal);
            Assert.Equal([0, 9], received.Arguments.Get<byte[]>(1)!);
            Assert.Equal(("C", null), (received.ArgumentsKw.Get<string>("unit"), received.Publisher));
        }

        await leaver.DisposeAsync();
        Assert.Equal((0, 0), (events.Reader.Count, others.Reader.Count));
    }
}
