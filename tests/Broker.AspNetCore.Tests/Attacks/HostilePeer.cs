using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Cases;
using Broker.Fuzz;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Attacks;

/// <summary>A peer that does what it likes. When its connection has been ended it comes back.</summary>
/// <param name="router">The router.</param>
/// <param name="transport">How it reaches it.</param>
/// <param name="serializer">What it speaks.</param>
/// <param name="reads">Whether it reads what it is told. If not, it has to guess the ids of its invocations.</param>
/// <param name="b">One of its victims.</param>
/// <param name="c">The other.</param>
internal sealed class HostilePeer(
    TestRouter router, PeerTransport transport, SerializerKind serializer, bool reads, WellBehavedPeer b, WellBehavedPeer c)
    : IAsyncDisposable
{
    private const string Features =
        """{"features":{"call_canceling":true,"progressive_call_results":true,"progressive_call_invocations":true,"call_reroute":true}}""";

    private const string Hello =
        """[1,"realm1",{"roles":{"publisher":{},"subscriber":{},"caller":""" + Features + ",\"callee\":" + Features + "}}]";

    private readonly Dictionary<string, long> _known = [];
    private TestPeer? _peer;
    private bool _isFramingLost;
    private long _lastRequest;
    private int _joinedAt;

    public async Task DoAsync(HostileStep step)
    {
        if (router.RealmState.SessionCount < 3 || _isFramingLost)
        {
            await DisposeAsync(); // it has been thrown out for what it did before, or no frame of its would be taken for one
        }

        try
        {
            await DoAsync(step, _peer ??= await JoinAsync());
            if (reads && !_isFramingLost && _peer is { } peer)
            {
                await ListenAsync(peer);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            await DisposeAsync(); // the router has ended the connection: its right
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isFramingLost = false;
        if (_peer is { } peer)
        {
            _peer = null;
            await peer.DisposeAsync();
        }
    }

    private async Task DoAsync(HostileStep step, TestPeer peer)
    {
        var random = new Random(step.Number);
        switch (step.Act)
        {
            case HostileAct.Message:
                await peer.SendBytesAsync(peer.FrameBytes(Encode(peer, step.Template)));
                break;
            case HostileAct.CallInVain:
                string[] modes = ["skip", "kill", "killnowait"];
                byte[] call = peer.FrameBytes(Encode(peer, step.Template));
                var isCanceled = step.Number < modes.Length;
                var cancel = isCanceled ? peer.FrameBytes(Encode(peer, $"[49,\"$call\",{{\"mode\":\"{modes[step.Number]}\"}}]")) : [];
                await peer.SendBytesAsync([.. call, .. cancel]);
                await (isCanceled ? ValueTask.CompletedTask : DisposeAsync());
                break;
            case HostileAct.Flood:
                var flood = Enumerable.Range(0, step.Number).SelectMany(_ => peer.FrameBytes(Encode(peer, step.Template)));
                await peer.SendBytesAsync([.. flood]);
                break;
            case HostileAct.MangledMessage:
                await peer.SendBytesAsync(peer.FrameBytes(HostileMessages.Mangle(Encode(peer, step.Template), random)));
                break;
            case HostileAct.MangledFrame:
                _isFramingLost = true;
                await peer.SendBytesAsync(HostileMessages.Mangle(peer.FrameBytes(Encode(peer, step.Template)), random));
                break;
            case HostileAct.Half:
                var frame = peer.FrameBytes(Encode(peer, step.Template));
                await peer.SendBytesAsync(frame[..random.Next(1, frame.Length)]);
                peer.Reset();
                await DisposeAsync();
                break;
            case HostileAct.HangUp when step.Number % 2 == 0:
                peer.CloseOutput();
                await DisposeAsync();
                break;
            default:
                await DisposeAsync();
                break;
        }
    }

    private async Task<TestPeer> JoinAsync()
    {
        await TestRouter.WaitUntilAsync(
            () => (router.RealmState.SessionCount, router.RealmState.RegistrationCount) == (2, 2), () => "The session before, or what it has registered, is still there");
        var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        await peer.SendAsync(Hello);
        await peer.ExpectAsync("[2,*]");
        await peer.SendAsync("""[64,1,{},"com.evil"]""");
        _known.Clear();
        _known["registration:a"] = (await peer.ExpectAsync("[65,1,*]"))[2].GetInt64();
        (_lastRequest, _joinedAt) = (1, b.Rounds);
        return peer;
    }

    /// <summary>
    /// Reads until the router has answered a ping, and so has taken all that was sent before it; or until it has thrown the peer out.
    /// </summary>
    private async Task ListenAsync(TestPeer peer)
    {
        await peer.SendBytesAsync(peer.PingFrame([1]));
        while (true)
        {
            var receiving = peer.ReceiveFrameAsync();
            await TestRouter.WaitUntilAsync(() => receiving.IsCompleted || router.RealmState.SessionCount < 3, () => "There is no answer");
            if (!receiving.IsCompleted)
            {
                await DisposeAsync(); // after an ABORT of its own it would wait for ever: its part is to close
                return;
            }

            var (kind, payload) = await receiving;
            switch (kind)
            {
                case PeerFrame.Message when Decode(peer, payload) is var message && message[0].GetInt32() != 3:
                    Learn(message);
                    break;
                case PeerFrame.Ping:
                    break;
                case PeerFrame.Pong:
                    return;
                default:
                    await DisposeAsync();
                    return;
            }
        }
    }

    private void Learn(JsonElement message)
    {
        switch (message[0].GetInt32())
        {
            case 68:
                _known["invocation"] = message[1].GetInt64();
                break;
            case 33:
                _known["subscription:a"] = message[2].GetInt64();
                break;
            case 65:
                _known["registration:a"] = message[2].GetInt64();
                break;
        }
    }

    private static JsonElement Decode(TestPeer peer, byte[] message)
    {
        using var json = new ByteBuffer();
        Assert.True(Transcoder.TryTranscodeValue(peer.Serializer, message, SerializerKind.Json, json));
        return JsonDocument.Parse(json.Written.ToArray(), new JsonDocumentOptions { MaxDepth = 256 }).RootElement;
    }

    private byte[] Encode(TestPeer peer, string template)
    {
        var message = MessageTemplate.Resolve(template, Find);
        var json = HostileMessages.Expand(message!.ToJsonString());
        if (message is JsonArray { Count: > 1 } elements && IsInteger(elements[0], out var type) && IsInteger(elements[1], out var request)
            && request == _lastRequest + 1 && HostileMessages.IsRequest((int)type))
        {
            _lastRequest = request;
            if (type == 48)
            {
                _known[template.Contains("\"progress\":true", StringComparison.Ordinal) ? "series" : "call"] = request;
            }
        }

        return peer.Encode(json);

        static bool IsInteger(JsonNode? node, out long number)
        {
            number = 0;
            return node is JsonValue value && value.TryGetValue(out number) && number is >= 0 and <= int.MaxValue;
        }
    }

    /// <summary>Ids that it knows, or guesses.</summary>
    private long? Find(string name) => name switch
    {
        "next" => _lastRequest + 1,
        "invocation" when !reads => Math.Max(1, b.Rounds - _joinedAt),
        "session:b" => b.SessionId,
        "session:c" => c.SessionId,
        "subscription:b" => b.Subscription,
        "subscription:c" => c.Subscription,
        "registration:b" => b.Registration,
        "registration:c" => c.Registration,
        _ => _known.GetValueOrDefault(name, 1),
    };
}
