using Broker.Serialization;

namespace Broker.Options;

/// <summary>AUTHENTICATE.Extra of method <c>wamp-scram</c>. Written by clients, read by the router.</summary>
public sealed record ScramAnswer : IEncodable
{
    /// <summary><c>nonce</c>: as CHALLENGE had it.</summary>
    public string? Nonce { get; init; }

    /// <summary><c>channel_binding</c>: as HELLO had it.</summary>
    public string? ChannelBinding { get; init; }

    /// <summary><c>cbind_data</c>: what the client knows of the channel, in base64; null without channel binding.</summary>
    public string? ChannelData { get; init; }

    /// <summary>Reads an encoded dict. Null values are absent.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static ScramAnswer Parse(SerializerKind serializer, ReadOnlySpan<byte> dict) => serializer switch
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
            + DictEntry.Text(ref writer, "channel_binding"u8, ChannelBinding)
            + DictEntry.Text(ref writer, "cbind_data"u8, ChannelData);
        writer.CloseDict(mark, count);
    }

    private static ScramAnswer Parse<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var extra = new ScramAnswer();
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("nonce"u8))
            {
                extra = extra with { Nonce = OptionValue.TextOrNull(ref reader, "nonce") };
            }
            else if (key.SequenceEqual("channel_binding"u8))
            {
                extra = extra with { ChannelBinding = OptionValue.TextOrNull(ref reader, "channel_binding") };
            }
            else if (key.SequenceEqual("cbind_data"u8))
            {
                extra = extra with { ChannelData = OptionValue.TextOrNull(ref reader, "cbind_data") };
            }
            else
            {
                reader.Skip();
            }
        }

        return extra;
    }
}
