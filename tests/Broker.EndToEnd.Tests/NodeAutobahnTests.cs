namespace Broker.EndToEnd;

/// <summary>The npm package autobahn against the router. Over RawSocket it speaks JSON only.</summary>
[Trait("wamp", "SER-05")]
[Trait("wamp", "WS-02")]
public sealed class NodeAutobahnTests(SharedRouter router)
{
    [Theory]
    [InlineData("websocket", "json")]
    [InlineData("websocket", "msgpack")]
    [InlineData("websocket", "cbor")]
    [InlineData("rawsocket", "json")]
    public Task One_session_plays_all_roles(string transport, string serializer) =>
        AutobahnAllRoles.PlayAsync("node", router.Url(transport), serializer);

    [Theory]
    [Trait("wamp", "SES-30")]
    [Trait("wamp", "SES-31")]
    [InlineData("websocket", "json")]
    [InlineData("websocket", "msgpack")]
    [InlineData("websocket", "cbor")]
    [InlineData("rawsocket", "json")]
    public Task A_session_that_leaves_gets_a_GOODBYE_in_reply(string transport, string serializer) =>
        AutobahnAllRoles.LeaveAsync("node", router.Url(transport), serializer);
}
