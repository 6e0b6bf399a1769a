using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Broker.Peers;
using Broker.Transports;

namespace Broker.Attacks;

/// <summary>Attacks with frames: too many, too small, of promised and of unpacked sizes that never come.</summary>
[Collection(nameof(Alone))]
public sealed class FrameAttackTests
{
    private const string Violation = "wamp.error.protocol_violation";
    private const string TooLong = "wamp.error.payload_size_exceeded";

    /// <summary>What may be left in memory of an attack of one connection.</summary>
    private const long Mebibyte = 1024 * 1024;

    public static TheoryData<PeerTransport> Transports { get; } =
        new(PeerTransport.WebSocket, PeerTransport.MappedWebSocket, PeerTransport.RawSocket);

    public static TheoryData<PeerTransport> WebSockets { get; } = new(PeerTransport.WebSocket, PeerTransport.MappedWebSocket);

    /// <summary>Who does not read the answers: <c>SlowConsumerTests</c>.</summary>
    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_flood_of_pings_is_answered_ping_by_ping_and_keeps_no_memory(PeerTransport transport)
    {
        const int Bursts = 100;
        const int Pings = 2000;
        await using var attacked = await AttackedRouter.StartAsync(transport);
        await using (var peer = await TestPeer.JoinAsync(attacked.Router, transport))
        {
            var burst = Enumerable.Range(0, Pings).SelectMany(i => peer.PingFrame([(byte)i])).ToArray();
            await attacked.HoldsAsync(3 * Mebibyte, () => attacked.DuringAsync(FloodAsync(peer, burst)));
        }

        await attacked.EndAsync();

        static async Task FloodAsync(TestPeer peer, byte[] burst)
        {
            for (var i = 0; i < Bursts; i++)
            {
                var sending = peer.SendBytesAsync(burst);
                for (var ping = 0; ping < Pings; ping++)
                {
                    var (kind, payload) = await peer.ReceiveFrameAsync();
                    Assert.Equal((PeerFrame.Pong, (byte)ping), (kind, Assert.Single(payload)));
                }

                await sending;
            }
        }
    }

    [Theory]
    [MemberData(nameof(WebSockets))]
    public async Task A_message_in_fragments_of_one_byte_and_of_none_is_one_message_and_costs_its_length(PeerTransport transport)
    {
        const int Empty = 1_000_000;
        await using var attacked = await AttackedRouter.StartAsync(transport);
        await using (var peer = await TestPeer.JoinAsync(attacked.Router, transport))
        {
            var message = Encoding.UTF8.GetBytes($"[16,1,{{\"acknowledge\":true}},\"com.example.topic\",[\"{new string('x', 5000)}\"]]");
            await attacked.HoldsAsync(3 * Mebibyte, () => attacked.DuringAsync(DripAsync(peer, message)));

            await peer.SendBytesAsync(ClientFrames.Last(message.AsSpan(^1..)));
            await peer.ExpectAsync("[17,1,*]");
        }

        await attacked.EndAsync();

        static async Task DripAsync(TestPeer peer, byte[] message)
        {
            await peer.SendBytesAsync(ClientFrames.Start(WebSocketOpcode.Text, message.AsSpan(0, 1)));
            await peer.SendBytesAsync([.. message[1..^1].SelectMany(one => ClientFrames.Middle([one]))]);
            var nothing = Enumerable.Repeat(ClientFrames.Middle([]), Empty / 100).SelectMany(frame => frame).ToArray();
            for (var i = 0; i < 100; i++)
            {
                await peer.SendBytesAsync(nothing);
            }

            await peer.RoutedAsync(); // a ping between fragments
        }
    }

    [Theory]
    [InlineData(PeerTransport.RawSocket)]
    [InlineData(PeerTransport.UnixSocket)]
    public async Task Frames_of_one_byte_are_no_messages(PeerTransport transport)
    {
        await using var attacked = await AttackedRouter.StartAsync(transport);
        foreach (var one in "[]{}1\"\0\u007F"u8.ToArray())
        {
            await using var peer = await TestPeer.JoinAsync(attacked.Router, transport);
            await peer.SendBytesAsync([.. Enumerable.Repeat(TestPeer.RawFrame(0, [one]), 1000).SelectMany(frame => frame)]);
            await attacked.PlayRoundAsync();
            await peer.ExpectAbortAsync(Violation);
            await peer.ExpectCloseAsync(0);
        }

        Assert.All(attacked.Endings, line => Assert.Contains("ended: protocol_violation.", line, StringComparison.Ordinal));
        await attacked.EndAsync();
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket, false)]
    [InlineData(PeerTransport.MappedWebSocket, false)]
    [InlineData(PeerTransport.WebSocket, true)]
    public async Task Compression_is_not_taken_up_and_a_compressed_frame_is_not_unpacked(PeerTransport transport, bool isTls)
    {
        await using var attacked = await AttackedRouter.StartAsync(transport);
        foreach (var offer in (string[])
            ["permessage-deflate", "permessage-deflate; client_max_window_bits; server_no_context_takeover", "x-webkit-deflate-frame, permessage-bzip2"])
        {
            await using var peer = isTls
                ? await TestPeer.DialTlsAsync(attacked.Router, transport, Serialization.SerializerKind.Json)
                : await TestPeer.DialAsync(attacked.Router, transport);
            await peer.SendBytesAsync(Encoding.ASCII.GetBytes(
                TestPeer.UpgradeText("Sec-WebSocket-Protocol: wamp.2.json", $"Sec-WebSocket-Extensions: {offer}")));
            var answer = await peer.ReceiveHttpHeadAsync();
            Assert.StartsWith("HTTP/1.1 101 ", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("Extensions", answer, StringComparison.OrdinalIgnoreCase);
            await peer.JoinAsync();

            await attacked.HoldsAsync(Mebibyte, async () =>
            {
                await peer.SendBytesAsync(ClientFrames.Frame(WebSocketOpcode.Text, fin: true, rsv: 4, Bomb(), [1, 2, 3, 4]));
                Assert.Contains("reserved bit", await peer.ExpectCloseAsync(1002, isFramingLost: true), StringComparison.Ordinal);
            });
        }

        Assert.All(attacked.Endings, line => Assert.Contains("ended: framing_violation.", line, StringComparison.Ordinal));
        await attacked.EndAsync();
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_promised_length_takes_no_memory_before_the_bytes_come(PeerTransport transport)
    {
        const int Count = 100;
        await using var attacked = await AttackedRouter.StartAsync(transport);
        await using var sample = await TestPeer.DialAsync(attacked.Router, transport);
        var port = transport == PeerTransport.MappedWebSocket ? attacked.Router.MappedPort : attacked.Router.Port;
        var longest = attacked.Router.Context.Options.MaxMessageSize;
        await using (var crowd = await Crowd.DialAsync(port, Count))
        {
            await crowd.SendAsync([.. sample.Handshake(), .. sample.Frame(TestPeer.HelloText)]);
            await attacked.AttackersAsync(Count);

            // 100 MiB are promised.
            await attacked.HoldsAsync(Count * 32 * 1024, async () =>
            {
                await crowd.SendAsync([.. Promise(sample, longest), .. new byte[1000]]);
                await attacked.PlayRoundAsync();
            });
        }

        await attacked.AttackersAsync(0);
        foreach (var length in sample.IsWebSocket ? (long[])[longest + 1, int.MaxValue, uint.MaxValue, long.MaxValue] : [longest + 1, 0xFFFFFF])
        {
            await using var peer = await TestPeer.JoinAsync(attacked.Router, transport);
            await peer.SendBytesAsync(Promise(peer, length));
            await peer.ExpectAbortAsync(TooLong);
            await peer.ExpectCloseAsync(1009, isFramingLost: true);
        }

        await sample.DisposeAsync();
        await attacked.EndAsync();
    }

    /// <summary>The head of a frame.</summary>
    private static byte[] Promise(TestPeer peer, long length)
    {
        if (peer.IsWebSocket)
        {
            return ClientFrames.Header(WebSocketOpcode.Text, fin: true, rsv: 0, (ulong)length, [1, 2, 3, 4]);
        }

        var head = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(head, (int)length);
        return head;
    }

    /// <summary>100 KB that unpack to 100 MB.</summary>
    private static byte[] Bomb()
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest))
        {
            var nothing = new byte[1_000_000];
            for (var i = 0; i < 100; i++)
            {
                deflate.Write(nothing);
            }
        }

        return packed.ToArray();
    }
}
