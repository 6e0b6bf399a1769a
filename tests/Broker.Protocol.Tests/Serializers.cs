using Broker.Serialization;

namespace Broker;

/// <summary>Rows of theories.</summary>
public static class Serializers
{
    public static TheoryData<SerializerKind> All => [SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor];
}
