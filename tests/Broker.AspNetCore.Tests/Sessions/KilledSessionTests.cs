using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;

namespace Broker.Sessions;

/// <summary>Sessions that others end, on the wire (WAMP specification, "Session Meta API").</summary>
public sealed class KilledSessionTests
{
    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SME-10")]
    [Trait("wamp", "SME-15")]
    public async Task A_killed_session_gets_one_GOODBYE_with_the_reason_and_its_connection_is_closed(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync();
        await using var caller = await TestPeer.JoinAsync(router, transport, serializer);
        await using var victim = await TestPeer.JoinAsync(router, transport, serializer);
        await using var other = await TestPeer.JoinAsync(router, transport, serializer);

        await caller.SendAsync($$"""[48,1,{},"wamp.session.kill",[{{victim.SessionId}}],{"message":"Bye."}]""");
        await caller.ExpectAsync("[50,1,{}]");
        await victim.ExpectAsync("""[6,{"message":"Bye."},"wamp.close.killed"]""");
        await victim.SendAsync("""[32,1,{},"com.example.topic"]""", """[6,{},"wamp.close.goodbye_and_out"]""");
        await victim.ExpectCloseAsync(1000);

        await caller.SendAsync("""[48,2,{},"wamp.session.kill_all",[],{"reason":"com.example.maintenance"}]""");
        await caller.ExpectAsync("[50,2,{},[1]]");
        await other.ExpectAsync("""[6,{},"com.example.maintenance"]""");
        await other.SendAsync("""[6,{},"wamp.close.goodbye_and_out"]""");
        await other.ExpectCloseAsync(1000);
        await caller.SendAsync("""[48,3,{},"wamp.session.count"]""");
        await caller.ExpectAsync("[50,3,{},[1]]");
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SME-10")]
    public async Task A_killed_peer_that_does_not_answer_is_closed_after_a_while(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync();
        await using var caller = await TestPeer.JoinAsync(router, transport, serializer);
        await using var victim = await TestPeer.JoinAsync(router, transport, serializer);

        await caller.SendAsync($$"""[48,1,{},"wamp.session.kill",[{{victim.SessionId}}]]""");
        await caller.ExpectAsync("[50,1,{}]");
        await victim.ExpectAsync("""[6,{},"wamp.close.killed"]""");
        await router.Clock.ElapseAsync(router.Router.Options.CloseTimeout); // for its GOODBYE
        await router.Clock.ElapseAsync(router.Router.Options.CloseTimeout); // for the end of its connection
        await TestRouter.WaitUntilAsync(() => router.Context.Connections.Count == 1, () => "The connection stays open");
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "TST-06")]
    [Trait("wamp", "PV-34")]
    [Trait("wamp", "SME-03")]
    public async Task Testaments_and_on_leave_follow_GOODBYE_a_violation_ABORT_and_a_lost_connection(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync();
        await using var heir = await TestPeer.JoinAsync(router, transport, serializer);
        await heir.SendAsync("""[32,1,{},"com.example.will"]""", """[32,2,{},"wamp.session.on_leave"]""");
        await heir.ExpectAsync("[33,1,*]");
        await heir.ExpectAsync("[33,2,*]");
        foreach (var last in new[] { """[6,{},"wamp.close.close_realm"]""", "[9999]", """[3,{},"com.example.tired"]""", "" })
        {
            await using var peer = await TestPeer.JoinAsync(router, transport, serializer);
            await peer.SendAsync("""[48,1,{},"wamp.session.add_testament",["com.example.will",["over"],{}]]""");
            await peer.ExpectAsync("[50,1,{}]");
            if (last.Length > 0)
            {
                await peer.SendAsync(last);
            }
            else
            {
                peer.Reset();
            }

            await heir.ExpectAsync("""[36,*,*,{},["over"],{}]""");
            await heir.ExpectAsync($"[36,*,*,{{}},[{peer.SessionId},*,\"anonymous\"]]");
        }
    }

    private static Task<TestRouter> StartAsync() =>
        TestRouter.StartAsync(options => options.Realms[TestRouter.Realm] = new RealmOptions { AllowMetaKill = true });
}
