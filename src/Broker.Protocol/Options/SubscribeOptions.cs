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

    /// <summary>
    /// <c>_slow_consumer</c>, a private key of this router: <c>drop_newest</c>, <c>drop_oldest</c>, <c>latest</c> or <c>disconnect</c>.
    /// Null: the subscriber leaves it to the realm, or <see cref="HasUnknownSlowConsumer"/>.
    /// </summary>
    public SlowConsumerPolicy? SlowConsumer { get; set; }

    /// <summary>Whether <c>_slow_consumer</c> is something else.</summary>
    public bool HasUnknownSlowConsumer { get; set; }

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
            else if (key.SequenceEqual("_slow_consumer"u8))
            {
                options.SlowConsumer = ReadSlowConsumer(ref reader);
                options.HasUnknownSlowConsumer = options.SlowConsumer is null;
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

    private static SlowConsumerPolicy? ReadSlowConsumer<TReader>(ref TReader reader)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (reader.Type != TokenType.String)
        {
            reader.Skip();
            return null;
        }

        return OptionValue.Text(ref reader, "_slow_consumer") switch
        {
            "drop_newest" => SlowConsumerPolicy.DropNewest,
            "drop_oldest" => SlowConsumerPolicy.DropOldest,
            "latest" => SlowConsumerPolicy.Latest,
            "disconnect" => SlowConsumerPolicy.Disconnect,
            _ => null,
        };
    }
}
