using Broker.Serialization;
using Broker.Transports;

namespace Broker.LoadTest.Connections;

/// <summary>RawSocket (WAMP specification, "RawSocket Transport").</summary>
internal sealed class RawSocketFraming(SerializerKind serializer) : IFraming
{
    private int _peerLimit = RawSocketHandshake.SmallestLimit;

    public void WriteOpening(ByteBuffer target)
    {
        RawSocketHandshake.WriteRequest(target.GetSpan(RawSocketHandshake.Length), serializer, RawSocketHandshake.LargestLimit);
        target.Advance(RawSocketHandshake.Length);
    }

    public int ReadOpening(ReadOnlySpan<byte> received)
    {
        if (received.Length < RawSocketHandshake.Length)
        {
            return 0;
        }

        try
        {
            var reply = RawSocketHandshake.ReadReply(received, serializer);
            _peerLimit = reply.Accepted ? reply.PeerLimit : throw new Fault(reply.Error.Describe());
            return RawSocketHandshake.Length;
        }
        catch (WampProtocolException exception)
        {
            throw new Fault($"This is no RawSocket of WAMP: {exception.Message}", exception);
        }
    }

    public void WriteMessage(ByteBuffer target, ReadOnlySpan<byte> message)
    {
        if (message.Length > _peerLimit)
        {
            throw new Fault($"The router takes messages of at most {_peerLimit} bytes: choose a smaller --size.");
        }

        Write(target, RawSocketFrameType.Wamp, message);
    }

    public void WritePong(ByteBuffer target, ReadOnlySpan<byte> payload) => Write(target, RawSocketFrameType.Pong, payload);

    public int ReadFrame(ReadOnlySpan<byte> received, out FrameKind kind, out ReadOnlySpan<byte> payload)
    {
        kind = FrameKind.Incomplete;
        payload = default;
        if (received.Length < RawSocketFrame.HeaderLength)
        {
            return 0;
        }

        if (!RawSocketFrame.TryReadHeader(received, RawSocketHandshake.LargestLimit, out var type, out var length, out var violation))
        {
            throw new WampProtocolException(violation);
        }

        var end = RawSocketFrame.HeaderLength + length;
        if (received.Length < end)
        {
            return 0;
        }

        payload = received[RawSocketFrame.HeaderLength..end];
        kind = type switch
        {
            RawSocketFrameType.Wamp => FrameKind.Message,
            RawSocketFrameType.Ping => FrameKind.Ping,
            _ => FrameKind.Pong,
        };
        return end;
    }

    private static void Write(ByteBuffer target, RawSocketFrameType type, ReadOnlySpan<byte> payload)
    {
        RawSocketFrame.WriteHeader(target.GetSpan(RawSocketFrame.HeaderLength), type, payload.Length);
        target.Advance(RawSocketFrame.HeaderLength);
        target.Append(payload);
    }
}
