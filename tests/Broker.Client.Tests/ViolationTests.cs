using System.Net.WebSockets;
using System.Text;
using Broker.Transports;

namespace Broker.Client;

public class ViolationTests
{
    public static MatrixTheoryData<Wire, string> Violations { get; } = new(Wires.EachSerializer,
    [
        FakeRouter.Welcome,
        """[4,"ticket",{}]""",
        """[1,"realm1",{"roles":{"caller":{}}}]""",
        """[5,"x",{}]""",
        """[16,1,{},"com.acme.t"]""",
        """[32,1,{},"com.acme.t"]""",
        """[48,1,{},"com.acme.p"]""",
        "[70,1,{}]",
        "[50,2,{}]", // beyond the last id
        """[8,48,2,{},"com.acme.error"]""",
        "[33,1,5]", // a CALL is pending, not a SUBSCRIBE
        "[33,2,5]",
        "[17,1,5]",
        "[65,1,5]",
        "[35,1]",
        "[67,1]",
        """[8,32,1,{},"com.acme.error"]""",
        """[8,68,1,{},"com.acme.error"]""",
        """[8,36,1,{},"com.acme.error"]""",
        "[50,1]",
        "[50,0,{}]",
        "[36,1,2]",
        "[36,1,2,{},{}]",
        """[36,7,2,{"publisher":"me"}]""",
        "[1024,1]",
        "[255,1]",
        "17",
        "[]",
    ]);

    [Theory, Trait("wamp", "PV-01"), Trait("wamp", "PV-03"), Trait("wamp", "PV-08"), Trait("wamp", "PV-11"), Trait("wamp", "PV-13"), Trait("wamp", "PV-14")]
    [MemberData(nameof(Violations))]
    [Trait("wamp", "SES-15")]
    public async Task IsAnsweredByAbortAndFailsAllThatIsPending(Wire wire, string message)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        var call = joined.Client.CallAsync("com.acme.slow");
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync(message);

        var abort = await joined.Peer.ReceiveAsync();
        Assert.StartsWith("""[3,{"message":""", abort, StringComparison.Ordinal);
        Assert.EndsWith(""","wamp.error.protocol_violation"]""", abort, StringComparison.Ordinal);
        Assert.Null(await joined.Peer.ReceiveAsync());
        await joined.Peer.DisposeAsync();
        var exception = await Assert.ThrowsAsync<WampSessionClosedException>(() => call.Soon());
        Assert.Equal("wamp.error.protocol_violation", exception.Uri);
        Assert.Equal(CloseOrigin.Client, (await joined.Client.Completion.Soon()).Origin);
    }

    [Theory, Trait("wamp", "PV-12")]
    [InlineData("[50,1,{}")]
    [InlineData("[50,1,{},[\"\\ud800\"]]")]
    [InlineData("")]
    public async Task BytesThatAreNoMessageAreOne(string bytes)
    {
        using var router = new FakeRouter(Wire.WebSocketJson);
        await using var joined = await router.JoinAsync();
        await joined.Peer.SendBytesAsync(Encoding.UTF8.GetBytes(bytes));

        Assert.StartsWith("[3,", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
        await joined.Peer.DisposeAsync();
        Assert.Equal("wamp.error.protocol_violation", (await joined.Client.Completion.Soon()).Uri);
    }

    [Theory, Trait("wamp", "WS-03")]
    [InlineData(Wire.WebSocketJson, WebSocketMessageType.Binary)]
    [InlineData(Wire.WebSocketCbor, WebSocketMessageType.Text)]
    public async Task SoIsAWebSocketMessageOfTheOtherType(Wire wire, WebSocketMessageType type)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        await ((WebSocketPeer)joined.Peer).SendBytesAsync("[300,1]"u8.ToArray(), type);

        Assert.StartsWith("[3,", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
        await joined.Peer.DisposeAsync();
        Assert.Equal("wamp.error.protocol_violation", (await joined.Client.Completion.Soon()).Uri);
    }

    [Theory, Trait("wamp", "PV-14"), Trait("wamp", "PV-15"), Trait("wamp", "PV-17"), Trait("wamp", "CAN-15")]
    [InlineData("[36,12345,2,{},[1]]")] // EVENT of a subscription given up
    [InlineData("[50,1,{},[1]]")] // RESULT of a call given up
    [InlineData("""[50,1,{"callee":17,"callee_authid":"x","forward_for":[]}]""")]
    [InlineData("""[8,48,1,{},"wamp.error.canceled"]""")]
    [InlineData("""[8,49,1,{},"wamp.error.canceled"]""")]
    [InlineData("[256,1]")]
    [InlineData("""[1023,{"x":[1]},"y"]""")]
    [InlineData("[69,3,{}]")]
    [InlineData("""[69,3,{"mode":"kill","reason":"x"}]""")]
    [InlineData("[35,0,{}]")]
    [InlineData("""[35,0,{"subscription":12345,"reason":"wamp.revoked"}]""")]
    [InlineData("[67,0,{}]")]
    [InlineData("""[67,0,{"registration":12345}]""")]
    [Trait("wamp", "RVK-06")]
    [Trait("wamp", "RPC-10")]
    public async Task WhatRacesOrIsLegalElsewhereIsNone(string message)
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        using var cancellation = new CancellationTokenSource();
        var call = joined.Client.CallAsync("com.acme.slow", cancellationToken: cancellation.Token);
        await joined.Peer.ReceiveAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());

        await joined.Peer.SendAsync(message);

        await CallStillWorksAsync(joined, 2);
    }

    [Theory]
    [InlineData("""[8,48,1,{},"com.acme.error",null,null]""")]
    [InlineData("""[8,49,1,{},"com.acme.error"]""")]
    [InlineData("""[8,48,1,{"x":1},"com.acme.error",[],{}]""")]
    public async Task ErrorsOfOtherRoutersAreUnderstood(string error)
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var call = joined.Client.CallAsync("com.acme.p");
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync(error);

        Assert.Equal("com.acme.error", (await Assert.ThrowsAsync<WampException>(() => call.Soon())).Uri);
    }

    [Fact, Trait("wamp", "RAW-11"), Trait("wamp", "RAW-12")]
    public async Task RawSocketPingsAreAnsweredAndPongsIgnored()
    {
        using var router = new FakeRouter(Wire.RawSocketCbor);
        await using var joined = await router.JoinAsync();
        var peer = (RawSocketPeer)joined.Peer;
        byte[] payload = [.. Enumerable.Range(0, 70_000).Select(i => (byte)i)];
        await peer.SendFrameAsync(RawSocketFrameType.Pong, [1, 2]);
        await peer.SendFrameAsync(RawSocketFrameType.Ping, []);
        await peer.SendFrameAsync(RawSocketFrameType.Ping, payload);

        Assert.Equal((RawSocketFrameType.Pong, []), await peer.ReceiveFrameAsync());
        var pong = await peer.ReceiveFrameAsync();
        Assert.Equal(RawSocketFrameType.Pong, pong!.Value.Type);
        Assert.Equal(payload, pong.Value.Payload);
        await CallStillWorksAsync(joined, 1);
    }

    [Fact]
    public async Task AMessageLongerThanTheClientTakesEndsTheSession()
    {
        using var router = new FakeRouter(Wire.WebSocketJson);
        router.Options = router.Options with { MaxMessageSize = 1024 };
        await using var joined = await router.JoinAsync();
        await joined.Peer.SendAsync($"""[36,1,2,{"{}"},["{new string('x', 2000)}"]]""");

        while (await joined.Peer.ReceiveAsync() is not null)
        {
            // The client says why, and closes.
        }

        await joined.Peer.DisposeAsync();
        var reason = await joined.Client.Completion.Soon();
        Assert.Equal("wamp.error.payload_size_exceeded", reason.Uri);
    }

    private static async Task CallStillWorksAsync(Joined joined, int requestId)
    {
        var call = joined.Client.CallAsync<int>("com.acme.p");
        await joined.Peer.ExpectAsync($$"""[48,{{requestId}},{},"com.acme.p"]""");
        await joined.Peer.SendAsync($$"""[50,{{requestId}},{},[42]]""");
        Assert.Equal(42, await call.Soon());
    }
}
