using Broker.Client;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.EndToEnd;

/// <summary>The SDK joins and leaves.</summary>
[Trait("wamp", "SES-10")]
public sealed class SdkSessionTests(SharedRouter router)
{
    [Theory]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task A_session_learns_who_it_is_and_what_the_router_can(string transport, SerializerKind serializer)
    {
        await using var client = await router.ConnectAsync(transport, serializer);

        Assert.InRange(client.Session.Id, 1, 1L << 53);
        Assert.Equal(RouterProcess.Realm, client.Session.Realm);
        Assert.False(string.IsNullOrEmpty(client.Session.AuthId));
        Assert.False(string.IsNullOrEmpty(client.Session.AuthRole));
        Assert.NotNull(client.Session.Router.Broker);
        Assert.NotNull(client.Session.Router.Dealer);
        Assert.True(client.Session.MaxMessageSize > 0);
    }

    [Theory]
    [Trait("wamp", "SES-30")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task Leaving_is_confirmed(string transport, SerializerKind serializer)
    {
        await using var client = await router.ConnectAsync(transport, serializer);
        await client.LeaveAsync().Soon();

        Assert.Equal(new CloseReason(CloseUris.CloseRealm, null, CloseOrigin.Client), await client.Completion.Soon());
        await Assert.ThrowsAsync<WampSessionClosedException>(() => client.CallAsync(SharedRouter.NewUri()));
    }

    [Theory]
    [Trait("wamp", "SES-08")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task A_realm_that_does_not_exist_is_refused(string transport, SerializerKind serializer)
    {
        var options = new WampClientOptions { Url = new Uri(router.Url(transport)), Realm = "no.such.realm", Serializer = serializer };

        var exception = await Assert.ThrowsAsync<WampConnectException>(() => WampClient.ConnectAsync(options).Soon());
        Assert.Equal(ErrorUris.NoSuchRealm, exception.Uri);
    }

    [Theory]
    [Trait("wamp", "SES-31")]
    [InlineData("websocket")]
    [InlineData("rawsocket")]
    public async Task A_router_that_shuts_down_says_so(string transport)
    {
        await using var own = await RouterProcess.StartAsync();
        await using var client = await WampClient.ConnectAsync(transport == "rawsocket" ? own.RawSocketUrl : own.WebSocketUrl, RouterProcess.Realm).Soon();

        await own.StopAsync();

        var reason = await client.Completion.Soon();
        Assert.Equal((CloseUris.SystemShutdown, CloseOrigin.Router), (reason.Uri, reason.Origin));
    }

    [Theory]
    [Trait("wamp", "PSZ-02")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task What_is_too_long_for_the_router_is_not_sent_and_the_longest_that_fits_is(string transport, SerializerKind serializer)
    {
        await using var client = await router.ConnectAsync(transport, serializer);
        var limit = (int)client.Session.MaxMessageSize;

        await Assert.ThrowsAsync<PayloadSizeExceededException>(
            () => client.PublishAcknowledgedAsync(SharedRouter.NewUri(), [new string('x', limit)]));
        await client.PublishAcknowledgedAsync(SharedRouter.NewUri(), [new string('x', limit - 200)]).Soon();
    }
}
