using System.Text;
using Broker.Serialization;

namespace Broker.Client.Payloads;

/// <summary>Encoded values as JSON text, and slices of such text.</summary>
internal static class JsonText
{
    private static readonly DecodeLimits Limits = DecodeLimits.Default with { MaxDepth = DecodeLimits.DepthCeiling };

    /// <summary>Each of <paramref name="count"/> encoded values as JSON text.</summary>
    /// <exception cref="WampArgumentException">A value has no JSON form.</exception>
    public static ReadOnlyMemory<byte>[] Of(SerializerKind serializer, byte[] elements, int count)
    {
        var json = elements;
        if (serializer != SerializerKind.Json)
        {
            using var buffer = new ByteBuffer(elements.Length * 2);
            if (!Transcoder.TryTranscode(serializer, elements, count, SerializerKind.Json, buffer))
            {
                throw new WampArgumentException(
                    "The arguments received cannot be read: they hold NaN, an infinity or text that starts with U+0000, none of which JSON has.");
            }

            json = buffer.Written.ToArray();
        }

        var values = new ReadOnlyMemory<byte>[count];
        var reader = JsonTokenReader.CreateSequence(json, Limits);
        for (var i = 0; i < count; i++)
        {
            reader.Read();
            values[i] = Slice(json, ref reader);
        }

        return values;
    }

    /// <summary>The elements of a JSON list.</summary>
    public static ReadOnlyMemory<byte>[] ElementsOf(ReadOnlyMemory<byte> list)
    {
        var elements = new List<ReadOnlyMemory<byte>>();
        var reader = JsonTokenReader.Create(list.Span, Limits);
        reader.Read();
        reader.Enter();
        while (reader.Read())
        {
            elements.Add(Slice(list, ref reader));
        }

        return [.. elements];
    }

    /// <summary>The entries of a JSON dict; of a key that is there twice, the last.</summary>
    public static Dictionary<string, ReadOnlyMemory<byte>> EntriesOf(ReadOnlyMemory<byte> dict)
    {
        var entries = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var reader = JsonTokenReader.Create(dict.Span, Limits);
        reader.Read();
        reader.Enter();
        while (reader.ReadKey(out var key))
        {
            var name = Encoding.UTF8.GetString(key);
            reader.Read();
            entries[name] = Slice(dict, ref reader);
        }

        return entries;
    }

    private static ReadOnlyMemory<byte> Slice(ReadOnlyMemory<byte> json, scoped ref JsonTokenReader reader)
    {
        var start = reader.ValueStart;
        reader.Skip();
        return json[start..reader.Position];
    }
}
