using Broker.Serialization;

namespace Broker.Options;

/// <summary>CHALLENGE.Extra of method <c>wamp-scram</c>. Written by the router, read by clients.</summary>
public sealed record ScramChallenge : IEncodable
{
    /// <summary><c>nonce</c>: the client's, and behind it the router's.</summary>
    public string? Nonce { get; init; }

    /// <summary><c>salt</c>: in base64.</summary>
    public string? Salt { get; init; }

    /// <summary><c>kdf</c>: <c>pbkdf2</c> or <c>argon2id13</c>.</summary>
    public string? Kdf { get; init; }

    /// <summary><c>iterations</c>: of PBKDF2, or passes of Argon2id.</summary>
    public long? Iterations { get; init; }

    /// <summary><c>memory</c>: KiB that Argon2id fills; null with PBKDF2.</summary>
    public long? Memory { get; init; }

    /// <summary>Reads an encoded dict. Null values are absent.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static ScramChallenge Parse(SerializerKind serializer, ReadOnlySpan<byte> dict) => serializer switch
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
        var count = DictEntry.Text(ref writer, "nonce"u8, Nonce)
            + DictEntry.Text(ref writer, "salt"u8, Salt)
            + DictEntry.Text(ref writer, "kdf"u8, Kdf)
            + DictEntry.Integer(ref writer, "iterations"u8, Iterations)
            + DictEntry.Integer(ref writer, "memory"u8, Memory);
        writer.CloseDict(mark, count);
    }

    private static ScramChallenge Parse<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var extra = new ScramChallenge();
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("nonce"u8))
            {
                extra = extra with { Nonce = OptionValue.TextOrNull(ref reader, "nonce") };
            }
            else if (key.SequenceEqual("salt"u8))
            {
                extra = extra with { Salt = OptionValue.TextOrNull(ref reader, "salt") };
            }
            else if (key.SequenceEqual("kdf"u8))
            {
                extra = extra with { Kdf = OptionValue.TextOrNull(ref reader, "kdf") };
            }
            else if (key.SequenceEqual("iterations"u8) && reader.Type != TokenType.Null)
            {
                extra = extra with { Iterations = OptionValue.Positive(ref reader, "iterations") };
            }
            else if (key.SequenceEqual("memory"u8) && reader.Type != TokenType.Null)
            {
                extra = extra with { Memory = OptionValue.NotNegative(ref reader, "memory") };
            }
            else
            {
                reader.Skip();
            }
        }

        return extra;
    }
}
