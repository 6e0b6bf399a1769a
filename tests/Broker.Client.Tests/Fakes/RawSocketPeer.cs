using System.Net.Sockets;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.Client;

internal sealed class RawSocketPeer(NetworkStream stream, SerializerKind serializer) : FakePeer(serializer)
{
    public static async Task<FakePeer> AcceptAsync(NetworkStream stream, SerializerKind serializer, int limit)
    {
        var request = new byte[RawSocketHandshake.Length];
        await stream.ReadExactlyAsync(request).AsTask().Soon();
        var reply = new byte[RawSocketHandshake.Length];
        Assert.Equal(serializer, RawSocketHandshake.Answer(request, limit, reply).Serializer);
        await stream.WriteAsync(reply);
        return new RawSocketPeer(stream, serializer);
    }

    public override Task SendBytesAsync(byte[] message) => SendFrameAsync(RawSocketFrameType.Wamp, message);

    public async Task SendFrameAsync(RawSocketFrameType type, byte[] payload)
    {
        var frame = new byte[RawSocketFrame.HeaderLength + payload.Length];
        RawSocketFrame.WriteHeader(frame, type, payload.Length);
        payload.CopyTo(frame, RawSocketFrame.HeaderLength);
        await stream.WriteAsync(frame);
    }

    public async Task<(RawSocketFrameType Type, byte[] Payload)?> ReceiveFrameAsync()
    {
        var header = new byte[RawSocketFrame.HeaderLength];
        try
        {
            if (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false) < header.Length)
                return null;
        }
        catch (IOException)
        {
            return null;
        }

        Assert.True(RawSocketFrame.TryReadHeader(header, 1 << 24, out var type, out var length, out var violation), violation);
        var payload = new byte[length];
        await stream.ReadExactlyAsync(payload);
        return (type, payload);
    }

    public override ValueTask DisposeAsync() => stream.DisposeAsync();

    protected override async Task<byte[]?> ReceiveBytesAsync() => (await ReceiveFrameAsync())?.Payload;
}
