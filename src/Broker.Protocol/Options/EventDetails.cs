using Broker.Messages;
using Broker.Serialization;

namespace Broker.Options;

/// <summary>EVENT.Details: read by subscribers, written by the router.</summary>
public struct EventDetails : IEncodable
{
    /// <summary><c>topic</c>: the topic published to; sent for pattern subscriptions. Null: absent.</summary>
    public string? Topic { get; set; }

    /// <summary><c>publisher</c>, <c>publisher_authid</c>, <c>publisher_authrole</c> and <c>trustlevel</c>.</summary>
    public DisclosedPeer Publisher { get; set; }

    /// <summary><c>retained</c>: the event was published before the subscription was made.</summary>
    public bool Retained { get; set; }

    /// <summary>
    /// <c>_gap</c>, a private key of this router: how many events of this session were dropped, because it read too slowly, since the last EVENT
    /// delivered to it.
    /// </summary>
    public long Gap { get; set; }

    /// <summary><c>rkey</c> of the PUBLISH, or null.</summary>
    public string? ResourceKey { get; set; }

    /// <summary><c>ppt_*</c>: how the payload is sealed; null: it is not.</summary>
    public PassthruOptions? Passthru { get; set; }

    /// <summary>About how many bytes the texts hold.</summary>
    internal readonly int Size =>
        OptionText.SizeOf(Topic) + OptionText.SizeOf(ResourceKey) + OptionText.SizeOf(Publisher.AuthId) + OptionText.SizeOf(Publisher.AuthRole)
        + (Passthru?.Size ?? 0);

    /// <summary>Reads an encoded Details dict that <see cref="MessageParser"/> has sliced.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static EventDetails Parse(
        SerializerKind serializer, ReadOnlySpan<byte> dict, MessageDialect dialect = MessageDialect.Specification) =>
        OptionValue.IsEmptyDict(dict) ? default : serializer switch
        {
            SerializerKind.Json => Parse<JsonTokenReader>(dict, dialect),
            SerializerKind.MessagePack => Parse<MessagePackTokenReader>(dict, dialect),
            _ => Parse<CborTokenReader>(dict, dialect),
        };

    /// <inheritdoc/>
    public readonly void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        writer.CloseDict(mark, WriteEntries(ref writer));
    }

    /// <summary>Writes the keys into a dict that is open, next to others.</summary>
    /// <returns>How many keys were written.</returns>
    public readonly int WriteEntries<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var count = DictEntry.Text(ref writer, "topic"u8, Topic);
        count += Publisher.WriteEntries(ref writer, DisclosedPeer.Keys.Publisher);
        if (Retained)
        {
            count += DictEntry.Boolean(ref writer, "retained"u8, true);
        }

        if (Gap != 0)
        {
            count += DictEntry.Integer(ref writer, "_gap"u8, Gap);
        }

        count += DictEntry.Text(ref writer, "rkey"u8, ResourceKey);
        return count + (Passthru?.WriteEntries(ref writer) ?? 0);
    }

    private static EventDetails Parse<TReader>(ReadOnlySpan<byte> dict, MessageDialect dialect)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        EventDetails details = default;
        var publisher = default(DisclosedPeer);
        PassthruOptions? passthru = null;
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("topic"u8))
            {
                details.Topic = OptionValue.TextOrNull(ref reader, "topic");
            }
            else if (key.SequenceEqual("retained"u8))
            {
                details.Retained = OptionValue.Boolean(ref reader, "retained");
            }
            else if (key.SequenceEqual("_gap"u8))
            {
                details.Gap = OptionValue.NotNegative(ref reader, "_gap");
            }
            else if (key.SequenceEqual("rkey"u8))
            {
                details.ResourceKey = OptionValue.TextOrNull(ref reader, "rkey");
            }
            else if (!publisher.TryRead(ref reader, key, DisclosedPeer.Keys.Publisher)
                && !PassthruOptions.TryRead(ref reader, key, dialect, ref passthru))
            {
                reader.Skip();
            }
        }

        details.Publisher = publisher;
        details.Passthru = passthru;
        return details;
    }
}
