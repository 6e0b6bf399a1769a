using Broker.Serialization;

namespace Broker.Options;

/// <summary>INTERRUPT.Options: read by callees, written by the router.</summary>
public struct InterruptOptions : IEncodable
{
    /// <summary><c>mode</c>: <c>kill</c> awaits an answer, <c>killnowait</c> does not.</summary>
    public CancelMode Mode { get; set; }

    /// <summary><c>reason</c>: why the call has ended, as an error URI; absent when its caller wanted it so. Not of the specification, but of common use.</summary>
    public string? Reason { get; set; }

    /// <summary>Reads an encoded Options dict that <see cref="Messages.MessageParser"/> has sliced.</summary>
    /// <exception cref="WampProtocolException">A key of the specification has a value of another type.</exception>
    public static InterruptOptions Parse(SerializerKind serializer, ReadOnlySpan<byte> dict) =>
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
        count += CancelModeOption.Write(ref writer, Mode);
        count += DictEntry.Text(ref writer, "reason"u8, Reason);
        writer.CloseDict(mark, count);
    }

    private static InterruptOptions Parse<TReader>(ReadOnlySpan<byte> dict)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        InterruptOptions read = default;
        var reader = OptionValue.Open<TReader>(dict);
        while (reader.ReadKey(out var key))
        {
            reader.Read();
            if (key.SequenceEqual("mode"u8))
            {
                read.Mode = CancelModeOption.Read(ref reader);
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
