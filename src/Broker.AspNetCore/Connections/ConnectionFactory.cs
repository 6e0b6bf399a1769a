using System.IO.Pipelines;
using Broker.Hosting;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.Connections;

/// <summary>Puts a connection together behind its handshake.</summary>
internal static class ConnectionFactory
{
    /// <summary>A WebSocket.</summary>
    public static WampConnection WebSocket(RouterContext context, IDuplexPipe transport, SerializerKind serializer, PeerInfo peer)
    {
        var isText = serializer == SerializerKind.Json;
        return new WampConnection(
            context,
            transport,
            new WebSocketFrameReader(isText, context.Options.MaxMessageSize),
            isText ? WebSocketFrameWriter.Text : WebSocketFrameWriter.Binary,
            serializer,
            peerLimit: int.MaxValue,
            peer);
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
