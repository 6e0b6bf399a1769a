using Broker.Messages;
using Broker.Serialization;

namespace Broker.Options;

/// <summary>RESULT.Details: read by callers, written by the router.</summary>
public struct ResultDetails : IEncodable
{
    /// <summary><c>progress</c>: more RESULTs of the same call follow.</summary>
    public bool Progress { get; set; }

    /// <summary><c>ppt_*</c>: how the payload is sealed; null: it is not.</summary>
    public PassthruOptions? Passthru { get; set; }

    /// <summary>Reads an encoded Details dict that <see cref="MessageParser"/> has sliced.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static ResultDetails Parse(SerializerKind serializer, ReadOnlySpan<byte> dict) =>
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
        if (Progress)
        {
            count += DictEntry.Boolean(ref writer, "progress"u8, true);
        }

        writer.CloseDict(mark, count + (Passthru?.WriteEntries(ref writer) ?? 0));
    }

    private static ResultDetails Parse<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        ResultDetails read = default;
        PassthruOptions? passthru = null;
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("progress"u8))
            {
                read.Progress = OptionValue.Boolean(ref reader, "progress");
            }
            else if (!PassthruOptions.TryRead(ref reader, key, MessageDialect.Specification, ref passthru))
            {
                reader.Skip();
            }
        }

        read.Passthru = passthru;
        return read;
    }
}
