using Broker.Serialization;

namespace Broker.Client.Codecs;

/// <summary>The names of serializers as <c>ppt_serializer</c> has them.</summary>
internal static class ContentSerializers
{
    /// <summary>The octets are a format of their own, not a dict of args and kwargs.</summary>
    public const string Native = "native";

    public static string NameOf(SerializerKind serializer) => serializer switch
    {
        SerializerKind.Json => "json",
        SerializerKind.MessagePack => "msgpack",
        _ => "cbor",
    };

    /// <exception cref="WampArgumentException">There is no serializer of that name here.</exception>
    public static SerializerKind Find(string? name) => name switch
    {
        "json" => SerializerKind.Json,
        "msgpack" => SerializerKind.MessagePack,
        "cbor" => SerializerKind.Cbor,
        _ => throw new WampArgumentException("The serializer of the packed arguments is none of json, msgpack and cbor."),
    };
}
