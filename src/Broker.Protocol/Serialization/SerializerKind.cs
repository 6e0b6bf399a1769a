namespace Broker.Serialization;

/// <summary>The serializers that WAMP names and this house speaks. Values are small and dense: they index per-serializer tables.</summary>
public enum SerializerKind : byte
{
    /// <summary>JSON, RFC 8259; WebSocket text messages; subprotocol <c>wamp.2.json</c>; RawSocket serializer 1.</summary>
    Json = 0,

    /// <summary>MessagePack; WebSocket binary messages; subprotocol <c>wamp.2.msgpack</c>; RawSocket serializer 2.</summary>
    MessagePack = 1,

    /// <summary>CBOR, RFC 8949; WebSocket binary messages; subprotocol <c>wamp.2.cbor</c>; RawSocket serializer 3.</summary>
    Cbor = 2,
}
