using Broker.Messages;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Options;

/// <summary>SUBSCRIBE.Options as the router reads them.</summary>
internal struct SubscribeOptions
{
    /// <summary><c>match</c>.</summary>
    public MatchPolicy Match { get; set; }

    /// <summary><c>get_retained</c>: the subscriber wants the retained event.</summary>
    public bool GetRetained { get; set; }

    /// <summary>Reads an encoded Options dict that <see cref="MessageParser"/> has sliced.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type, or <c>match</c> an unknown value.</exception>
    public static SubscribeOptions Parse(
        SerializerKind serializer, ReadOnlySpan<byte> dict, MessageDialect dialect = MessageDialect.Specification) =>
        OptionValue.IsEmptyDict(dict) ? default : serializer switch
        {
            SerializerKind.Json => Parse<JsonTokenReader>(dict, dialect),
            SerializerKind.MessagePack => Parse<MessagePackTokenReader>(dict, dialect),
            _ => Parse<CborTokenReader>(dict, dialect),
        };

    private static SubscribeOptions Parse<TReader>(ReadOnlySpan<byte> dict, MessageDialect dialect)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        SubscribeOptions options = default;
        PassthruOptions? passthru = null;
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("match"u8))
            {
                options.Match = MatchOption.Read(ref reader);
            }
            else if (key.SequenceEqual("get_retained"u8))
            {
                options.GetRetained = OptionValue.Boolean(ref reader, "get_retained");
            }
            else if (key.SequenceEqual("nkey"u8))
            {
                OptionValue.RequireText(ref reader, key); // of sharded subscriptions, which this router does not offer
            }
            else if (!PassthruOptions.TryRead(ref reader, key, dialect, ref passthru))
            {
                reader.Skip();
            }
        }

        return options;
    }
}
