using Broker.Serialization;

namespace Broker.Options;

/// <summary>ABORT.Details and GOODBYE.Details.</summary>
public sealed record CloseDetails : IEncodable
{
    /// <summary><c>message</c>: one sentence for a person, or null.</summary>
    public string? Message { get; init; }

    /// <summary><c>scram</c>: why WAMP-SCRAM failed, as RFC 5802, section 7 puts it (<c>invalid-proof</c>), or null.</summary>
    public string? ScramError { get; init; }

    /// <summary>Reads an encoded Details dict that <see cref="Messages.MessageParser"/> has sliced.</summary>
    public static CloseDetails Parse(SerializerKind serializer, ReadOnlySpan<byte> dict) => serializer switch
    {
        SerializerKind.Json => Parse<JsonTokenReader>(dict),
        SerializerKind.MessagePack => Parse<MessagePackTokenReader>(dict),
        _ => Parse<CborTokenReader>(dict),
    };

    /// <inheritdoc/>
    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var mark = writer.OpenDict();
        writer.CloseDict(mark, DictEntry.Text(ref writer, "message"u8, Message) + DictEntry.Text(ref writer, "scram"u8, ScramError));
    }

    private static CloseDetails Parse<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var reader = OptionValue.Open<TReader>(dict);
        var details = new CloseDetails();
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("message"u8) && reader.Type == TokenType.String)
            {
                details = details with { Message = OptionValue.Text(ref reader, "message") };
            }
            else if (key.SequenceEqual("scram"u8) && reader.Type == TokenType.String)
            {
                details = details with { ScramError = OptionValue.Text(ref reader, "scram") };
            }
            else
            {
                reader.Skip();
            }
        }

        return details;
    }
}
