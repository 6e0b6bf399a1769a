using Broker.Serialization;

namespace Broker.Options;

/// <summary>CHALLENGE.Extra of method <c>wampcra</c>. Written by the router, read by clients.</summary>
public sealed record CraChallenge : IEncodable
{
    /// <summary><c>challenge</c>: the text to sign, as it is.</summary>
    public string? Challenge { get; init; }

    /// <summary><c>salt</c>: text; null where the secret itself is the key.</summary>
    public string? Salt { get; init; }

    /// <summary><c>keylen</c>: how long the derived key is in octets, before base64.</summary>
    public long? KeyLength { get; init; }

    /// <summary><c>iterations</c>: of PBKDF2.</summary>
    public long? Iterations { get; init; }

    /// <summary>Reads an encoded dict. Null values are absent.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static CraChallenge Parse(SerializerKind serializer, ReadOnlySpan<byte> dict) => serializer switch
    {
        SerializerKind.Json => Parse<JsonTokenReader>(dict),
        SerializerKind.MessagePack => Parse<MessagePackTokenReader>(dict),
        _ => Parse<CborTokenReader>(dict),
    };

    /// <inheritdoc/>
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = DictEntry.Text(ref writer, "challenge"u8, Challenge)
            + DictEntry.Text(ref writer, "salt"u8, Salt)
            + DictEntry.Integer(ref writer, "keylen"u8, KeyLength)
            + DictEntry.Integer(ref writer, "iterations"u8, Iterations);
        writer.CloseDict(mark, count);
    }

    private static CraChallenge Parse<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var extra = new CraChallenge();
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("challenge"u8))
            {
                extra = extra with { Challenge = OptionValue.TextOrNull(ref reader, "challenge") };
            }
            else if (key.SequenceEqual("salt"u8))
            {
                extra = extra with { Salt = OptionValue.TextOrNull(ref reader, "salt") };
            }
            else if (key.SequenceEqual("keylen"u8) && reader.Type != TokenType.Null)
            {
                extra = extra with { KeyLength = OptionValue.Positive(ref reader, "keylen") };
            }
            else if (key.SequenceEqual("iterations"u8) && reader.Type != TokenType.Null)
            {
                extra = extra with { Iterations = OptionValue.Positive(ref reader, "iterations") };
            }
            else
            {
                reader.Skip();
            }
        }

        return extra;
    }
}
