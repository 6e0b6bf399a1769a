using Broker.Serialization;

namespace Broker.Options;

/// <summary>
/// Details of an UNSUBSCRIBED or UNREGISTERED with request id 0, by which the router takes a subscription or a registration away (WAMP
/// specification, "Subscription Revocation", "Registration Revocation").
/// </summary>
public struct RevocationDetails : IEncodable
{
    /// <summary><c>subscription</c>: which one; 0 for none.</summary>
    public long Subscription { get; set; }

    /// <summary><c>registration</c>: which one; 0 for none.</summary>
    public long Registration { get; set; }

    /// <summary><c>reason</c>, a URI, or null.</summary>
    public string? Reason { get; set; }

    /// <summary>Reads an encoded Details dict that <see cref="Messages.MessageParser"/> has sliced.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static RevocationDetails Parse(SerializerKind serializer, ReadOnlySpan<byte> dict) =>
        OptionValue.IsEmptyDict(dict) ? default : serializer switch
        {
            SerializerKind.Json => Parse<JsonTokenReader>(dict),
            SerializerKind.MessagePack => Parse<MessagePackTokenReader>(dict),
            _ => Parse<CborTokenReader>(dict),
        };

    /// <inheritdoc/>
    public readonly void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        var count = Subscription == 0 ? 0 : DictEntry.Integer(ref writer, "subscription"u8, Subscription);
        count += Registration == 0 ? 0 : DictEntry.Integer(ref writer, "registration"u8, Registration);
        writer.CloseDict(mark, count + DictEntry.Text(ref writer, "reason"u8, Reason));
    }

    private static RevocationDetails Parse<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        RevocationDetails read = default;
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("subscription"u8))
            {
                read.Subscription = OptionValue.Id(ref reader, "subscription");
            }
            else if (key.SequenceEqual("registration"u8))
            {
                read.Registration = OptionValue.Id(ref reader, "registration");
            }
            else if (key.SequenceEqual("reason"u8))
            {
                read.Reason = OptionValue.TextOrNull(ref reader, "reason");
            }
            else
            {
                reader.Skip();
            }
        }

        return read;
    }
}
