using System.Text.Json.Nodes;
using Broker.Serialization;

namespace Broker.Client.Authentication;

/// <summary>Dicts of authentication between the forms that authenticators and messages have.</summary>
internal static class JsonDict
{
    /// <summary>A typed dict as JSON.</summary>
    public static JsonObject Of<T>(T dict)
        where T : IEncodable =>
        JsonNode.Parse(ValueEncoder.Encode(SerializerKind.Json, dict))!.AsObject();

    /// <summary>JSON in the serializer of a session; no octets for a dict without keys.</summary>
    public static byte[] Encode(JsonObject? dict, SerializerKind serializer)
    {
        if (dict is not { Count: > 0 })
        {
            return [];
        }

        var json = System.Text.Encoding.UTF8.GetBytes(dict.ToJsonString());
        if (serializer == SerializerKind.Json)
        {
            return json;
        }

        using var buffer = new ByteBuffer(json.Length);
        return Transcoder.TryTranscodeValue(SerializerKind.Json, json, serializer, buffer)
            ? buffer.Written.ToArray()
            : throw new WampArgumentException("What an authenticator adds to a message holds a number beyond the range of a double.");
    }

    /// <summary>A text of a dict; null if it is missing or something else.</summary>
    public static string? Text(this ReceivedDict dict, string key)
    {
        try
        {
            return dict.TryGet<string>(key, out var text) ? text : null;
        }
        catch (WampArgumentException)
        {
            return null;
        }
    }
}
