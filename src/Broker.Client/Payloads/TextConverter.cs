using System.Text.Json;
using System.Text.Json.Serialization;

namespace Broker.Client.Payloads;

/// <summary>
/// Text, except text that starts with U+0000: in JSON that means binary (WAMP specification, "Binary conversion of JSON strings"). Such text is
/// refused when sent, and binary is refused where text is read. Dict keys are text whatever they start with.
/// </summary>
internal sealed class TextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString();
        return text is ['\0', ..] ? throw new JsonException("The value is binary, not text.") : text;
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        if (value is ['\0', ..])
        {
            throw new JsonException("Text that starts with U+0000 would arrive as binary: send it as a byte array.");
        }

        writer.WriteStringValue(value);
    }

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString()!;

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);
}
