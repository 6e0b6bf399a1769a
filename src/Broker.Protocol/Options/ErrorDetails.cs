using Broker.Messages;
using Broker.Serialization;

namespace Broker.Options;

/// <summary>ERROR.Details, of which only payload passthru mode is specified: read and written by all.</summary>
public struct ErrorDetails : IEncodable
{
    /// <summary><c>ppt_*</c>: how the payload is sealed; null: it is not.</summary>
    public PassthruOptions? Passthru { get; set; }

    /// <summary>Reads an encoded Details dict that <see cref="MessageParser"/> has sliced.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static ErrorDetails Parse(SerializerKind serializer, ReadOnlySpan<byte> dict) =>
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
        writer.CloseDict(mark, Passthru?.WriteEntries(ref writer) ?? 0);
    }

    private static ErrorDetails Parse<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        ErrorDetails read = default;
        PassthruOptions? passthru = null;
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (!PassthruOptions.TryRead(ref reader, key, MessageDialect.Specification, ref passthru))
            {
                reader.Skip();
            }
        }

        read.Passthru = passthru;
        return read;
    }
}
