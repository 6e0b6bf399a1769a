[assembly: AssemblyFixture(typeof(Broker.EndToEnd.AnyClient))]

namespace Broker.EndToEnd;

/// <summary>
/// Opens sessions of any client. A peer is written <c>CLIENT TRANSPORT SERIALIZER</c>, as in <c>python rawsocket cbor</c>; the clients are <c>node</c> (npm's
/// autobahn), <c>python</c> (python3-autobahn) and <c>sdk</c>. The sessions of a foreign client share one process, which starts with the first.
/// </summary>
public sealed class AnyClient : IAsyncLifetime
{
    /// <summary>Over RawSocket npm's autobahn speaks JSON only.</summary>
    private static readonly string[] s_node = ["node websocket json", "node websocket msgpack", "node websocket cbor", "node rawsocket json"];

    private static readonly string[] s_python = [.. Wires("python", "websocket", ".batched"), .. Wires("python", "websocket"), .. Wires("python", "rawsocket")];

    private static readonly string[] s_sdk = [.. Wires("sdk", "websocket"), .. Wires("sdk", "rawsocket"), .. Wires("sdk", "batched")];

    private readonly Lazy<ForeignDriver> _node = new(() => new ForeignDriver("node"));
    private readonly Lazy<ForeignDriver> _python = new(() => new ForeignDriver("python"));

    /// <summary>
    /// Every client over each of its transports and serializers as the first of two peers, with each client as the second, over transports and serializers in
    /// turn. Two of our own SDK are left to its own tests.
    /// </summary>
    public static TheoryData<string, string> Pairs { get; } = PairsOf(s_node, s_python, s_sdk);

    /// <summary>Those of <see cref="Pairs"/> whose first is npm's autobahn or our SDK: for what python3-autobahn cannot say.</summary>
    public static TheoryData<string, string> PairsOfNodeAndSdk { get; } = PairsOf(s_node, s_sdk);

    /// <summary>Those of <see cref="Pairs"/> whose first is python3-autobahn.</summary>
    public static TheoryData<string, string> PairsOfPython { get; } = PairsOf(s_python);

    /// <summary>Those of <see cref="Pairs"/> whose first is our SDK.</summary>
    public static TheoryData<string, string> PairsOfSdk { get; } = PairsOf(s_sdk);

    /// <summary>One peer of each client, over transports and serializers in turn.</summary>
    public static TheoryData<string, string, string> Trios { get; } =
        [.. Enumerable.Range(0, s_python.Length).Select(i => (s_node[i % s_node.Length], s_python[i], s_sdk[(i + 1) % s_sdk.Length]))];

    /// <summary>Every foreign client over each of its transports and serializers.</summary>
    public static TheoryData<string> Foreign { get; } = [.. s_node, .. s_python];

    /// <summary>npm's autobahn over each of its transports and serializers.</summary>
    public static TheoryData<string> Node { get; } = [.. s_node];

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_node.IsValueCreated)
            await _node.Value.DisposeAsync();
        if (_python.IsValueCreated)
            await _python.Value.DisposeAsync();
    }

    /// <summary>Opens a session on <see cref="RouterProcess.Realm"/>.</summary>
    /// <param name="peer">The client, its transport and its serializer.</param>
    /// <param name="url">The router's address for a transport.</param>
    internal async Task<DrivenSession> OpenAsync(string peer, Func<string, string> url)
    {
        var words = peer.Split(' ');
        return words[0] switch
        {
            "node" => await _node.Value.OpenAsync(url(words[1]), words[2]),
            "python" => await _python.Value.OpenAsync(url(words[1]), words[2]),
            _ => new SdkSession(await SdkPeer.ConnectAsync(url, $"{words[1]} {words[2]}")),
        };
    }

    private static IEnumerable<string> Wires(string client, string transport, string suffix = "") =>
        ((string[])["json", "msgpack", "cbor"]).Select(serializer => $"{client} {transport} {serializer}{suffix}");

    private static TheoryData<string, string> PairsOf(params string[][] firsts)
    {
        string[][] seconds = [s_node, s_python, s_sdk];
        return
        [
            .. from first in firsts
               from i in Enumerable.Range(0, first.Length)
               from second in seconds
               where first != s_sdk || second != s_sdk
               select (first[i], second[(i + 1) % second.Length]),
        ];
    }
}
