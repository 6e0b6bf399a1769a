using Broker.Messages;
using Broker.Serialization;

namespace Broker.Options;

/// <summary>PUBLISH.Options as the router reads them.</summary>
internal struct PublishOptions
{
    /// <summary><c>acknowledge</c>: the publisher wants PUBLISHED or ERROR.</summary>
    public bool Acknowledge { get; set; }

    /// <summary><c>exclude_me: false</c>: the publisher wants its own event, too (WAMP specification, "Publisher Exclusion").</summary>
    public bool IncludeMe { get; set; }

    /// <summary><c>disclose_me</c>: subscribers may learn who published.</summary>
    public bool DiscloseMe { get; set; }

    /// <summary><c>retain</c>: keep the event for later subscribers.</summary>
    public bool Retain { get; set; }

    /// <summary><c>exclude</c>, <c>eligible</c> and their likes: who may get the event; null: there is no such list.</summary>
    public PublishLists? Lists { get; set; }

    /// <summary><c>rkey</c>: the resource that the event is about, or null.</summary>
    public string? ResourceKey { get; set; }

    /// <summary><c>ppt_*</c>: how the payload is sealed; null: it is not.</summary>
    public PassthruOptions? Passthru { get; set; }

    /// <summary>About how many bytes the texts and lists hold.</summary>
    public readonly int Size => OptionText.SizeOf(ResourceKey) + (Passthru?.Size ?? 0) + (Lists?.Size ?? 0);

    /// <summary>The name of a key that goes on to subscribers and whose text has more bytes in UTF-8 than <paramref name="most"/>, or null.</summary>
    public readonly string? KeyLongerThan(int most) => OptionText.IsLonger(ResourceKey, most) ? "rkey" : Passthru?.KeyLongerThan(most);

    /// <summary>Reads an encoded Options dict that <see cref="MessageParser"/> has sliced.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static PublishOptions Parse(
        SerializerKind serializer, ReadOnlySpan<byte> dict, MessageDialect dialect = MessageDialect.Specification) =>
        OptionValue.IsEmptyDict(dict) ? default : serializer switch
        {
            SerializerKind.Json => Parse<JsonTokenReader>(dict, dialect),
            SerializerKind.MessagePack => Parse<MessagePackTokenReader>(dict, dialect),
            _ => Parse<CborTokenReader>(dict, dialect),
        };

    private static PublishOptions Parse<TReader>(ReadOnlySpan<byte> dict, MessageDialect dialect)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        PublishOptions options = default;
        PassthruOptions? passthru = null;
        PublishLists? lists = null;
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("acknowledge"u8))
            {
                options.Acknowledge = OptionValue.Boolean(ref reader, "acknowledge");
            }
            else if (key.SequenceEqual("exclude_me"u8))
            {
                options.IncludeMe = !OptionValue.Boolean(ref reader, "exclude_me");
            }
            else if (key.SequenceEqual("disclose_me"u8))
            {
                options.DiscloseMe = OptionValue.Boolean(ref reader, "disclose_me");
            }
            else if (key.SequenceEqual("retain"u8))
            {
                options.Retain = OptionValue.Boolean(ref reader, "retain");
            }
            else if (key.SequenceEqual("rkey"u8))
            {
                options.ResourceKey = OptionValue.Text(ref reader, "rkey");
            }
            else if (PublishLists.TryRead(ref reader, key, ref lists))
            {
                continue;
            }
            else if (!PassthruOptions.TryRead(ref reader, key, dialect, ref passthru))
            {
                reader.Skip();
            }
        }

        options.Passthru = passthru;
        options.Lists = lists;
        return options;
    }
}
