namespace Broker.EndToEnd;

/// <summary>python3-autobahn against the router.</summary>
[Trait("wamp", "SER-05")]
[Trait("wamp", "WS-02")]
[Trait("wamp", "RAW-06")]
public sealed class PythonAutobahnTests(SharedRouter router)
{
    public static TheoryData<string, string> Wires { get; } = new MatrixTheoryData<string, string>(
        ["websocket", "rawsocket"], ["json", "msgpack", "cbor"]);

    [Theory]
    [MemberData(nameof(Wires))]
    public Task One_session_plays_all_roles(string transport, string serializer) =>
        AutobahnAllRoles.PlayAsync("python", router.Url(transport), serializer);

    /// <summary>Autobahn separates batched JSON by 0x18 and takes nothing else.</summary>
    [Theory]
    [Trait("wamp", "BAT-01")]
    [Trait("wamp", "BAT-02")]
    [Trait("wamp", "BAT-03")]
    [Trait("wamp", "BAT-04")]
    [InlineData("json.batched")]
    [InlineData("msgpack.batched")]
    [InlineData("cbor.batched")]
    public Task One_session_plays_all_roles_in_batches(string serializer) =>
        AutobahnAllRoles.PlayAsync("python", router.WebSocketUrl, serializer);

    [Fact]
    [Trait("wamp", "WS-01")]
    [Trait("wamp", "BAT-01")]
    public async Task Left_to_itself_it_offers_batched_CBOR_first_and_gets_it()
    {
        await using var peer = ForeignPeer.Start("python", router.WebSocketUrl, "default", "all-roles", SharedRouter.NewUri());

        Assert.Equal("wamp.2.cbor.batched", (await peer.CompleteAsync()).Protocol);
    }

    [Theory]
    [Trait("wamp", "SES-30")]
    [Trait("wamp", "SES-31")]
    [MemberData(nameof(Wires))]
    public Task A_session_that_leaves_gets_a_GOODBYE_in_reply(string transport, string serializer) =>
        AutobahnAllRoles.LeaveAsync("python", router.Url(transport), serializer);
}
