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

    [Theory]
    [Trait("wamp", "SES-30")]
    [Trait("wamp", "SES-31")]
    [MemberData(nameof(Wires))]
    public Task A_session_that_leaves_gets_a_GOODBYE_in_reply(string transport, string serializer) =>
        AutobahnAllRoles.LeaveAsync("python", router.Url(transport), serializer);
}
