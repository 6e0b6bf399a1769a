using Broker.Serialization;

namespace Broker.Messages;

/// <summary>Encodes messages, splicing Options and payload that are encoded already.</summary>
public static class MessageEncoder
{
    /// <summary>
    /// Appends <paramref name="message"/> to <paramref name="buffer"/>. Its <see cref="WampMessage.Dict"/> and <see cref="WampMessage.Payload"/>
    /// must be encoded by the same serializer.
    /// </summary>
    public static void Encode(SerializerKind serializer, ByteBuffer buffer, scoped in WampMessage message)
    {
        switch (serializer)
        {
            case SerializerKind.Json:
                Encode<JsonTokenWriter>(buffer, message);
                break;
            case SerializerKind.MessagePack:
                Encode<MessagePackTokenWriter>(buffer, message);
                break;
            case SerializerKind.Cbor:
                Encode<CborTokenWriter>(buffer, message);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(serializer));
        }
    }

    private static void Encode<TWriter>(ByteBuffer buffer, scoped in WampMessage message)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        var shape = MessageShape.Find((ulong)message.Type) ?? throw new ArgumentException("The message has no type of the specification.", nameof(message));
        var hasDict = shape.HasOptionalDict && message.Dict.Length > 0;
        var writer = TWriter.Create(buffer);
        writer.WriteListStart(1 + shape.Elements.Length + (hasDict ? 1 : 0) + message.Payload.Count);
        writer.WriteInteger((long)message.Type);
        foreach (var element in shape.Elements)
        {
            switch (element)
            {
                case MessageElement.RequestId:
                    writer.WriteInteger(message.RequestId);
                    break;
                case MessageElement.SessionId:
                    writer.WriteInteger(message.SessionId);
                    break;
                case MessageElement.SubscriptionId:
                    writer.WriteInteger(message.SubscriptionId);
                    break;
                case MessageElement.PublicationId:
                    writer.WriteInteger(message.PublicationId);
                    break;
                case MessageElement.RegistrationId:
                    writer.WriteInteger(message.RegistrationId);
                    break;
                case MessageElement.RequestType:
                    writer.WriteInteger((long)message.RequestType);
                    break;
                case MessageElement.Dict:
                    WriteDict(ref writer, message.Dict);
                    break;
                case MessageElement.Uri:
                    writer.WriteString(message.Uri);
                    break;
                case MessageElement.Text:
                    writer.WriteString(message.Text);
                    break;
            }
        }

        if (hasDict)
        {
            writer.WriteEncoded(message.Dict);
        }

        if (message.Payload.Count > 0)
        {
            writer.WriteEncoded(message.Payload.Elements);
        }

        writer.WriteListEnd();
    }

    private static void WriteDict<TWriter>(ref TWriter writer, ReadOnlySpan<byte> dict)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        if (dict.Length > 0)
        {
            writer.WriteEncoded(dict);
            return;
        }

        writer.WriteDictStart(0);
        writer.WriteDictEnd();
    }
}
