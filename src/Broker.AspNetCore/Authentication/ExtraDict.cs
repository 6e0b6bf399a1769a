using System.Text.Json.Nodes;
using Broker.Serialization;

namespace Broker.Authentication;

/// <summary>Carries Extra and <c>authextra</c> between the serializers of the sessions and the JSON that authenticators see.</summary>
internal static class ExtraDict
{
    /// <summary>An encoded dict as JSON.</summary>
    /// <exception cref="WampProtocolException">JSON cannot express a value of it.</exception>
    public static JsonObject Read(SerializerKind serializer, ReadOnlySpan<byte> dict)
    {
        if (dict.IsEmpty)
        {
            return [];
        }

        using var json = new ByteBuffer();
        return Transcoder.TryTranscodeValue(serializer, dict, SerializerKind.Json, json) && JsonNode.Parse(json.Written) is JsonObject read
            ? read
            : throw new WampProtocolException("A value of the authentication's extra dict cannot be expressed in JSON.");
    }

    /// <summary>JSON as an encoded dict.</summary>
    public static byte[] Write(SerializerKind serializer, JsonObject extra)
    {
        using var encoded = new ByteBuffer();
        return Transcoder.TryTranscodeValue(SerializerKind.Json, System.Text.Encoding.UTF8.GetBytes(extra.ToJsonString()), serializer, encoded)
            ? encoded.Written.ToArray()
            : throw new InvalidOperationException("An authenticator's extra dict holds a value that the client's serializer cannot express.");
    }
}
