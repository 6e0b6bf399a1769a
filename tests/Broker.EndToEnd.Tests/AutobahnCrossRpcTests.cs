using System.Globalization;

namespace Broker.EndToEnd;

/// <summary>Callers and callees of different libraries and serializers, Node.js over WebSocket and Python over RawSocket.</summary>
[Trait("wamp", "RPC-03")]
[Trait("wamp", "RPC-04")]
[Trait("wamp", "SER-19")]
public sealed class AutobahnCrossRpcTests(SharedRouter router)
{
    private const int Calls = 20;

    public static MatrixTheoryData<string, string> Serializers { get; } = new(["json", "msgpack", "cbor"], ["json", "msgpack", "cbor"]);

    [Theory]
    [MemberData(nameof(Serializers))]
    public Task Node_calls_Python_and_gets_its_results_and_its_error(string caller, string callee) =>
        PlayAsync(
            uri => ForeignPeer.Start("python", router.RawSocketUrl, callee, "callee", uri),
            uri => ForeignPeer.Start("node", router.WebSocketUrl, caller, "caller", uri, Count));

    [Theory]
    [MemberData(nameof(Serializers))]
    public Task Python_calls_Node_and_gets_its_results_and_its_error(string caller, string callee) =>
        PlayAsync(
            uri => ForeignPeer.Start("node", router.WebSocketUrl, callee, "callee", uri),
            uri => ForeignPeer.Start("python", router.RawSocketUrl, caller, "caller", uri, Count));

    private static string Count => Calls.ToString(CultureInfo.InvariantCulture);

    private static async Task PlayAsync(Func<string, ForeignPeer> startCallee, Func<string, ForeignPeer> startCaller)
    {
        var procedure = SharedRouter.NewUri();
        await using var callee = startCallee(procedure);
        await callee.ReadyAsync();
        await using var caller = startCaller(procedure);

        var received = await caller.CompleteAsync();
        callee.Release();
        await callee.CompleteAsync();

        Assert.Equal(
            Enumerable.Range(0, Calls),
            received.All("result").Select(result => result.GetProperty("args")[0].GetInt32()));
        Assert.Equal(["com.example.error.refused"], received.ErrorUris);
    }
}
