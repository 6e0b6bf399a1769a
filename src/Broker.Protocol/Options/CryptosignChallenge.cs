using Broker.Serialization;

namespace Broker.Options;

/// <summary>CHALLENGE.Extra of method <c>cryptosign</c>. Written by the router, read by clients.</summary>
public sealed record CryptosignChallenge : IEncodable
{
    /// <summary><c>challenge</c>: 32 random octets in hex.</summary>
    public string? Challenge { get; init; }

    /// <summary><c>channel_binding</c>: the type in use, or null.</summary>
    public string? ChannelBinding { get; init; }

    /// <summary><c>pubkey</c>: the router's public key in hex, where it proves itself.</summary>
    public string? PublicKey { get; init; }

    /// <summary><c>signature</c>: the client's challenge, signed with the router's key (see <see cref="Authentication.CryptosignSignature"/>).</summary>
    public string? Signature { get; init; }

    /// <summary>Reads an encoded dict. Null values are absent.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static CryptosignChallenge Parse(SerializerKind serializer, ReadOnlySpan<byte> dict) => serializer switch
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
            + DictEntry.Text(ref writer, "channel_binding"u8, ChannelBinding)
            + DictEntry.Text(ref writer, "pubkey"u8, PublicKey)
            + DictEntry.Text(ref writer, "signature"u8, Signature);
        writer.CloseDict(mark, count);
    }

    private static CryptosignChallenge Parse<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var extra = new CryptosignChallenge();
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("challenge"u8))
            {
                extra = extra with { Challenge = OptionValue.TextOrNull(ref reader, "challenge") };
            }
            else if (key.SequenceEqual("channel_binding"u8))
            {
                extra = extra with { ChannelBinding = OptionValue.TextOrNull(ref reader, "channel_binding") };
            }
            else if (key.SequenceEqual("pubkey"u8))
            {
                extra = extra with { PublicKey = OptionValue.TextOrNull(ref reader, "pubkey") };
            }
            else if (key.SequenceEqual("signature"u8))
            {
                extra = extra with { Signature = OptionValue.TextOrNull(ref reader, "signature") };
            }
            else
            {
                reader.Skip();
            }
        }

        return extra;
    }
}
