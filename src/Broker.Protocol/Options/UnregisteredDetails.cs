using Broker.Serialization;

namespace Broker.Options;

/// <summary>Details of an UNREGISTERED with request id 0, by which the router revokes a registration.</summary>
public struct UnregisteredDetails : IEncodable
{
    /// <summary><c>registration</c>: which one.</summary>
    public long Registration { get; set; }

    /// <summary><c>reason</c>, or null.</summary>
    public string? Reason { get; set; }

    /// <summary>Reads an encoded Details dict that <see cref="Messages.MessageParser"/> has sliced.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static UnregisteredDetails Parse(SerializerKind serializer, ReadOnlySpan<byte> dict) =>
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
        var count = 0;
        count += DictEntry.Integer(ref writer, "registration"u8, Registration);
        count += DictEntry.Text(ref writer, "reason"u8, Reason);
        writer.CloseDict(mark, count);
    }

    private static UnregisteredDetails Parse<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        UnregisteredDetails read = default;
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("registration"u8))
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
