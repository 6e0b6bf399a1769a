using System.Net.WebSockets;

namespace Broker.Client;

public class LeaveTests
{
    [Theory, Trait("wamp", "SES-30"), Trait("wamp", "SES-31"), MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task LeavingIsOneGoodbyeEachWay(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        var leaving = joined.Client.LeaveAsync();
        await joined.Peer.ExpectAsync("""[6,{},"wamp.close.close_realm"]""");
        await joined.Peer.SendAsync("""[6,{},"wamp.close.anything"]""");

        Assert.Null(await joined.Peer.ReceiveAsync());
        await joined.Peer.DisposeAsync();
        await leaving.Soon();
        Assert.Equal(new CloseReason("wamp.close.close_realm", null, CloseOrigin.Client), await joined.Client.Completion.Soon());
    }

    [Fact, Trait("wamp", "SES-32"), Trait("wamp", "SES-33")]
    public async Task WhatComesBetweenGoodbyeAndItsAnswerIsIgnored()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var leaving = joined.Client.LeaveAsync();
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("[36,1,2,{}]");
        await joined.Peer.SendAsync("[68,1,2,{}]");
        await joined.Peer.SendAsync("[50,99,{}]");
        await joined.Peer.SendAsync("""[6,{},"wamp.close.goodbye_and_out"]""");

        Assert.Null(await joined.Peer.ReceiveAsync());
        await joined.Peer.DisposeAsync();
        await leaving.Soon();
        Assert.Equal("wamp.close.close_realm", (await joined.Client.Completion).Uri);
    }

    [Theory, Trait("wamp", "SES-30"), Trait("wamp", "SES-37"), MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task TheRoutersGoodbyeIsAnsweredAndEndsWhatIsPending(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        var call = joined.Client.CallAsync("com.acme.slow");
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("""[6,{"message":"Maintenance."},"wamp.close.system_shutdown"]""");

        await joined.Peer.ExpectAsync("""[6,{},"wamp.close.goodbye_and_out"]""");
        var exception = await Assert.ThrowsAsync<WampSessionClosedException>(() => call.Soon());
        Assert.Equal("wamp.close.system_shutdown", exception.Uri);
        Assert.Null(await joined.Peer.ReceiveAsync());
        await joined.Peer.DisposeAsync();
        Assert.Equal(new CloseReason("wamp.close.system_shutdown", "Maintenance.", CloseOrigin.Router), await joined.Client.Completion.Soon());
        await Assert.ThrowsAsync<WampSessionClosedException>(() => joined.Client.PublishAsync("com.acme.late"));
    }

    [Fact, Trait("wamp", "SES-34")]
    public async Task GoodbyesThatCrossAreEachOthersAnswer()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        await joined.Peer.SendAsync("[300,1]"); // behind it the loop may already read the next
        var leaving = joined.Client.LeaveAsync();
        await joined.Peer.SendAsync("""[6,{},"wamp.close.system_shutdown"]""");

        await joined.Peer.ExpectAsync("""[6,{},"wamp.close.close_realm"]""");
        Assert.Null(await joined.Peer.ReceiveAsync());
        await joined.Peer.DisposeAsync();
        await leaving.Soon();
    }

    [Theory, Trait("wamp", "SES-35"), MemberData(nameof(Wires.OfEachTransport), MemberType = typeof(Wires))]
    public async Task LeavingEndsInTimeWithoutAnAnswer(Wire wire)
    {
        using var router = new FakeRouter(wire);
        var time = new ManualTime();
        router.Options = router.Options.On(time);
        await using var joined = await router.JoinAsync();
        var leaving = joined.Client.LeaveAsync();
        await joined.Peer.ReceiveAsync();
        await time.ElapseAsync(TimeSpan.FromSeconds(2));

        await leaving.Soon();
        Assert.Null(await joined.Peer.ReceiveAsync());
    }

    [Theory, Trait("wamp", "SES-21"), Trait("wamp", "SES-22"), Trait("wamp", "PV-36"), MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task AbortEndsTheSessionWithoutAnAnswer(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        var subscribing = joined.Client.SubscribeAsync("com.acme.t", _ => { });
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("""[3,{},"wamp.error.protocol_violation",["You misbehaved."]]""");

        Assert.Null(await joined.Peer.ReceiveAsync());
        await joined.Peer.DisposeAsync();
        var exception = await Assert.ThrowsAsync<WampSessionClosedException>(() => subscribing.Soon());
        Assert.Equal("wamp.error.protocol_violation", exception.Uri);
        Assert.Equal("You misbehaved.", (await joined.Client.Completion.Soon()).Message);
    }

    [Theory, Trait("wamp", "SES-39"), MemberData(nameof(Wires.OfEachTransport), MemberType = typeof(Wires))]
    public async Task ALostConnectionEndsTheSession(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        var call = joined.Client.CallAsync("com.acme.slow");
        await joined.Peer.ReceiveAsync();
        await joined.Peer.DisposeAsync();

        await Assert.ThrowsAsync<WampSessionClosedException>(() => call.Soon());
        var reason = await joined.Client.Completion.Soon();
        Assert.Equal((CloseReason.TransportLost, CloseOrigin.Transport), (reason.Uri, reason.Origin));
        await Assert.ThrowsAsync<WampSessionClosedException>(() => joined.Client.CallAsync("com.acme.late"));
    }

    [Theory]
    [InlineData(WebSocketCloseStatus.ProtocolError, "wamp.error.protocol_violation")]
    [InlineData(WebSocketCloseStatus.MessageTooBig, "wamp.error.payload_size_exceeded")]
    [InlineData(WebSocketCloseStatus.InternalServerError, "wamp.close.transport_lost")]
    public async Task AWebSocketCloseCodeTellsWhyWhenNoMessageDoes(WebSocketCloseStatus status, string uri)
    {
        using var router = new FakeRouter(Wire.WebSocketJson);
        await using var joined = await router.JoinAsync();
        await ((WebSocketPeer)joined.Peer).Socket.CloseOutputAsync(status, "that is why", CancellationToken.None);

        var reason = await joined.Client.Completion.Soon();
        Assert.Equal(uri, reason.Uri);
        Assert.Contains("that is why", reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisposingTwiceIsDisposingOnce()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var first = joined.Client.DisposeAsync();
        var second = joined.Client.DisposeAsync();
        await joined.Peer.ExpectAsync("""[6,{},"wamp.close.close_realm"]""");
        await joined.Peer.SendAsync("""[6,{},"wamp.close.goodbye_and_out"]""");

        Assert.Null(await joined.Peer.ReceiveAsync());
        await joined.Peer.DisposeAsync();
        await first.AsTask().Soon();
        await second.AsTask().Soon();
    }

    [Fact]
    public async Task AHandlerMayDisposeTheClientThatCallsIt()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var disposed = new TaskCompletionSource();
        var subscribing = joined.Client.SubscribeAsync("com.acme.t", async _ =>
        {
            await joined.Client.DisposeAsync();
            disposed.SetResult();
        });
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("[33,1,7]");
        await subscribing.Soon();
        await joined.Peer.SendAsync("[36,7,1,{}]");
        await joined.Peer.ExpectAsync("""[6,{},"wamp.close.close_realm"]""");
        await joined.Peer.DisposeAsync();

        await disposed.Task.Soon();
    }
}
