using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Messages;

namespace Broker.Models;

/// <summary>Messages as lists of JSON values.</summary>
internal static class Wire
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The type code.</summary>
    public static MessageType TypeOf(JsonArray message) => (MessageType)message[0]!.GetValue<int>();

    /// <summary>
    /// Arguments and ArgumentsKw from an element on, without what is empty at the end: it means the same as nothing (SER-12, SER-13).
    /// </summary>
    public static JsonArray Payload(JsonArray message, int from)
    {
        var payload = new JsonArray([.. message.Skip(from).Select(node => node?.DeepClone())]);
        while (payload.Count > 0 && payload[^1] is null or JsonArray { Count: 0 } or JsonObject { Count: 0 })
        {
            payload.RemoveAt(payload.Count - 1);
        }

        return payload;
    }

    /// <summary>Whether a dict says true under a key.</summary>
    public static bool Says(this JsonObject dict, string key) => dict[key]?.GetValue<bool>() == true;

    /// <summary>The text under a key, or null.</summary>
    public static string? TextAt(this JsonObject dict, string key) => dict[key]?.GetValue<string>();

    /// <summary>A value as text.</summary>
    public static string Text(JsonNode? node) => node?.ToJsonString(Readable) ?? "null";

    /// <summary>A message for readers: <c>CALL [48,1,{},"com.a"]</c>.</summary>
    public static string Describe(JsonArray message) => Describe(message[0]!, string.Join(',', message.Select(Text)));

    /// <summary>A message for readers, from its type code and its elements.</summary>
    public static string Describe(object type, string elements)
    {
        var isKnown = int.TryParse(type.ToString(), out var code) && Enum.IsDefined((MessageType)code);
        return isKnown ? $"{((MessageType)code).ToString().ToUpperInvariant()} [{elements}]" : $"[{elements}]";
    }
}
