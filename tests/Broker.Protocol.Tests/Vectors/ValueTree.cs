using System.Text;
using System.Text.Json;
using Broker.Serialization;

namespace Broker.Vectors;

/// <summary>
/// Values apart from any serializer: null, bool, long, ulong, double, string, byte[], <c>List&lt;object?&gt;</c> and, with the order of its keys,
/// <c>List&lt;KeyValuePair&lt;string, object?&gt;&gt;</c>.
/// </summary>
internal static class ValueTree
{
    private static readonly DecodeLimits Limits = DecodeLimits.Default with { MaxDepth = DecodeLimits.DepthCeiling };

    public static object? Parse(string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 200 });
        return FromJson(document.RootElement);
    }

    public static object? FromJson(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => FromText(json.GetString()!),
        JsonValueKind.Number when json.GetRawText().AsSpan().IndexOfAny(".eE") >= 0 => json.GetDouble(),
        JsonValueKind.Number => json.TryGetInt64(out var signed) ? signed : json.GetUInt64(),
        JsonValueKind.Array => json.EnumerateArray().Select(FromJson).ToList(),
        _ => json.EnumerateObject().Select(entry => KeyValuePair.Create(entry.Name, FromJson(entry.Value))).ToList(),
    };

    public static object? Decode(SerializerKind serializer, ReadOnlySpan<byte> value) => serializer switch
    {
        SerializerKind.Json => Decode<JsonTokenReader>(value),
        SerializerKind.MessagePack => Decode<MessagePackTokenReader>(value),
        _ => Decode<CborTokenReader>(value),
    };

    /// <summary>Decodes the elements of a list, as a message holds Arguments and ArgumentsKw.</summary>
    public static List<object?> DecodeSequence(SerializerKind serializer, ReadOnlySpan<byte> elements) => serializer switch
    {
        SerializerKind.Json => DecodeSequence<JsonTokenReader>(elements),
        SerializerKind.MessagePack => DecodeSequence<MessagePackTokenReader>(elements),
        _ => DecodeSequence<CborTokenReader>(elements),
    };

    public static byte[] Encode(SerializerKind serializer, object? value)
    {
        using var buffer = new ByteBuffer();
        ValueEncoder.Encode(serializer, buffer, new Tree(value));
        return buffer.Written.ToArray();
    }

    /// <summary>Encodes values as the elements of a list, JSON with the commas between them.</summary>
    public static byte[] EncodeSequence(SerializerKind serializer, params ReadOnlySpan<object?> values)
    {
        var bytes = new List<byte>();
        foreach (var value in values)
        {
            if (serializer == SerializerKind.Json && bytes.Count > 0)
            {
                bytes.Add((byte)',');
            }

            bytes.AddRange(Encode(serializer, value));
        }

        return [.. bytes];
    }

    /// <summary>A text that is equal for equal values: dicts in the order of their keys, floats told from integers, octets from text.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        double number => number.ToString("R") + "f",
        string text => JsonSerializer.Serialize(text),
        byte[] octets => "h'" + Convert.ToHexStringLower(octets) + "'",
        List<object?> list => "[" + string.Join(", ", list.Select(Describe)) + "]",
        List<KeyValuePair<string, object?>> dict => "{" + string.Join(", ", dict.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => JsonSerializer.Serialize(entry.Key) + ": " + Describe(entry.Value))) + "}",
        _ => value.ToString()!,
    };

    private static object FromText(string text) => text.StartsWith('\0') ? Convert.FromBase64String(text[1..]) : text;

    private static object? Decode<TReader>(ReadOnlySpan<byte> value)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var reader = TReader.Create(value, Limits);
        Assert.True(reader.Read());
        var tree = Read(ref reader);
        Assert.False(reader.Read());
        return tree;
    }

    private static List<object?> DecodeSequence<TReader>(ReadOnlySpan<byte> elements)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var reader = TReader.CreateSequence(elements, Limits);
        var values = new List<object?>();
        while (reader.Read())
        {
            values.Add(Read(ref reader));
        }

        return values;
    }

    private static object? Read<TReader>(ref TReader reader)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        switch (reader.Type)
        {
            case TokenType.Null:
                return null;
            case TokenType.True or TokenType.False:
                return reader.Type == TokenType.True;
            case TokenType.Integer:
                if (reader.TryGetInt64(out var signed))
                {
                    return signed;
                }

                Assert.True(reader.TryGetUInt64(out var unsigned));
                return unsigned;
            case TokenType.Float:
                return reader.GetDouble();
            case TokenType.String:
                return Encoding.UTF8.GetString(reader.GetString());
            case TokenType.Binary:
                return reader.GetBinary().ToArray();
            case TokenType.List:
                var list = new List<object?>();
                reader.Enter();
                while (reader.Read())
                {
                    list.Add(Read(ref reader));
                }

                return list;
            default:
                var dict = new List<KeyValuePair<string, object?>>();
                reader.Enter();
                while (reader.ReadKey(out var key))
                {
                    var name = Encoding.UTF8.GetString(key);
                    reader.Read();
                    dict.Add(KeyValuePair.Create(name, Read(ref reader)));
                }

                return dict;
        }
    }

    private static void Write<TWriter>(ref TWriter writer, object? value)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        switch (value)
        {
            case null:
                writer.WriteNull();
                break;
            case bool flag:
                writer.WriteBoolean(flag);
                break;
            case long number:
                writer.WriteInteger(number);
                break;
            case ulong number:
                writer.WriteInteger(number);
                break;
            case double number:
                writer.WriteFloat(number);
                break;
            case string text:
                writer.WriteString(Encoding.UTF8.GetBytes(text));
                break;
            case byte[] octets:
                writer.WriteBinary(octets);
                break;
            case List<object?> list:
                writer.WriteListStart(list.Count);
                foreach (var element in list)
                {
                    Write(ref writer, element);
                }

                writer.WriteListEnd();
                break;
            case List<KeyValuePair<string, object?>> dict:
                writer.WriteDictStart(dict.Count);
                foreach (var (key, element) in dict)
                {
                    writer.WriteKey(Encoding.UTF8.GetBytes(key));
                    Write(ref writer, element);
                }

                writer.WriteDictEnd();
                break;
            default:
                throw new ArgumentException($"{value.GetType()} is no WAMP value.", nameof(value));
        }
    }

    private readonly struct Tree(object? value) : IEncodable
    {
        public void WriteTo<TWriter>(ref TWriter writer)
            where TWriter : struct, ITokenWriter<TWriter> => Write(ref writer, value);
    }
}
