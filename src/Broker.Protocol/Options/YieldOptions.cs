using Broker.Messages;
using Broker.Serialization;

namespace Broker.Options;

/// <summary>YIELD.Options as the router reads them.</summary>
internal struct YieldOptions
{
    /// <summary><c>progress</c>: more YIELDs for the same invocation follow.</summary>
    public bool Progress { get; set; }

    /// <summary><c>ppt_*</c>: how the payload is sealed; null: it is not.</summary>
    public PassthruOptions? Passthru { get; set; }

    /// <summary>Reads an encoded Options dict that <see cref="Messages.MessageParser"/> has sliced.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static YieldOptions Parse(SerializerKind serializer, ReadOnlySpan<byte> dict) =>
        OptionValue.IsEmptyDict(dict) ? default : serializer switch
        {
            SerializerKind.Json => Parse<JsonTokenReader>(dict),
            SerializerKind.MessagePack => Parse<MessagePackTokenReader>(dict),
            _ => Parse<CborTokenReader>(dict),
        };

    private static YieldOptions Parse<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        YieldOptions options = default;
        PassthruOptions? passthru = null;
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("progress"u8))
            {
                options.Progress = OptionValue.Boolean(ref reader, "progress");
            }
            else if (!PassthruOptions.TryRead(ref reader, key, MessageDialect.Specification, ref passthru))
            {
                reader.Skip();
            }
        }

        options.Passthru = passthru;
        return options;
    }
}
