using Broker.Peers;
using Broker.PubSub;
using Broker.Realms;
using Broker.Serialization;

namespace Broker.Sessions;

/// <summary>Event histories for peers that take short messages (WAMP specification, "Event History"), over real sockets.</summary>
public sealed class HistoryTests
{
    [Theory]
    [MemberData(nameof(PeerMatrix.RawSockets), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "HIS-14")]
    [Trait("wamp", "PSZ-01")]
    public async Task A_peer_with_the_smallest_limit_gets_what_it_can_take_and_is_told_what_is_missing(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync(
            options => options.Realms[TestRouter.Realm] = new RealmOptions { History = [new HistoryRule { Uri = "com.example.topic" }] });
        await using var publisher = await TestPeer.JoinAsync(router, PeerTransport.RawSocket, SerializerKind.Cbor);
        await using var reader = await TestPeer.ConnectAsync(router, transport, serializer, limit: 512);
        await reader.SendAsync("""[1,"realm1",{"roles":{"caller":{"features":{"progressive_call_results":true}}}}]""");
        await reader.ExpectAsync("[2,*]");
        foreach (var (request, text) in new[] { (1, "one"), (2, new string('x', 600)), (3, "three"), (4, new string('y', 250)), (5, "five") })
        {
            await publisher.SendAsync($"[16,{request},{{\"acknowledge\":true}},\"com.example.topic\",[\"{text}\"]]");
            await publisher.ExpectAsync($"[17,{request},*]");
        }

        await reader.SendAsync("""[48,1,{},"wamp.subscription.lookup",["com.example.topic"]]""");
        var subscription = (await reader.ExpectAsync("[50,1,*]"))[3][0].GetInt64();
        await reader.SendAsync($$"""[48,2,{},"wamp.subscription.get_events",[{{subscription}}]]""");
        await reader.ExpectAsync("""[8,48,2,{},"wamp.error.payload_size_exceeded",*]""");
        Assert.Equal(0, router.RealmState.EventsDropped);

        await reader.SendAsync($$"""[48,3,{"receive_progress":true},"wamp.subscription.get_events",[{{subscription}}]]""");
        var texts = new List<string?>();
        while (true)
        {
            var part = await reader.ExpectAsync("[50,3,*]");
            texts.AddRange(part[3].EnumerateArray().Select(told => told.GetProperty("args")[0].GetString()));
            if (part.GetArrayLength() > 4)
            {
                Assert.Equal("""{"is_limit_reached":false,"_left_out":1}""", part[4].GetRawText());
                break;
            }
        }

        Assert.Equal(["one", "three", new string('y', 250), "five"], texts);
        Assert.Equal(1, router.RealmState.EventsDroppedFor(DropReason.TooLong));
    }
}
