using Broker.Peers;
using Broker.Serialization;

namespace Broker.Transports;

/// <summary>WebSockets and RawSockets behind TLS, which the embedding application adds by <c>UseHttps</c> (WAMP specification, "Security Model").</summary>
public sealed class TlsTests
{
    public static MatrixTheoryData<PeerTransport, SerializerKind> Peers { get; } =
        new([PeerTransport.WebSocket, PeerTransport.RawSocket], Enum.GetValues<SerializerKind>());

    [Theory]
    [MemberData(nameof(Peers))]
    [Trait("wamp", "SEC-01")]
    public async Task Sessions_are_served_behind_TLS_on_one_port(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.DialTlsAsync(router, transport, serializer);
        await peer.SendBytesAsync(peer.Handshake());
        await peer.ExpectHandshakeAsync();
        await peer.JoinAsync();

        await peer.SendAsync("""[32,1,{},"com.example.topic"]""", $"[16,2,{{\"exclude_me\":false}},\"com.example.topic\",[\"{new string('x', 100_000)}\"]]");

        await peer.ExpectAsync("[33,1,*]");
        Assert.Equal(100_000, (await peer.ExpectAsync("[36,*]"))[4][0].GetString()!.Length);
        await peer.SendAsync("""[6,{},"wamp.close.close_realm"]""");
        await peer.ExpectAsync("""[6,{},"wamp.close.goodbye_and_out"]""");
    }
}
