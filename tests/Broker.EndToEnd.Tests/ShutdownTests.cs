namespace Broker.EndToEnd;

/// <summary>A router that is told to end says so to its sessions and ends in good order.</summary>
[Trait("wamp", "SES-31")]
public sealed class ShutdownTests
{
    [Theory]
    [InlineData("node", "websocket", "json")]
    [InlineData("node", "websocket", "cbor")]
    [InlineData("node", "rawsocket", "json")]
    [InlineData("python", "websocket", "msgpack")]
    [InlineData("python", "rawsocket", "cbor")]
    public async Task SIGTERM_sends_GOODBYE_to_the_sessions_and_ends_the_router_with_exit_code_0(
        string language, string transport, string serializer)
    {
        await using var router = await RouterProcess.StartAsync();
        var url = transport == "rawsocket" ? router.RawSocketUrl : router.WebSocketUrl;
        await using var peer = ForeignPeer.Start(language, url, serializer, "stay");
        await peer.ReadyAsync();

        await router.StopAsync();
        var seen = await peer.CompleteAsync();

        Assert.Equal("wamp.close.system_shutdown", seen.GoodbyeReason);
    }
}
