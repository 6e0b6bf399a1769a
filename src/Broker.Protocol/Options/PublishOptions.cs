using Broker.Messages;
using Broker.Serialization;

namespace Broker.Options;

/// <summary>PUBLISH.Options as the router reads them.</summary>
public struct PublishOptions
{
    /// <summary><c>acknowledge</c>: the publisher wants PUBLISHED or ERROR.</summary>
    public bool Acknowledge { get; set; }

    /// <summary><c>exclude_me: false</c>: the publisher wants its own event, too (WAMP specification, "Publisher Exclusion").</summary>
    public bool IncludeMe { get; set; }

    /// <summary><c>disclose_me</c>: subscribers may learn who published.</summary>
    public bool DiscloseMe { get; set; }

    /// <summary><c>retain</c>: keep the event for later subscribers.</summary>
    public bool Retain { get; set; }

    /// <summary><c>exclude</c>, or null.</summary>
    public long[]? Exclude { get; set; }

    /// <summary><c>exclude_authid</c>, or null.</summary>
    public string[]? ExcludeAuthId { get; set; }

    /// <summary><c>exclude_authrole</c>, or null.</summary>
    public string[]? ExcludeAuthRole { get; set; }

    /// <summary><c>eligible</c>, or null. An empty list: nobody.</summary>
    public long[]? Eligible { get; set; }

    /// <summary><c>eligible_authid</c>, or null.</summary>
    public string[]? EligibleAuthId { get; set; }

    /// <summary><c>eligible_authrole</c>, or null.</summary>
    public string[]? EligibleAuthRole { get; set; }

    /// <summary><c>ppt_*</c>: how the payload is sealed.</summary>
    public PassthruOptions Passthru { get; set; }

    /// <summary>Whether one of the six lists is there, even an empty one.</summary>
    public readonly bool HasLists =>
        Exclude is not null || ExcludeAuthId is not null || ExcludeAuthRole is not null
        || Eligible is not null || EligibleAuthId is not null || EligibleAuthRole is not null;

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
        var passthru = default(PassthruOptions);
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
                OptionValue.Text(ref reader, "rkey");
            }
            else if (key.StartsWith("exclude"u8) || key.StartsWith("eligible"u8))
            {
                ReadList(ref reader, key, ref options);
            }
            else if (!passthru.TryRead(ref reader, key, dialect))
            {
                reader.Skip();
            }
        }

        options.Passthru = passthru;
        return options;
    }

    private static void ReadList<TReader>(ref TReader reader, ReadOnlySpan<byte> key, ref PublishOptions options)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (key.SequenceEqual("exclude"u8))
        {
            options.Exclude = OptionValue.IdList(ref reader, "exclude");
        }
        else if (key.SequenceEqual("exclude_authid"u8))
        {
            options.ExcludeAuthId = OptionValue.TextList(ref reader, "exclude_authid");
        }
        else if (key.SequenceEqual("exclude_authrole"u8))
        {
            options.ExcludeAuthRole = OptionValue.TextList(ref reader, "exclude_authrole");
        }
        else if (key.SequenceEqual("eligible"u8))
        {
            options.Eligible = OptionValue.IdList(ref reader, "eligible");
        }
        else if (key.SequenceEqual("eligible_authid"u8))
        {
            options.EligibleAuthId = OptionValue.TextList(ref reader, "eligible_authid");
        }
        else if (key.SequenceEqual("eligible_authrole"u8))
        {
            options.EligibleAuthRole = OptionValue.TextList(ref reader, "eligible_authrole");
        }
        else
        {
            reader.Skip();
        }
    }
}
