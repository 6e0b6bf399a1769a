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

        return new WampConnection(context, transport, reader, writer, subprotocol.Serializer, peerLimit: int.MaxValue, peer);
    }

    /// <summary>A RawSocket.</summary>
    public static WampConnection RawSocket(RouterContext context, IDuplexPipe transport, RawSocketAnswer answer, PeerInfo peer) => new(
        context,
        transport,
        new RawSocketFrameReader(answer.Serializer == SerializerKind.Json, RawSocketHandshake.AnnouncedLimit(context.Options.MaxMessageSize)),
        RawSocketFrameWriter.Instance,
        answer.Serializer,
        answer.PeerLimit,
        peer);
}
