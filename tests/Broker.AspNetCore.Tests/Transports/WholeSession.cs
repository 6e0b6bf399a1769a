using Broker.Peers;

namespace Broker.Transports;

/// <summary>All that a client does in a session, from the handshake on, written in pieces of any size.</summary>
internal static class WholeSession
{
    public static async Task PlayAsync(TestPeer peer, int pieceSize)
    {
        byte[] bytes =
        [
            .. peer.Handshake(),
            .. peer.Frame(TestPeer.HelloText),
            .. peer.Frame("""[32,1,{},"com.example.topic"]"""),
            .. peer.PingFrame([1, 2, 3]),
            .. peer.Frame("""[64,2,{},"com.example.procedure"]"""),
            .. peer.Frame($"[16,3,{{\"exclude_me\":false}},\"com.example.topic\",[\"{new string('x', 5000)}\"],{{\"a\":1}}]"),
            .. peer.Frame("""[48,4,{},"com.example.procedure",[1]]"""),
            .. peer.Frame("[70,1,{},[2]]"),
            .. peer.Frame("""[6,{},"wamp.close.close_realm"]"""),
        ];

        var sending = SendAsync(peer, bytes, pieceSize);
        await peer.ExpectHandshakeAsync();
        await peer.ExpectAsync("[2,*]");
        await peer.ExpectAsync("[33,1,*]");
        var (kind, payload) = await peer.ReceiveFrameAsync();
        Assert.Equal(PeerFrame.Pong, kind);
        Assert.Equal([1, 2, 3], payload);
        await peer.ExpectAsync("[65,2,*]");
        Assert.Equal(5000, (await peer.ExpectAsync("[36,*,*,{},[*],{\"a\":1}]"))[4][0].GetString()!.Length);
        await peer.ExpectAsync("[68,1,*,{},[1]]");
        await peer.ExpectAsync("[50,4,{},[2]]");
        await peer.ExpectAsync("""[6,{},"wamp.close.goodbye_and_out"]""");
        await sending;
    }

    private static async Task SendAsync(TestPeer peer, byte[] bytes, int pieceSize)
    {
        foreach (var piece in bytes.Chunk(pieceSize))
        {
            await peer.SendBytesAsync(piece);
        }
    }
}
