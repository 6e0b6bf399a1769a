using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Serialization;

namespace Broker.Options;

/// <summary>
/// Carries Extra and <c>authextra</c> between the serializers of sessions and the JSON that authenticators see, in which binary values are
/// strings that start with U+0000 and go on in base64.
/// </summary>
public static class ExtraDict
{
    private static readonly JsonDocumentOptions UniqueKeys = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = DecodeLimits.DepthCeiling,
    };

    /// <summary>An encoded dict as JSON; no octets stand for a dict without keys.</summary>
    /// <exception cref="WampProtocolException">JSON cannot express a value of it, or a dict has a key twice.</exception>
    public static JsonObject Read(SerializerKind serializer, ReadOnlySpan<byte> dict)
    {
        if (dict.IsEmpty)
        {
            return [];
        }

        using var json = new ByteBuffer();
        if (!Transcoder.TryTranscodeValue(serializer, dict, SerializerKind.Json, json))
        {
            throw new WampProtocolException("A value of the authentication's extra dict cannot be expressed in JSON.");
        }

        try
        {
            return JsonNode.Parse(json.Written, nodeOptions: null, UniqueKeys)!.AsObject();
        }
        catch (JsonException)
        {
            throw new WampProtocolException("A dict in the authentication's extra dict has a key twice.");
        }
    }

    /// <summary>JSON as an encoded dict: also what the <c>Parse</c> of typed dicts takes, as <see cref="ScramAnswer.Parse"/>.</summary>
    /// <exception cref="InvalidOperationException">The serializer cannot express a value of it.</exception>
    public static byte[] Write(SerializerKind serializer, JsonObject extra)
    {
        using var encoded = new ByteBuffer();
        return Transcoder.TryTranscodeValue(SerializerKind.Json, Encoding.UTF8.GetBytes(extra.ToJsonString()), serializer, encoded)
            ? encoded.Written.ToArray()
            : throw new InvalidOperationException("An authenticator's extra dict holds a value that the serializer cannot express.");
    }

    /// <summary>A typed dict as JSON.</summary>
    public static JsonObject Of<T>(T dict)
        where T : IEncodable =>
        Read(SerializerKind.Json, ValueEncoder.Encode(SerializerKind.Json, dict));
}
