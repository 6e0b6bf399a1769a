using System.Text;
using Broker.Serialization;

namespace Broker.Options;

/// <summary>
/// An encoded dict of few keys that are looked up one by one: each look reads the dict from its start. Null values are absent. For dicts that come once in a session.
/// </summary>
/// <param name="serializer">How it is encoded.</param>
/// <param name="dict">The dict.</param>
internal readonly ref struct FlatDict(SerializerKind serializer, ReadOnlySpan<byte> dict)
{
    private readonly ReadOnlySpan<byte> _dict = dict;

    /// <summary>A string, or null.</summary>
    /// <exception cref="WampProtocolException">It is something else.</exception>
    public string? Text(string key) => serializer switch
    {
        SerializerKind.Json => Text<JsonTokenReader>(key),
        SerializerKind.MessagePack => Text<MessagePackTokenReader>(key),
        _ => Text<CborTokenReader>(key),
    };

    /// <summary>An integer of at least <paramref name="least"/>, which is 0 or 1; or null.</summary>
    /// <exception cref="WampProtocolException">It is something else.</exception>
    public long? Integer(string key, long least) => serializer switch
    {
        SerializerKind.Json => Integer<JsonTokenReader>(key, least),
        SerializerKind.MessagePack => Integer<MessagePackTokenReader>(key, least),
        _ => Integer<CborTokenReader>(key, least),
    };

    private string? Text<TReader>(string key)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var reader = OptionValue.Open<TReader>(_dict);
        return TryFind(ref reader, key) ? OptionValue.Text(ref reader, key) : null;
    }

    private long? Integer<TReader>(string key, long least)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var reader = OptionValue.Open<TReader>(_dict);
        return !TryFind(ref reader, key) ? null : least == 0 ? OptionValue.NotNegative(ref reader, key) : OptionValue.Positive(ref reader, key);
    }

    private static bool TryFind<TReader>(ref TReader reader, string key)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        while (reader.ReadKey(out var found))
        {
            var isIt = Ascii.Equals(found, key);
            reader.Read();
            if (isIt)
            {
                return reader.Type != TokenType.Null;
            }

            reader.Skip();
        }

        return false;
    }
}
