using System.Text.Json;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Attacks;

/// <summary>
/// A peer that behaves, and expects to be served: it hears all that its neighbour publishes, answers what it is asked, and each of its
/// calls ends once. Anything that ends its session fails the test, as does a message that it did not wait for.
/// </summary>
internal sealed class WellBehavedPeer : IAsyncDisposable
{
    private const string Features =
        """{"features":{"call_canceling":true,"progressive_call_results":true,"progressive_call_invocations":true}}""";

    private const string Hello =
        """[1,"realm1",{"roles":{"publisher":{},"subscriber":{},"caller":""" + Features + ",\"callee\":" + Features + "}}]";

    private readonly TestPeer _peer;
    private readonly string _name;
    private readonly string _neighbour;
    private readonly HashSet<long> _toEvil = []; // calls that the hostile peer may have got
    private readonly TimeSpan _patience;
    private long _lastRequest;
    private long _echo;
    private long _lastInvocation;
    private int _heard;
    private int _answered;


    private WellBehavedPeer(TestPeer peer, string name, string neighbour, TimeSpan patience)
    {
        _peer = peer;
        _patience = patience;
        _name = name;
        _neighbour = neighbour;
    }

    public long SessionId { get; private set; }

    public long Subscription { get; private set; }

    public long Registration { get; private set; }

    /// <summary>How often it has published and called.</summary>
    public int Rounds { get; private set; }

    /// <param name="router">The router.</param>
    /// <param name="transport">How it reaches it.</param>
    /// <param name="serializer">What it speaks.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="neighbour">What the other one is called.</param>
    /// <param name="patience">How long it waits for a message.</param>
    public static async Task<WellBehavedPeer> JoinAsync(
        TestRouter router, PeerTransport transport, SerializerKind serializer, string name, string neighbour, TimeSpan patience)
    {
        var peer = new WellBehavedPeer(await TestPeer.ConnectAsync(router, transport, serializer), name, neighbour, patience);
        await peer._peer.SendAsync(Hello);
        peer.SessionId = (await peer._peer.ExpectAsync("[2,*]"))[1].GetInt64();
        await peer._peer.SendAsync("""[32,1,{},"com.news"]""", $"[64,2,{{}},\"com.{name}.echo\"]");
        peer.Subscription = (await peer._peer.ExpectAsync("[33,1,*]"))[2].GetInt64();
        peer.Registration = (await peer._peer.ExpectAsync("[65,2,*]"))[2].GetInt64();
        peer._lastRequest = 2;
        return peer;
    }

    /// <summary>
    /// Publishes, calls its neighbour, and calls what the hostile peer may have registered; now and then it cancels that at once.
    /// </summary>
    public async Task BeginAsync()
    {
        Rounds++;
        var publish = ++_lastRequest;
        _echo = ++_lastRequest;
        var evil = ++_lastRequest;
        _toEvil.Add(evil);
        await _peer.SendAsync(
            $"[16,{publish},{{}},\"com.news\",[\"{_name}\",{Rounds}]]",
            $"[48,{_echo},{{\"receive_progress\":true}},\"com.{_neighbour}.echo\",[\"{_name}\",{Rounds}]]",
            $"[48,{evil},{{\"receive_progress\":true}},\"com.evil\",[{Rounds}]]");
        if (Rounds % 4 == 0)
        {
            await _peer.SendAsync($"[49,{evil},{{\"mode\":\"{(Rounds % 8 == 0 ? "kill" : "killnowait")}\"}}]");
        }
    }

    /// <summary>
    /// Reads until it has been told all that its neighbour has published, has answered all that it has asked, and its own call of the
    /// neighbour has ended.
    /// </summary>
    public async Task ListenAsync(int rounds)
    {
        while (_heard < rounds || _answered < rounds || _echo != 0)
        {
            await TakeNextAsync();
        }
    }

    /// <summary>
    /// The hostile peer is gone: reads until all calls have ended, and a last one of its own, so that none can have ended twice.
    /// </summary>
    public async Task EndAsync()
    {
        while (_toEvil.Count > 0)
        {
            await TakeNextAsync();
        }

        var last = ++_lastRequest;
        _toEvil.Add(last);
        await _peer.SendAsync($"[48,{last},{{}},\"com.nobody\"]");
        while (_toEvil.Count > 0)
        {
            await TakeNextAsync();
        }
    }

    public ValueTask DisposeAsync() => _peer.DisposeAsync();

    private async Task TakeNextAsync()
    {
        var text = await _peer.ReceiveAsync().WaitAsync(_patience);
        var message = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 256 }).RootElement;
        switch (message[0].GetInt32())
        {
            case 36:
                Hear(message);
                break;
            case 68:
                await AnswerAsync(message);
                break;
            case 69:
                Assert.InRange(message[1].GetInt64(), 1, _lastInvocation);
                break;
            case 50 when message[2].TryGetProperty("progress", out _):
                var isAwaited = message[1].GetInt64() == _echo || _toEvil.Contains(message[1].GetInt64());
                Assert.True(isAwaited, $"{_name} got a part of what had ended: {message}");
                break;
            case 50 when message[1].GetInt64() == _echo:
                Assert.Equal($"[\"{_name}\",{Rounds}]", message[3].GetRawText());
                _echo = 0;
                break;
            case 50:
                Assert.True(_toEvil.Remove(message[1].GetInt64()), $"{_name} did not wait for {message}");
                break;
            case 8:
                Assert.True(message[1].GetInt32() == 48 && _toEvil.Remove(message[2].GetInt64()), $"{_name} did not wait for {message}");
                break;
            default:
                Assert.Fail($"{_name} did not wait for {message}");
                break;
        }
    }

    private void Hear(JsonElement message)
    {
        var arguments = message.GetArrayLength() > 4 ? message[4].GetRawText() : "";
        if (arguments.StartsWith($"[\"{_neighbour}\",", StringComparison.Ordinal))
        {
            Assert.Equal($"[\"{_neighbour}\",{++_heard}]", arguments);
        }
    }

    private async Task AnswerAsync(JsonElement message)
    {
        var id = message[1].GetInt64();
        var isChunk = id <= _lastInvocation; // of a series that the hostile peer goes on with
        Assert.True(isChunk || id == _lastInvocation + 1, $"{_name} was asked out of order: {message}");
        _lastInvocation = Math.Max(id, _lastInvocation);
        if (isChunk)
        {
            return;
        }

        var arguments = message.GetArrayLength() > 4 ? message[4].GetRawText() : "[]";
        _answered += arguments.StartsWith($"[\"{_neighbour}\",", StringComparison.Ordinal) ? 1 : 0;
        var part = message[3].TryGetProperty("receive_progress", out _) ? (string[])[$"[70,{id},{{\"progress\":true}},[\"part\"]]"] : [];
        await _peer.SendAsync([.. part, $"[70,{id},{{}},{arguments}]"]);
    }
}
