using Broker.Serialization;

namespace Broker.LoadTest.Commands;

/// <summary>The serializers as the command line and the report name them.</summary>
internal static class SerializerNames
{
    public const string Json = "json";
    public const string MessagePack = "msgpack";
    public const string Cbor = "cbor";

    public static string NameOf(SerializerKind serializer) => serializer switch
    {
        SerializerKind.Json => Json,
        SerializerKind.MessagePack => MessagePack,
        _ => Cbor,
    };

    public static SerializerKind Parse(string name) => name switch
    {
        Json => SerializerKind.Json,
        MessagePack => SerializerKind.MessagePack,
        Cbor => SerializerKind.Cbor,
        _ => throw new Fault($"'{name}' is no serializer: write json, msgpack or cbor."),
    };
}
