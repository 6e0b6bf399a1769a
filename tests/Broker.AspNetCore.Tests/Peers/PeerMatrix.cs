using Broker.Serialization;

namespace Broker.Peers;

/// <summary>Transport x serializer.</summary>
public static class PeerMatrix
{
    private static readonly SerializerKind[] Serializers = Enum.GetValues<SerializerKind>();

    public static MatrixTheoryData<PeerTransport, SerializerKind> All { get; } = new(Enum.GetValues<PeerTransport>(), Serializers);

    public static MatrixTheoryData<PeerTransport, SerializerKind> WebSockets { get; } =
        new([PeerTransport.WebSocket, PeerTransport.MappedWebSocket], Serializers);

    public static MatrixTheoryData<PeerTransport, SerializerKind> BatchedWebSockets { get; } =
        new([PeerTransport.BatchedWebSocket, PeerTransport.MappedBatchedWebSocket], Serializers);

    public static MatrixTheoryData<PeerTransport, SerializerKind> RawSockets { get; } =
        new([PeerTransport.RawSocket, PeerTransport.UnixSocket], Serializers);
}
