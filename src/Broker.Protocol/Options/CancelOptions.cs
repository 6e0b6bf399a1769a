using Broker.Serialization;

namespace Broker.Options;

/// <summary>CANCEL.Options as the router reads them.</summary>
internal struct CancelOptions
{
    /// <summary><c>mode</c>.</summary>
    public CancelMode Mode { get; set; }

    /// <summary>Reads an encoded Options dict that <see cref="Messages.MessageParser"/> has sliced.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static CancelOptions Parse(SerializerKind serializer, ReadOnlySpan<byte> dict) =>
        OptionValue.IsEmptyDict(dict) ? default : serializer switch
        {
            SerializerKind.Json => Parse<JsonTokenReader>(dict),
            SerializerKind.MessagePack => Parse<MessagePackTokenReader>(dict),
            _ => Parse<CborTokenReader>(dict),
        };

    private static CancelOptions Parse<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        CancelOptions read = default;
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("mode"u8))
            {
                read.Mode = CancelModeOption.Read(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return read;
    }
}
