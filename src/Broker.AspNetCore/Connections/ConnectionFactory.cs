using System.IO.Pipelines;
using Broker.Hosting;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.Connections;

/// <summary>Puts a connection together behind its handshake.</summary>
internal static class ConnectionFactory
{
    /// <summary>A WebSocket.</summary>
    public static WampConnection WebSocket(RouterContext context, IDuplexPipe transport, WampSubprotocol subprotocol, PeerInfo peer)
    {
        var isText = subprotocol.Serializer == SerializerKind.Json;
        var maxMessageSize = context.Options.MaxMessageSize;
        IFrameReader reader;
        FrameWriter writer = isText ? WebSocketFrameWriter.Text : WebSocketFrameWriter.Binary;
        if (subprotocol.IsBatched)
        {
            // A batch may be as long as one message of the maximum size needs it to be: then no message in it can be longer than that.
            var framing = new BatchFraming(subprotocol.Serializer);
            reader = new BatchedFrameReader(new WebSocketFrameReader(isText, maxMessageSize + framing.Overhead), framing);
            writer = new BatchedFrameWriter(writer, framing);
        }
        else
        {
            reader = new WebSocketFrameReader(isText, maxMessageSize);
        }

        return new WampConnection(context, transport, reader, writer, subprotocol.Serializer, maxMessageSize, peerLimit: int.MaxValue, peer);
    }

    /// <summary>A RawSocket whose peer was told that messages may have up to <paramref name="limit"/> bytes, or a little more.</summary>
    public static WampConnection RawSocket(RouterContext context, IDuplexPipe transport, RawSocketAnswer answer, int limit, PeerInfo peer) => new(
        context,
        transport,
        new RawSocketFrameReader(answer.Serializer == SerializerKind.Json, RawSocketHandshake.AnnouncedLimit(limit)),
        RawSocketFrameWriter.Instance,
        answer.Serializer,
        limit,
        answer.PeerLimit,
        peer);
}
