using System.Net;
using System.Net.WebSockets;
using System.Text;
using Broker.Hosting;
using Broker.Peers;
using Microsoft.AspNetCore.Hosting;

namespace Broker.Limits;

/// <summary>WebSockets that share one HTTP/2 connection count one by one, as if each had a connection of its own.</summary>
public sealed class SharedConnectionLimitTests
{
    [Theory]
    [InlineData(2, 0)]
    [InlineData(0, 2)]
    public async Task Each_takes_a_place_and_gives_it_back(int total, int perAddress)
    {
        await using var router = await TestRouter.StartAsync(options => options.ConnectionLimits = new ConnectionLimits { Total = total, PerAddress = perAddress });
        using var invoker = Connection();
        using var first = await OpenAsync(router, invoker, HttpStatusCode.OK);
        using var second = await OpenAsync(router, invoker, HttpStatusCode.OK);
        using var third = await OpenAsync(router, invoker, HttpStatusCode.ServiceUnavailable);

        first.Abort(); // the one that has the place of the connection itself
        using var fourth = await OpenWhenThereIsRoomAsync(router, invoker);
        fourth.Abort();
        using var fifth = await OpenWhenThereIsRoomAsync(router, invoker);
        using var sixth = await OpenAsync(router, invoker, HttpStatusCode.ServiceUnavailable);

        Assert.Equal(2, router.Context.Admission.Count);
    }

    [Fact]
    public async Task So_many_come_within_a_second_and_no_more()
    {
        await using var router = await TestRouter.StartAsync(options => options.ConnectionLimits = new ConnectionLimits { PerSecond = 2 });
        using var invoker = Connection();
        using var first = await OpenAsync(router, invoker, HttpStatusCode.OK);
        using var second = await OpenAsync(router, invoker, HttpStatusCode.OK);
        using var third = await OpenAsync(router, invoker, HttpStatusCode.ServiceUnavailable);

        router.Clock.Advance(TimeSpan.FromSeconds(0.5));

        using var fourth = await OpenAsync(router, invoker, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Each_counts_for_the_client_of_whom_a_trusted_proxy_tells()
    {
        await using var router = await TestRouter.StartAsync(options =>
        {
            options.ConnectionLimits = new ConnectionLimits { PerAddress = 1 };
            options.Listeners[TestRouter.TlsListener] = new WampListenerOptions { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] };
        });
        using var proxy = Connection();
        using var joe = await OpenAsync(router, proxy, HttpStatusCode.OK, "203.0.113.1");
        using var jane = await OpenAsync(router, proxy, HttpStatusCode.OK, "203.0.113.2");
        using var joeAgain = await OpenAsync(router, proxy, HttpStatusCode.ServiceUnavailable, "203.0.113.1");
        using var janeAgain = await OpenAsync(router, proxy, HttpStatusCode.ServiceUnavailable, "203.0.113.2");

        joe.Abort();

        using var next = await OpenWhenThereIsRoomAsync(router, proxy, "203.0.113.1");
        using var unnamed = await OpenAsync(router, proxy, HttpStatusCode.OK, "unknown");
        using var another = await OpenAsync(router, proxy, HttpStatusCode.OK, "unknown");
    }

    [Fact]
    public async Task However_many_come_at_once_none_is_counted_twice_or_forgotten()
    {
        await using var router = await TestRouter.StartAsync(options =>
        {
            options.ConnectionLimits = new ConnectionLimits { PerAddress = 3 };
            options.Listeners[TestRouter.TlsListener] = new WampListenerOptions { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] };
        });
        using var proxy = Connection();
        for (var round = 0; round < 5; round++)
        {
            var sockets = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => OpenAsync(router, proxy, expected: null, $"203.0.113.{number % 4}")));

            Assert.Equal(12, sockets.Count(socket => socket.State == WebSocketState.Open));
            Assert.Equal(12, router.Context.Admission.Count);
            Array.ForEach(sockets, socket => socket.Abort());
            var admission = router.Context.Admission;
            await TestRouter.WaitUntilAsync(
                () => admission is { Count: 1, CountsAddresses: false }, // the connection's own place, which one of them had, counts for nobody again
                () => $"{admission.Count} places are taken, {(admission.CountsAddresses ? "some of them" : "none")} for an address");
        }
    }

    [Fact]
    public async Task A_connection_that_has_no_room_itself_carries_none()
    {
        await using var router = await TestRouter.StartAsync(
            options => options.ConnectionLimits = new ConnectionLimits { Total = 1 },
            serve: kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseWampLimits())); // the first listener: MapWamp alone serves there
        await using var inside = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        await using var late = await TestPeer.DialAsync(router, PeerTransport.WebSocket);

        await late.SendBytesAsync(late.Handshake());

        Assert.StartsWith("HTTP/1.1 503 ", await late.ReceiveHttpHeadAsync(), StringComparison.Ordinal);
    }

    /// <summary>One connection, however many WebSockets there are.</summary>
    private static HttpMessageInvoker Connection()
    {
        var sockets = new SocketsHttpHandler();
        sockets.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=localhost";
        return new HttpMessageInvoker(sockets);
    }

    private static async Task<ClientWebSocket> OpenWhenThereIsRoomAsync(TestRouter router, HttpMessageInvoker invoker, string? client = null)
    {
        while (true)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            var socket = await OpenAsync(router, invoker, expected: null, client);
            if (socket.State == WebSocketState.Open)
            {
                return socket;
            }

            socket.Dispose();
        }
    }

    /// <summary>Opens a WebSocket, which may be let in or not where nothing is expected.</summary>
    private static async Task<ClientWebSocket> OpenAsync(TestRouter router, HttpMessageInvoker invoker, HttpStatusCode? expected, string? client = null)
    {
        var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.AddSubProtocol("wamp.2.json");
        if (client is not null)
        {
            socket.Options.SetRequestHeader("X-Forwarded-For", client);
        }

        try
        {
            await socket.ConnectAsync(new Uri($"wss://127.0.0.1:{router.TlsPort}/ws"), invoker, TestContext.Current.CancellationToken)
                .WaitAsync(TestPeer.Limit, TestContext.Current.CancellationToken);
        }
        catch (WebSocketException) when (expected != HttpStatusCode.OK)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, socket.HttpStatusCode);
            return socket;
        }

        Assert.Equal(expected ?? HttpStatusCode.OK, socket.HttpStatusCode);
        return socket;
    }
}
