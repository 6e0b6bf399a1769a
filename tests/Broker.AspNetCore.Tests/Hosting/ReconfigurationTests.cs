using System.Text;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;
using Microsoft.Extensions.Options;

namespace Broker.Hosting;

/// <summary>Options are replaced while the router runs: all of them, or none.</summary>
public sealed class ReconfigurationTests
{
    private const string Page = "https://app.example.com";
    private const string OtherPage = "https://other.example.com";

    [Fact]
    public async Task Origins_count_from_the_next_handshake_on()
    {
        await using var router = await TestRouter.StartAsync(options => options.AllowedOrigins.Add(Page));
        Assert.Equal((101, 403), (await UpgradeAsync(router, Page), await UpgradeAsync(router, OtherPage)));

        router.Router.Reconfigure(Changed(router, options => options.AllowedOrigins.Add(OtherPage)));

        Assert.Equal((403, 101), (await UpgradeAsync(router, Page), await UpgradeAsync(router, OtherPage)));
    }

    [Fact]
    public async Task A_named_listener_has_origins_and_a_path_of_its_own()
    {
        await using var router = await TestRouter.StartAsync(options =>
        {
            options.AllowedOrigins.Add(Page);
            options.Listeners[TestRouter.Listener] = new WampListenerOptions { AllowedOrigins = [OtherPage] };
        });

        Assert.Equal((403, 101), (await UpgradeAsync(router, Page), await UpgradeAsync(router, OtherPage)));
        Assert.Equal((101, 403), (await UpgradeAsync(router, Page, PeerTransport.MappedWebSocket), await UpgradeAsync(router, OtherPage, PeerTransport.MappedWebSocket)));
        Assert.Equal(404, await UpgradeAsync(router, OtherPage, path: "/second"));
        Assert.Equal(101, await UpgradeAsync(router, Page, PeerTransport.MappedWebSocket, "/second"));
    }

    [Fact]
    public async Task Options_that_cannot_work_change_nothing()
    {
        await using var router = await TestRouter.StartAsync(options => options.AllowedOrigins.Add(Page));
        var before = router.Router.Options;

        var refusal = Assert.Throws<OptionsValidationException>(() => router.Router.Reconfigure(Changed(router, options =>
        {
            options.AllowedOrigins.Add("nonsense");
            options.MaxMessageSize = 1;
        })));

        Assert.Equal(2, refusal.Failures.Count());
        Assert.Same(before, router.Router.Options);
        Assert.Equal(101, await UpgradeAsync(router, Page));
    }

    [Fact]
    public async Task A_connection_keeps_the_message_size_that_it_was_told()
    {
        await using var router = await TestRouter.StartAsync(options => options.MaxMessageSize = 4096);
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket, SerializerKind.Json);

        router.Router.Reconfigure(Changed(router, options => options.MaxMessageSize = 1024));

        await peer.SendAsync("""[1,"realm1",{"roles":{"publisher":{}}}]""");
        Assert.Contains("\"_max_message_size\":4096", await peer.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Realms_come_and_go_and_sessions_of_those_that_went_are_told()
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, PeerTransport.WebSocket, SerializerKind.Json);

        router.Router.Reconfigure(Changed(router, options =>
        {
            options.Realms.Remove(TestRouter.Realm);
            options.Realms["com.example.new"] = new RealmOptions();
        }));

        Assert.Contains("wamp.close.close_realm", await peer.ReceiveAsync(), StringComparison.Ordinal);
        await using var other = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket, SerializerKind.Json);
        await other.SendAsync("""[1,"realm1",{"roles":{"publisher":{}}}]""");
        await other.ExpectAbortAsync("wamp.error.no_such_realm");
    }

    [Fact]
    public async Task Who_authenticates_changes_with_the_rest()
    {
        await using var router = await TestRouter.StartAsync();

        router.Router.Reconfigure(Changed(router, options => options.Authenticators[TestRouter.Realm] = []));

        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket, SerializerKind.Json);
        await peer.SendAsync("""[1,"realm1",{"roles":{"publisher":{}}}]""");
        await peer.ExpectAbortAsync("wamp.error.authentication_required");
    }

    [Fact]
    public async Task Options_that_a_realm_refuses_change_nothing()
    {
        await using var router = await TestRouter.StartAsync();

        var refusal = Assert.Throws<OptionsValidationException>(() => router.Router.Reconfigure(Changed(router, options =>
        {
            options.MaxMessageSize = 2048;
            options.Realms[TestRouter.Realm] = new RealmOptions { History = [new HistoryRule { Uri = "no uri" }] };
        })));

        Assert.Contains("no uri", Assert.Single(refusal.Failures), StringComparison.Ordinal);
        Assert.NotEqual(2048, router.Router.Options.MaxMessageSize);
    }

    private static WampRouterOptions Changed(TestRouter router, Action<WampRouterOptions> change)
    {
        var options = new WampRouterOptions();
        foreach (var realm in router.Router.Options.Realms)
        {
            options.Realms.Add(realm);
        }

        change(options);
        return options;
    }

    private static async Task<int> UpgradeAsync(TestRouter router, string origin, PeerTransport transport = PeerTransport.WebSocket, string path = "/ws")
    {
        await using var peer = await TestPeer.DialAsync(router, transport);
        var request = TestPeer.UpgradeText("Sec-WebSocket-Protocol: wamp.2.json", $"Origin: {origin}").Replace("GET /ws ", $"GET {path} ", StringComparison.Ordinal);
        await peer.SendBytesAsync(Encoding.ASCII.GetBytes(request));
        return int.Parse((await peer.ReceiveHttpHeadAsync()).Split(' ')[1]);
    }
}
