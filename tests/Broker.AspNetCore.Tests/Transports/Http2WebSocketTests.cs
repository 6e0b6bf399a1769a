using System.Net;
using System.Net.WebSockets;
using System.Text;
using Broker.Peers;

namespace Broker.Transports;

/// <summary>WebSockets over HTTP/2 by extended CONNECT (RFC 8441), as .NET's own client opens them.</summary>
public sealed class Http2WebSocketTests
{
    [Fact]
    [Trait("wamp", "WS-01")]
    [Trait("wamp", "MUX-01")]
    public async Task Sessions_share_one_HTTP2_connection()
    {
        await using var router = await TestRouter.StartAsync();
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        using var subscriber = await JoinAsync(router, invoker);
        using var publisher = await JoinAsync(router, invoker);
        await SendAsync(subscriber, """[32,1,{},"com.example.topic"]""");
        Assert.StartsWith("[33,1,", await ReceiveAsync(subscriber), StringComparison.Ordinal);

        await SendAsync(publisher, $"[16,1,{{}},\"com.example.topic\",[\"{new string('x', 200_000)}\"]]");
        Assert.EndsWith("xx\"]]", await ReceiveAsync(subscriber), StringComparison.Ordinal);

        await SendAsync(publisher, """[6,{},"wamp.close.close_realm"]""");
        Assert.Equal("""[6,{},"wamp.close.goodbye_and_out"]""", await ReceiveAsync(publisher));
        await publisher.CloseAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken).WaitAsync(TestPeer.Limit, TestContext.Current.CancellationToken);

        await SendAsync(subscriber, """[32,2,{},"com.example.other"]"""); // the other session goes on, and counts its own requests
        Assert.StartsWith("[33,2,", await ReceiveAsync(subscriber), StringComparison.Ordinal);
        subscriber.Abort();
        await router.WaitUntilEmptyAsync();
    }

    [Fact]
    [Trait("wamp", "PV-30")]
    public async Task A_violation_over_HTTP2_is_answered_by_ABORT_and_close()
    {
        await using var router = await TestRouter.StartAsync();
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        using var peer = await JoinAsync(router, invoker);

        await SendAsync(peer, "[99,1]");

        Assert.EndsWith("\"wamp.error.protocol_violation\"]", await ReceiveAsync(peer), StringComparison.Ordinal);
        Assert.Equal("1002", await ReceiveAsync(peer));
    }

    [Fact]
    [Trait("wamp", "SES-31")]
    public async Task Shutdown_reaches_sessions_over_HTTP2()
    {
        await using var router = await TestRouter.StartAsync();
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        using var peer = await JoinAsync(router, invoker);

        var stopped = router.StopAsync();

        Assert.EndsWith("\"wamp.close.system_shutdown\"]", await ReceiveAsync(peer), StringComparison.Ordinal);
        await SendAsync(peer, """[6,{},"wamp.close.goodbye_and_out"]""");
        Assert.Equal("1001", await ReceiveAsync(peer));
        await peer.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);
        await stopped.WaitAsync(TestPeer.Limit, TestContext.Current.CancellationToken);
    }

    private static async Task<ClientWebSocket> JoinAsync(TestRouter router, HttpMessageInvoker invoker)
    {
        var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        socket.Options.AddSubProtocol("wamp.2.json");
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{router.Http2Port}/ws"), invoker, TestContext.Current.CancellationToken)
            .WaitAsync(TestPeer.Limit, TestContext.Current.CancellationToken);
        await SendAsync(socket, TestPeer.HelloText);
        Assert.StartsWith("[2,", await ReceiveAsync(socket), StringComparison.Ordinal);
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);

    private static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[256 * 1024];
        var count = 0;
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(count), TestContext.Current.CancellationToken).AsTask()
                .WaitAsync(TestPeer.Limit, TestContext.Current.CancellationToken);
            count += result.Count;
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return $"{(int)socket.CloseStatus!}";
            }

            if (result.EndOfMessage)
            {
                return Encoding.UTF8.GetString(buffer, 0, count);
            }
        }
    }
}
