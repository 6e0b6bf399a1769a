using System.Net;
using System.Net.Sockets;
using System.Text;
using Broker.Options;

namespace Broker.Client;

public class JoinTests
{
    [Theory, Trait("wamp", "SES-01"), Trait("wamp", "SES-02"), MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    [Trait("wamp", "SES-05")]
    [Trait("wamp", "SES-18")]
    [Trait("wamp", "PCR-01"), Trait("wamp", "PCR-02"), Trait("wamp", "PCI-01"), Trait("wamp", "CAN-01"), Trait("wamp", "RER-01"), Trait("wamp", "CTL-03")]
    public async Task HelloComesFirstAndWelcomeTellsTheFacts(Wire wire)
    {
        using var router = new FakeRouter(wire);
        var connecting = WampClient.ConnectAsync(router.Options with { Agent = "test" });
        await using var peer = await router.AcceptAsync();

        const string hello = """
            [1,"realm1",{"roles":{
            "publisher":{"features":{"subscriber_blackwhite_listing":true,"publisher_exclusion":true,"publisher_identification":true}},
            "subscriber":{"features":{"publisher_identification":true,"publication_trustlevels":true,"pattern_based_subscription":true,
            "subscription_revocation":true}},
            "caller":{"features":{"progressive_call_results":true,"progressive_call_invocations":true,"call_timeout":true,"call_canceling":true,
            "caller_identification":true}},
            "callee":{"features":{"progressive_call_results":true,"progressive_call_invocations":true,"call_timeout":true,"call_canceling":true,
            "caller_identification":true,"call_trustlevels":true,"pattern_based_registration":true,"shared_registration":true,
            "registration_revocation":true,"call_reroute":true}}},
            "agent":"test","authmethods":["anonymous"]}]
            """;
        await peer.ExpectAsync(hello.ReplaceLineEndings(""));
        await peer.SendAsync(
            """[2,9007199254740992,{"roles":{"broker":{"features":{"pattern_based_subscription":true}},"dealer":{}},"agent":"R 1","realm":"realm1","authid":"a1","authrole":"guest","authmethod":"anonymous","authprovider":"static","_max_message_size":70000}]""");
        await using var client = await connecting.Soon();

        var session = client.Session;
        Assert.Equal(9007199254740992, session.Id);
        Assert.Equal(("realm1", "a1", "guest", "anonymous", "static"), (session.Realm, session.AuthId, session.AuthRole, session.AuthMethod, session.AuthProvider));
        Assert.Equal("R 1", session.RouterAgent);
        Assert.Equal(Features.PatternBasedSubscription, session.Router.Broker);
        Assert.Equal(Features.None, session.Router.Dealer);
        Assert.Equal(70_000, session.MaxMessageSize);
        await peer.DisposeAsync();
    }

    [Theory, Trait("wamp", "SES-16")]
    [InlineData("""[2,1,{"roles":{"dealer":{}}}]""")]
    [InlineData("""[2,1,{"roles":{"broker":{"features":["x"]},"dealer":{"features":7},"oracle":{"features":{"sees":true}}},"x_cb_node":"n","authid":null}]""")]
    [InlineData("""[2,1,{"roles":{"broker":{"features":{"telepathy":true,"reflection":1}}},"authextra":{"x":[1]}}]""")]
    public async Task WelcomeMayLackWhatIsNotNeededAndHoldWhatIsNotKnown(string welcome)
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(welcome);

        Assert.Equal(1, joined.Client.Session.Id);
        Assert.Null(joined.Client.Session.AuthId);
        Assert.Equal("realm1", joined.Client.Session.Realm);
    }

    [Theory, Trait("wamp", "SES-20"), Trait("wamp", "SES-24"), MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task AbortFailsTheConnectWithItsReasonMessageAndArguments(Wire wire)
    {
        using var router = new FakeRouter(wire);
        var connecting = WampClient.ConnectAsync(router.Options);
        await using var peer = await router.AcceptAsync();
        await peer.ReceiveAsync();
        await peer.SendAsync("""[3,{"message":"No such thing here."},"wamp.error.no_such_realm",[17],{"realms":["realm2"]}]""");

        var exception = await Assert.ThrowsAsync<WampConnectException>(() => connecting.Soon());

        Assert.Equal("wamp.error.no_such_realm", exception.Uri);
        Assert.Contains("No such thing here.", exception.Message, StringComparison.Ordinal);
        Assert.Equal(17, exception.Arguments.Get<int>(0));
        Assert.Equal(["realm2"], exception.ArgumentsKw.Get<string[]>("realms")!);
        Assert.Null(await peer.ReceiveAsync()); // no answer to ABORT (SES-21)
    }

    public static MatrixTheoryData<Wire, string> Premature { get; } = new(Wires.EachSerializer,
    [
        """[6,{},"wamp.close.system_shutdown"]""",
        """[8,48,1,{},"wamp.error.canceled"]""",
        "[17,1,2]",
        "[33,1,2]",
        "[35,1]",
        "[50,1,{}]",
        "[65,1,2]",
        "[67,1]",
        "[68,1,2,{}]",
        "[36,1,2,{}]",
        """[1,"realm1",{"roles":{}}]""",
        "[2,0,{}]",
        """[2,9007199254740993,{"roles":{"broker":{}}}]""",
        "[2,1,{}]",
        """[2,1,{"roles":{"subscriber":{}}}]""",
        "[99,1]",
        "{}",
        "[]",
    ]);

    [Theory, Trait("wamp", "PV-04"), Trait("wamp", "PV-06"), Trait("wamp", "SES-38"), MemberData(nameof(Premature))]
    public async Task WhatMayNotComeBeforeWelcomeIsAViolation(Wire wire, string message)
    {
        using var router = new FakeRouter(wire);
        var connecting = WampClient.ConnectAsync(router.Options);
        await using var peer = await router.AcceptAsync();
        await peer.ReceiveAsync();
        await peer.SendAsync(message);

        Assert.StartsWith("""[3,{"message":""", await peer.ReceiveAsync(), StringComparison.Ordinal);
        await peer.DisposeAsync();
        var exception = await Assert.ThrowsAsync<WampConnectException>(() => connecting.Soon());
        Assert.Equal("wamp.error.protocol_violation", exception.Uri);
    }

    [Fact, Trait("wamp", "PV-17")]
    public async Task ExtensionMessagesBeforeWelcomeAreIgnored()
    {
        using var router = new FakeRouter();
        var connecting = WampClient.ConnectAsync(router.Options);
        await using var peer = await router.AcceptAsync();
        await peer.ReceiveAsync();
        await peer.SendAsync("[300,1]");
        await peer.SendAsync(FakeRouter.Welcome);

        await using var client = await connecting.Soon();
        Assert.Equal(4711, client.Session.Id);
        await peer.DisposeAsync();
    }

    [Fact]
    [Trait("wamp", "AUT-07")]
    public async Task ADemandForAuthenticationIsRefused()
    {
        using var router = new FakeRouter();
        var connecting = WampClient.ConnectAsync(router.Options);
        await using var peer = await router.AcceptAsync();
        await peer.ReceiveAsync();
        await peer.SendAsync("""[4,"ticket",{}]""");

        await peer.ExpectAsync("""[3,{"message":"This client authenticates by anonymous only."},"wamp.error.no_matching_auth_method"]""");
        await peer.DisposeAsync();
        var exception = await Assert.ThrowsAsync<WampConnectException>(() => connecting.Soon());
        Assert.Equal("wamp.error.no_matching_auth_method", exception.Uri);
        Assert.Contains("ticket", exception.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Wires.OfEachTransport), MemberType = typeof(Wires))]
    public async Task ARouterThatIsNotThereIsSaidSo(Wire wire)
    {
        using var router = new FakeRouter(wire);
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // and does not listen: nobody else gets the port meanwhile
        var url = new UriBuilder(router.Options.Url) { Port = ((IPEndPoint)deaf.LocalEndPoint!).Port }.Uri;

        var exception = await Assert.ThrowsAsync<WampConnectException>(() => WampClient.ConnectAsync(router.Options with { Url = url }).Soon());
        Assert.Contains(url.ToString(), exception.Message, StringComparison.Ordinal);
        Assert.Contains("a router listens there", exception.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Wires.OfEachTransport), MemberType = typeof(Wires))]
    public async Task ConnectingEndsInTime(Wire wire)
    {
        using var router = new FakeRouter(wire);
        var time = new ManualTime();
        var connecting = WampClient.ConnectAsync(router.Options.On(time));
        using var silent = await router.AcceptSocketAsync();
        await time.ElapseAsync(TimeSpan.FromSeconds(5));

        var exception = await Assert.ThrowsAsync<WampConnectException>(() => connecting.Soon());
        Assert.Contains("within 5 s", exception.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Wires.OfEachTransport), MemberType = typeof(Wires))]
    public async Task JoiningEndsInTime(Wire wire)
    {
        using var router = new FakeRouter(wire);
        var time = new ManualTime();
        var connecting = WampClient.ConnectAsync(router.Options.On(time));
        await using var peer = await router.AcceptAsync();
        await peer.ReceiveAsync();
        await time.ElapseAsync(TimeSpan.FromSeconds(10));

        var exception = await Assert.ThrowsAsync<WampConnectException>(() => connecting.Soon());
        Assert.Contains("did not answer HELLO within 10 s", exception.Message, StringComparison.Ordinal);
        Assert.Null(await peer.ReceiveAsync());
    }

    [Theory, MemberData(nameof(Wires.OfEachTransport), MemberType = typeof(Wires))]
    public async Task JoiningCanBeCancelled(Wire wire)
    {
        using var router = new FakeRouter(wire);
        using var cancellation = new CancellationTokenSource();
        var connecting = WampClient.ConnectAsync(router.Options, cancellation.Token);
        await using var peer = await router.AcceptAsync();
        await peer.ReceiveAsync();
        await cancellation.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => connecting.Soon());
        Assert.Null(await peer.ReceiveAsync());
    }

    [Theory, MemberData(nameof(Wires.OfEachTransport), MemberType = typeof(Wires))]
    public async Task AConnectionClosedBeforeWelcomeIsSaidSo(Wire wire)
    {
        using var router = new FakeRouter(wire);
        var connecting = WampClient.ConnectAsync(router.Options);
        var peer = await router.AcceptAsync();
        await peer.ReceiveAsync();
        await peer.DisposeAsync();

        var exception = await Assert.ThrowsAsync<WampConnectException>(() => connecting.Soon());
        Assert.Contains("before WELCOME", exception.Message, StringComparison.Ordinal);
    }

    [Fact, Trait("wamp", "WS-05")]
    public async Task AWebSocketWithoutTheSubprotocolIsRefused()
    {
        using var router = new FakeRouter(Wire.WebSocketCbor);
        var connecting = WampClient.ConnectAsync(router.Options);
        await using var stream = new NetworkStream(await router.AcceptSocketAsync(), ownsSocket: true);
        await WebSocketPeer.AnswerAsync(stream, await WebSocketPeer.ReadHeadAsync(stream), moreHeaders: "");

        var exception = await Assert.ThrowsAsync<WampConnectException>(() => connecting.Soon());
        Assert.Contains("does not speak wamp.2.cbor", exception.Message, StringComparison.Ordinal);
    }

    [Theory, Trait("wamp", "RAW-07")]
    [InlineData(new byte[] { 0x7f, 0x10, 0, 0 }, "does not support the requested serializer")]
    [InlineData(new byte[] { 0x7f, 0xf2, 0, 0 }, "another serializer")]
    [InlineData(new byte[] { (byte)'H', (byte)'T', (byte)'T', (byte)'P' }, "does not start with 0x7F")]
    public async Task ARawSocketHandshakeThatFailsSaysWhy(byte[] reply, string why)
    {
        using var router = new FakeRouter(Wire.RawSocketJson);
        var connecting = WampClient.ConnectAsync(router.Options);
        await using var stream = new NetworkStream(await router.AcceptSocketAsync(), ownsSocket: true);
        await stream.ReadExactlyAsync(new byte[4]);
        await stream.WriteAsync(reply);

        var exception = await Assert.ThrowsAsync<WampConnectException>(() => connecting.Soon());
        Assert.Contains(why, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AUrlWithoutATransportIsRefused()
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => WampClient.ConnectAsync("http://localhost/", "realm1"));
        Assert.Contains("tcp://host:port", exception.Message, StringComparison.Ordinal);
    }
}
