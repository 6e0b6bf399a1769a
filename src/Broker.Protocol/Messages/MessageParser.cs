using System.Diagnostics.CodeAnalysis;
using Broker.Ids;
using Broker.Serialization;

namespace Broker.Messages;

/// <summary>
/// Parses one message: the envelope into values, Options and payload into checked but undecoded slices. Nothing is allocated for a message whose
/// strings have no JSON escapes. All bytes are checked, so that slices can be spliced into messages to other peers without a second look.
/// </summary>
public static class MessageParser
{
    /// <summary>Parses <paramref name="bytes"/>, which the caller owns and keeps unchanged as long as the message is in use.</summary>
    /// <exception cref="WampProtocolException">The bytes are no message of the specification.</exception>
    public static WampMessage Parse(
        SerializerKind serializer, ReadOnlySpan<byte> bytes, DecodeLimits limits, MessageDialect dialect = MessageDialect.Specification) =>
        serializer switch
        {
            SerializerKind.Json => Parse<JsonTokenReader>(bytes, limits, dialect),
            SerializerKind.MessagePack => Parse<MessagePackTokenReader>(bytes, limits, dialect),
            SerializerKind.Cbor => Parse<CborTokenReader>(bytes, limits, dialect),
            _ => throw new ArgumentOutOfRangeException(nameof(serializer)),
        };

    private static WampMessage Parse<TReader>(ReadOnlySpan<byte> bytes, DecodeLimits limits, MessageDialect dialect)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var reader = TReader.Create(bytes, limits);
        if (!reader.Read() || reader.Type != TokenType.List)
        {
            Throw("A message is a list.");
        }

        reader.Enter();
        if (!reader.Read() || !reader.TryGetUInt64(out var code))
        {
            Throw("A message starts with its type code, an integer.");
            return default;
        }

        var message = new WampMessage { Type = (MessageType)(int)Math.Min(code, int.MaxValue) };
        if (MessageShape.Find(code) is { } shape)
        {
            foreach (var element in shape.Elements)
            {
                if (!reader.Read())
                {
                    Throw($"{shape.Name} has too few elements.");
                }

                ReadElement(ref reader, bytes, shape, element, ref message);
            }

            ReadTail(ref reader, bytes, shape, dialect, ref message);
        }
        else if (message.IsExtension)
        {
            PassOver(ref reader);
        }
        else
        {
            Throw($"{code} is no message type.");
        }

        if (reader.Read())
        {
            Throw("Something follows the message.");
        }

        return message;
    }

    private static void ReadElement<TReader>(
        scoped ref TReader reader, ReadOnlySpan<byte> bytes, MessageShape shape, MessageElement element, ref WampMessage message)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        switch (element)
        {
            case MessageElement.RequestId:
                message.RequestId = ReadId(ref reader, shape, "request id", orZero: shape.HasOptionalDict);
                break;
            case MessageElement.SessionId:
                message.SessionId = ReadId(ref reader, shape, "session id");
                break;
            case MessageElement.SubscriptionId:
                message.SubscriptionId = ReadId(ref reader, shape, "subscription id");
                break;
            case MessageElement.PublicationId:
                message.PublicationId = ReadId(ref reader, shape, "publication id");
                break;
            case MessageElement.RegistrationId:
                message.RegistrationId = ReadId(ref reader, shape, "registration id");
                break;
            case MessageElement.RequestType:
                message.RequestType = ReadRequestType(ref reader);
                break;
            case MessageElement.Dict:
                message.Dict = ReadDict(ref reader, bytes, shape);
                break;
            case MessageElement.Uri:
                message.Uri = ReadString(ref reader, shape, "URI");
                break;
            case MessageElement.Text:
                message.Text = ReadString(ref reader, shape, "text");
                break;
        }
    }

    /// <summary>Reads what may follow the fixed elements, up to the end of the list.</summary>
    private static void ReadTail<TReader>(
        scoped ref TReader reader, ReadOnlySpan<byte> bytes, MessageShape shape, MessageDialect dialect, ref WampMessage message)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (shape.HasOptionalDict)
        {
            // [UNSUBSCRIBED, 0, Details|dict] and [UNREGISTERED, 0, Details|dict]: id 0 is legal only together with the dict.
            var isReply = message.Type is MessageType.Unsubscribed or MessageType.Unregistered;
            var hasDict = reader.Read();
            if (hasDict)
            {
                message.Dict = ReadDict(ref reader, bytes, shape);
            }

            if (message.RequestId == 0 && !(isReply && hasDict))
            {
                Throw($"The request id of {shape.Name} is not within 1 to 2^53.");
            }

            if (!hasDict)
            {
                return;
            }
        }
        else if (shape.HasPayload)
        {
            if (!ReadPayload(ref reader, bytes, shape, dialect, ref message))
            {
                return;
            }
        }

        if (reader.Read())
        {
            Throw($"{shape.Name} has too many elements.");
        }
    }

    /// <summary>Reads Arguments and ArgumentsKw. Returns false when the list ended.</summary>
    private static bool ReadPayload<TReader>(
        scoped ref TReader reader, ReadOnlySpan<byte> bytes, MessageShape shape, MessageDialect dialect, ref WampMessage message)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (!reader.Read())
        {
            return false;
        }

        var start = reader.ValueStart;
        var hasArguments = reader.Type == TokenType.List;
        if (dialect == MessageDialect.Autobahn && reader.Type is TokenType.Binary or TokenType.String)
        {
            message.Payload = new Payload(bytes[start..reader.Position], 1);
            return true;
        }

        if (!hasArguments && reader.Type != TokenType.Null)
        {
            Throw($"The Arguments of {shape.Name} are not a list.");
        }

        reader.Skip();
        if (hasArguments)
        {
            message.Payload = new Payload(bytes[start..reader.Position], 1);
        }

        if (!reader.Read())
        {
            return false;
        }

        if (reader.Type == TokenType.Dict)
        {
            var kwStart = reader.ValueStart;
            reader.Skip();
            message.Payload = hasArguments
                ? new Payload(bytes[start..reader.Position], 2)
                : WithEmptyArguments<TReader>(bytes[kwStart..reader.Position]);
        }
        else if (reader.Type != TokenType.Null)
        {
            Throw($"The ArgumentsKw of {shape.Name} are not a dict.");
        }

        return true;
    }

    /// <summary>Null in the place of Arguments is taken as empty but never passed on: some clients refuse it.</summary>
    private static Payload WithEmptyArguments<TReader>(ReadOnlySpan<byte> argumentsKw)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var emptyList = TReader.Kind switch
        {
            SerializerKind.Json => "[],"u8,
            SerializerKind.MessagePack => [0x90],
            _ => (ReadOnlySpan<byte>)[0x80],
        };
        byte[] elements = [.. emptyList, .. argumentsKw];
        return new Payload(elements, 2);
    }

    private static long ReadId<TReader>(ref TReader reader, MessageShape shape, string what, bool orZero = false)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (reader.TryGetInt64(out var id) && (WampId.IsValid(id) || (orZero && id == 0)))
        {
            return id;
        }

        Throw($"The {what} of {shape.Name} is not an integer within 1 to 2^53.");
        return 0;
    }

    private static MessageType ReadRequestType<TReader>(ref TReader reader)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (!reader.TryGetInt64(out var code) || code is < 0 or > 1023)
        {
            Throw("The request type of ERROR is no message type.");
        }

        return (MessageType)code;
    }

    private static ReadOnlySpan<byte> ReadString<TReader>(scoped ref TReader reader, MessageShape shape, string what)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (reader.Type != TokenType.String)
        {
            Throw($"The {what} of {shape.Name} is not a string.");
        }

        return reader.GetString();
    }

    private static ReadOnlySpan<byte> ReadDict<TReader>(scoped ref TReader reader, ReadOnlySpan<byte> bytes, MessageShape shape)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        if (reader.Type != TokenType.Dict)
        {
            Throw($"The dict of {shape.Name} is not a dict.");
        }

        var start = reader.ValueStart;
        reader.Enter();
        UniqueKeys keys = default;
        while (reader.ReadKey(out var key))
        {
            keys.Add(key);
            reader.Read();
            reader.Skip();
        }

        return bytes[start..reader.Position];
    }

    private static void PassOver<TReader>(ref TReader reader)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        var count = 0;
        while (reader.Read())
        {
            reader.Skip();
            count++;
        }

        if (count == 0)
        {
            Throw("A message has at least one element behind its type code.");
        }
    }

    [DoesNotReturn]
    private static void Throw(string message) => throw new WampProtocolException(message);
}
