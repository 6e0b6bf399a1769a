using System.Text;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Sessions;

/// <summary>Every protocol error that a client can make ends its session by ABORT (WAMP specification, "Protocol Errors").</summary>
public sealed class ProtocolViolationTests
{
    private const string Violation = "wamp.error.protocol_violation";

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "PV-04")]
    [Trait("wamp", "PV-05")]
    [Trait("wamp", "PV-07")]
    [Trait("wamp", "PV-11")]
    [Trait("wamp", "PV-37")]
    [Trait("wamp", "SES-01")]
    [Trait("wamp", "SES-02")]
    [Trait("wamp", "SES-38")]
    [Trait("wamp", "AUT-14")]
    public async Task Before_a_session_nothing_but_HELLO_is_taken(PeerTransport transport, SerializerKind serializer)
    {
        string[] messages =
        [
            """[6,{},"wamp.close.close_realm"]""",
            """[8,68,1,{},"com.example.error"]""",
            """[32,1,{},"com.example.topic"]""",
            "[34,1,1]",
            """[16,1,{},"com.example.topic"]""",
            """[64,1,{},"com.example.procedure"]""",
            "[66,1,1]",
            """[48,1,{},"com.example.procedure"]""",
            "[49,1,{}]",
            "[70,1,{}]",
            """[5,"signature",{}]""",
            "[2,1,{}]",
            """[4,"ticket",{}]""",
            """[1,"realm1",{}]""",
            """[1,"realm1",{"roles":{}}]""",
            """[1,"realm1",{"roles":{"conductor":{}}}]""",
            """[1,"realm1",{"roles":[]}]""",
            """[1,"realm1",{"roles":{"caller":[]}}]""",
            """[1,"realm1"]""",
            """[1,1,{"roles":{"caller":{}}}]""",
        ];
        await using var router = await TestRouter.StartAsync();
        foreach (var message in messages)
        {
            await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);

            await peer.SendAsync(message);

            Assert.NotEmpty(await peer.ExpectAbortAsync(Violation));
            await peer.ExpectCloseAsync(1002);
        }
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "PV-02")]
    [Trait("wamp", "PV-08")]
    [Trait("wamp", "PV-09")]
    [Trait("wamp", "PV-10")]
    [Trait("wamp", "PV-11")]
    [Trait("wamp", "PV-13")]
    [Trait("wamp", "PV-16")]
    [Trait("wamp", "PV-17")]
    [Trait("wamp", "PV-19")]
    [Trait("wamp", "PV-30")]
    [Trait("wamp", "PV-32")]
    [Trait("wamp", "SES-06")]
    [Trait("wamp", "SES-40")]
    public async Task In_a_session_a_violation_is_answered_by_ABORT_and_the_end(PeerTransport transport, SerializerKind serializer)
    {
        string[] messages =
        [
            TestPeer.HelloText,
            """[5,"signature",{}]""",
            "[2,1,{}]",
            """[4,"ticket",{}]""",
            "[33,1,1]",
            "[35,1]",
            "[36,1,1,{}]",
            "[17,1,1]",
            "[50,1,{}]",
            "[65,1,1]",
            "[67,1]",
            "[68,1,1,{}]",
            "[69,1,{}]",
            """[8,48,1,{},"com.example.error"]""",
            """[8,7,1,{},"com.example.error"]""",
            """[8,68,1,{},"com.example.error"]""",
            "[70,1,{}]",
            "[49,1,{}]",
            """[32,2,{},"com.example.topic"]""",
            """[32,0,{},"com.example.topic"]""",
            """[32,9007199254740993,{},"com.example.topic"]""",
            """[48,7,{},"com.example.procedure"]""",
            """[48,1,{"progress":true},"com.example.procedure"]""",
            """[16,1,{"ppt_scheme":"x_app"},"com.example.topic"]""",
            "[]",
            "{}",
            "1",
            "\"[1]\"",
            "null",
            "[32]",
            "[99,1]",
            "[1024,1]",
            "[-1,1]",
            "[300]",
            """["32",1,{},"com.example.topic"]""",
            """[32,1,{},"com.example.topic",1]""",
            """[32,1,[],"com.example.topic"]""",
            """[32,"1",{},"com.example.topic"]""",
            """[32,1.0,{},"com.example.topic"]""",
            """[32,1,{},5]""",
            """[32,1,{"match":"regex"},"com.example.topic"]""",
            """[32,1,{"match":1},"com.example.topic"]""",
            """[16,1,{},"com.example.topic",{},[]]""",
            """[16,1,{"acknowledge":1},"com.example.topic"]""",
        ];
        await using var router = await TestRouter.StartAsync();
        foreach (var message in messages)
        {
            await using var peer = await TestPeer.JoinAsync(router, transport, serializer);

            await peer.SendAsync(message, """[32,1,{},"com.example.topic"]""");

            Assert.NotEmpty(await peer.ExpectAbortAsync(Violation));
            await peer.ExpectCloseAsync(1002);
        }
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "PV-12")]
    public async Task Bytes_that_are_no_message_are_answered_by_ABORT(PeerTransport transport, SerializerKind serializer)
    {
        byte[][] payloads = serializer switch
        {
            SerializerKind.Json => [[], "["u8.ToArray(), "[32,1,{},\"a\"]x"u8.ToArray(), "[32,1,{\"a\":1,\"a\":2},\"a.b\"]"u8.ToArray(), [.. Enumerable.Repeat((byte)'[', 1000)]],
            SerializerKind.MessagePack => [[], [0xC1], [0x94, 32], [0x92, 32, 0xD9, 200], [.. Enumerable.Repeat((byte)0x91, 1000)]],
            _ => [[], [0xFF], [0x84, 0x18, 32], [0x82, 0x18, 32, 0x7A, 255, 255, 255, 255], [.. Enumerable.Repeat((byte)0x81, 1000)]],
        };
        await using var router = await TestRouter.StartAsync();
        foreach (var payload in payloads)
        {
            await using var peer = await TestPeer.JoinAsync(router, transport, serializer);

            await peer.SendBytesAsync(peer.FrameBytes(payload));

            Assert.NotEmpty(await peer.ExpectAbortAsync(Violation));
            await peer.ExpectCloseAsync(1002);
        }
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "PV-31")]
    [Trait("wamp", "PV-35")]
    public async Task What_an_offender_held_is_gone_before_it_reads_why_and_its_callers_get_canceled(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var caller = await TestPeer.JoinAsync(router, transport, serializer);
        await using var offender = await TestPeer.JoinAsync(router, transport, serializer);
        await offender.SendAsync("""[64,1,{},"com.example.procedure"]""", """[32,2,{},"com.example.topic"]""");
        await offender.ExpectAsync("[65,1,*]");
        await offender.ExpectAsync("[33,2,*]");
        await caller.SendAsync("""[48,1,{},"com.example.procedure"]""");
        await offender.ExpectAsync("[68,1,*]");

        await offender.SendAsync("[99,1]", "[70,1,{},[1]]");
        await offender.ExpectAbortAsync(Violation);

        Assert.Equal((1, 0, 0), (router.RealmState.SessionCount, router.RealmState.SubscriptionCount, router.RealmState.RegistrationCount));
        await caller.ExpectAsync("""[8,48,1,{},"wamp.error.canceled",*]""");
        await offender.ExpectCloseAsync(1002);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "PV-17")]
    [Trait("wamp", "PV-09")]
    public async Task Extension_messages_and_late_answers_are_passed_over(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var caller = await TestPeer.JoinAsync(router, transport, serializer);
        await using var callee = await TestPeer.JoinAsync(router, transport, serializer);
        await callee.SendAsync("""[64,1,{},"com.example.procedure"]""");
        await callee.ExpectAsync("[65,1,*]");
        await caller.SendAsync("""[48,1,{},"com.example.procedure"]""");
        await callee.ExpectAsync("[68,1,*]");

        await callee.SendAsync("[70,1,{},[1]]", "[70,1,{},[2]]", """[8,68,1,{},"com.example.late"]""", "[300,1]", "[1023,{}]", """[32,2,{},"com.example.topic"]""");

        await callee.ExpectAsync("[33,2,*]");
        await caller.ExpectAsync("[50,1,{},[1]]");
        await caller.SendAsync("""[32,2,{},"com.example.topic"]""");
        await caller.ExpectAsync("[33,2,*]");
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.MappedWebSocket)]
    [InlineData(PeerTransport.RawSocket)]
    [Trait("wamp", "RACE-24")]
    public async Task ABORT_is_read_by_a_peer_that_keeps_sending(PeerTransport transport)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport);
        var events = peer.Frame($"""[16,1,{"{}"},"com.example.topic",["{new string('x', 1000)}"]]""");

        await peer.SendAsync("[99,1]");
        for (var i = 0; i < 200; i++)
        {
            await peer.SendBytesAsync(events);
        }

        await peer.ExpectAbortAsync(Violation);
        await peer.ExpectCloseAsync(1002);
    }

    [Fact]
    [Trait("wamp", "PV-30")]
    public async Task The_text_of_ABORT_and_the_reason_of_the_close_frame_are_the_same()
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);

        await peer.SendAsync("[99,1]");

        var text = await peer.ExpectAbortAsync(Violation);
        Assert.Equal(text, await peer.ExpectCloseAsync(1002));
        Assert.InRange(Encoding.UTF8.GetByteCount(text), 1, 123);
    }
}
