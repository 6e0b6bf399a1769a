using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Broker.Client.Payloads;

/// <summary>Reads one received value by a contract.</summary>
internal static class ReceivedValue
{
    /// <exception cref="WampArgumentException">The value is of another type. The message never quotes it: it may travel to the peer.</exception>
    public static T? Read<T>(ReadOnlyMemory<byte> json, JsonTypeInfo<T> contract, string what)
    {
        try
        {
            return JsonSerializer.Deserialize(json.Span, contract);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            var path = e is JsonException { Path: { Length: > 1 } at } ? $" (at {at})" : "";
            throw new WampArgumentException($"{what} cannot be read as {typeof(T).Name}{path}.", e);
        }
    }
}
