using Broker.Serialization;

namespace Broker.Options;

/// <summary>HELLO.Details.authextra of method <c>cryptosign</c>. Written by clients, read by the router.</summary>
public sealed record CryptosignAuthExtra : IEncodable
{
    /// <summary><c>pubkey</c>: the client's public key in hex.</summary>
    public string? PublicKey { get; init; }

    /// <summary><c>channel_binding</c>: the type that the client wants, or null.</summary>
    public string? ChannelBinding { get; init; }

    /// <summary><c>challenge</c>: 32 random octets in hex that the router shall sign; null where it need not prove itself.</summary>
    public string? Challenge { get; init; }

    /// <summary>Reads an encoded dict. Null values are absent.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static CryptosignAuthExtra Parse(SerializerKind serializer, ReadOnlySpan<byte> dict) => serializer switch
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
        var count = DictEntry.Text(ref writer, "pubkey"u8, PublicKey)
            + DictEntry.Text(ref writer, "channel_binding"u8, ChannelBinding)
            + DictEntry.Text(ref writer, "challenge"u8, Challenge);
        writer.CloseDict(mark, count);
    }

    private static CryptosignAuthExtra Parse<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var extra = new CryptosignAuthExtra();
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("pubkey"u8))
            {
                extra = extra with { PublicKey = OptionValue.TextOrNull(ref reader, "pubkey") };
            }
            else if (key.SequenceEqual("channel_binding"u8))
            {
                extra = extra with { ChannelBinding = OptionValue.TextOrNull(ref reader, "channel_binding") };
            }
            else if (key.SequenceEqual("challenge"u8))
            {
                extra = extra with { Challenge = OptionValue.TextOrNull(ref reader, "challenge") };
            }
            else
            {
                reader.Skip();
            }
        }

        return extra;
    }
}
