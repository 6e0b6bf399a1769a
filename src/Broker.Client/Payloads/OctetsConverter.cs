using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Broker.Client.Payloads;

/// <summary>
/// Binary values in JSON: U+0000 and base64 in a string (WAMP specification, "Binary conversion of JSON strings"). The transcoder turns that into
/// the binary type of MessagePack and CBOR.
/// </summary>
internal static class Octets
{
    public static byte[] Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException("The value is not binary.");
        }

        var length = reader.HasValueSequence ? checked((int)reader.ValueSequence.Length) : reader.ValueSpan.Length;
        var text = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var unescaped = text.AsSpan(0, reader.CopyString(text));
            if (unescaped.IsEmpty || unescaped[0] != 0)
            {
                throw new JsonException("The value is text, not binary.");
            }

            var base64 = unescaped[1..];
            var octets = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
            if (Base64.DecodeFromUtf8(base64, octets, out _, out var count) != OperationStatus.Done)
            {
                throw new JsonException("The value is not base64.");
            }

            return count == octets.Length ? octets : octets[..count];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> octets)
    {
        var mark = "\"\\u0000"u8;
        var length = mark.Length + Base64.GetMaxEncodedToUtf8Length(octets.Length) + 1;
        var text = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            mark.CopyTo(text);
            Base64.EncodeToUtf8(octets, text.AsSpan(mark.Length), out _, out var count);
            text[mark.Length + count] = (byte)'"';
            writer.WriteRawValue(text.AsSpan(0, mark.Length + count + 1), skipInputValidation: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }
}

internal sealed class OctetsConverter : JsonConverter<byte[]?>
{
    public override byte[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Octets.Read(ref reader);

    public override void Write(Utf8JsonWriter writer, byte[]? value, JsonSerializerOptions options) => Octets.Write(writer, value);
}

internal sealed class ReadOnlyMemoryConverter : JsonConverter<ReadOnlyMemory<byte>>
{
    public override ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Octets.Read(ref reader);

    public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value, JsonSerializerOptions options) => Octets.Write(writer, value.Span);
}

internal sealed class MemoryConverter : JsonConverter<Memory<byte>>
{
    public override Memory<byte> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Octets.Read(ref reader);

    public override void Write(Utf8JsonWriter writer, Memory<byte> value, JsonSerializerOptions options) => Octets.Write(writer, value.Span);
}
