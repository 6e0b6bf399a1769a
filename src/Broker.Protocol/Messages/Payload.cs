using Broker.Serialization;

namespace Broker.Messages;

/// <summary>
/// Arguments and ArgumentsKw of a message, still encoded: the elements as they stand in the message list, spliced into the next message without
/// being decoded. The bytes belong to whoever handed them out and are valid only as long as that message is.
/// </summary>
/// <param name="elements">The encoded Arguments list and, when <paramref name="count"/> is 2, the ArgumentsKw dict (JSON: the comma between them included).</param>
/// <param name="count">0: neither is there; 1: Arguments; 2: Arguments and ArgumentsKw.</param>
public readonly ref struct Payload(ReadOnlySpan<byte> elements, int count)
{
    /// <summary>The encoded elements; empty when <see cref="Count"/> is 0.</summary>
    public ReadOnlySpan<byte> Elements { get; } = elements;

    /// <summary>How many elements there are: 0, 1 or 2.</summary>
    public int Count { get; } = count;

    /// <summary>The two elements apart; empty slices for those that are not there.</summary>
    public void Split(SerializerKind serializer, out ReadOnlySpan<byte> arguments, out ReadOnlySpan<byte> argumentsKw)
    {
        switch (serializer)
        {
            case SerializerKind.Json:
                Split<JsonTokenReader>(out arguments, out argumentsKw);
                break;
            case SerializerKind.MessagePack:
                Split<MessagePackTokenReader>(out arguments, out argumentsKw);
                break;
            default:
                Split<CborTokenReader>(out arguments, out argumentsKw);
                break;
        }
    }

    private void Split<TReader>(out ReadOnlySpan<byte> arguments, out ReadOnlySpan<byte> argumentsKw)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        arguments = Elements;
        argumentsKw = default;
        if (Count < 2)
        {
            return;
        }

        var reader = TReader.CreateSequence(Elements, DecodeLimits.Default with { MaxDepth = DecodeLimits.DepthCeiling });
        reader.Read();
        reader.Skip();
        arguments = Elements[..reader.Position];
        reader.Read();
        argumentsKw = Elements[reader.ValueStart..];
    }
}
