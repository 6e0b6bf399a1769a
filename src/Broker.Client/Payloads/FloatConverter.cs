using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Broker.Client.Payloads;

/// <summary>Floats stay floats: 1.0 is written as <c>1.0</c>, where System.Text.Json writes <c>1</c>, an integer to every other serializer.</summary>
internal static class Floats
{
    public static void Write<T>(Utf8JsonWriter writer, T value)
        where T : struct, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (!T.IsFinite(value))
        {
            throw new JsonException("NaN and the infinities have no JSON form: send null or a text in their place.");
        }

        Span<byte> text = stackalloc byte[48];
        value.TryFormat(text, out var length, "R", CultureInfo.InvariantCulture);
        if (text[..length].IndexOfAny((byte)'.', (byte)'E') < 0)
        {
            ".0"u8.CopyTo(text[length..]);
            length += 2;
        }

        writer.WriteRawValue(text[..length], skipInputValidation: true);
    }
}

internal sealed class DoubleConverter : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => Floats.Write(writer, value);
}

internal sealed class SingleConverter : JsonConverter<float>
{
    public override float Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetSingle();

    public override void Write(Utf8JsonWriter writer, float value, JsonSerializerOptions options) => Floats.Write(writer, value);
}
