using System.Text;
using System.Text.Json;
using Broker.Messages;
using Broker.Options;
using Broker.Serialization;

namespace Broker.Vectors;

/// <summary>Parses messages as a peer does, Options and Details included, and compares them with what the vectors say.</summary>
internal static class VectorMessage
{
    private static readonly DecodeLimits Limits = DecodeLimits.Default with { MaxDepth = DecodeLimits.DepthCeiling };

    /// <summary>Parses a message and its Options or Details.</summary>
    public static WampMessage Parse(SerializerKind serializer, ReadOnlySpan<byte> bytes, MessageDialect dialect)
    {
        var message = MessageParser.Parse(serializer, bytes, Limits, dialect);
        switch (message.Type)
        {
            case MessageType.Hello:
                HelloDetails.Parse(serializer, message.Dict);
                break;
            case MessageType.Welcome:
                WelcomeDetails.Parse(serializer, message.Dict);
                break;
            case MessageType.Abort or MessageType.Goodbye:
                CloseDetails.Parse(serializer, message.Dict);
                break;
            case MessageType.Publish:
                PublishOptions.Parse(serializer, message.Dict, dialect);
                break;
            case MessageType.Subscribe:
                SubscribeOptions.Parse(serializer, message.Dict, dialect);
                break;
            case MessageType.Event:
                EventDetails.Parse(serializer, message.Dict, dialect);
                break;
            case MessageType.Call:
                CallOptions.Parse(serializer, message.Dict, dialect);
                break;
            case MessageType.Register:
                RegisterOptions.Parse(serializer, message.Dict);
                break;
            case MessageType.Cancel:
                CancelOptions.Parse(serializer, message.Dict);
                break;
            case MessageType.Yield:
                YieldOptions.Parse(serializer, message.Dict);
                break;
        }

        return message;
    }

    /// <summary>Encodes a message again in a serializer, transcoding Options and payload when it is another one.</summary>
    public static byte[] Encode(SerializerKind from, WampMessage message, SerializerKind to)
    {
        using var dict = new ByteBuffer();
        using var payload = new ByteBuffer();
        using var target = new ByteBuffer();
        if (message.Dict.Length > 0)
        {
            Assert.True(Transcoder.TryTranscodeValue(from, message.Dict, to, dict));
            message.Dict = dict.Written;
        }

        Assert.True(Transcoder.TryTranscode(from, message.Payload.Elements, message.Payload.Count, to, payload));
        message.Payload = new Payload(payload.Written, message.Payload.Count);
        MessageEncoder.Encode(to, target, message);
        return target.Written.ToArray();
    }

    /// <summary>All that a message says, in one text.</summary>
    public static string Describe(SerializerKind serializer, scoped in WampMessage message) =>
        $"{message.Type} request {message.RequestId}, session {message.SessionId}, subscription {message.SubscriptionId}, publication {message.PublicationId}, "
        + $"registration {message.RegistrationId}, of {message.RequestType}, uri {Encoding.UTF8.GetString(message.Uri)}, text {Encoding.UTF8.GetString(message.Text)}, "
        + $"dict {(message.Dict.Length > 0 ? ValueTree.Describe(ValueTree.Decode(serializer, message.Dict)) : "none")}, "
        + $"payload {ValueTree.Describe(ValueTree.DecodeSequence(serializer, message.Payload.Elements))}";

    /// <summary>Asserts every attribute that the vector names; an attribute unknown here fails, so that new ones are noticed.</summary>
    public static void AssertMatches(JsonElement expected, SerializerKind serializer, scoped in WampMessage message)
    {
        var payload = ValueTree.DecodeSequence(serializer, message.Payload.Elements);
        foreach (var attribute in expected.EnumerateObject())
        {
            object? actual = attribute.Name switch
            {
                "message_type" => (long)message.Type,
                "request_id" => message.RequestId,
                "session_id" => message.SessionId,
                "subscription" or "subscription_id" => message.SubscriptionId,
                "publication" or "publication_id" => message.PublicationId,
                "registration_id" => message.RegistrationId,
                "request_type" => (long)message.RequestType,
                "realm" or "topic" or "procedure" or "error" or "reason" => Encoding.UTF8.GetString(message.Uri),
                "method" or "signature" => Encoding.UTF8.GetString(message.Text),
                "options" or "details" or "extra" => ValueTree.Decode(serializer, message.Dict),
                "roles" => ((List<KeyValuePair<string, object?>>)ValueTree.Decode(serializer, message.Dict)!).Single(entry => entry.Key == "roles").Value,
                "args" => payload is [List<object?> arguments, ..] ? arguments : null,
                "kwargs" => payload is [_, var argumentsKw] ? argumentsKw : null,
                "payload" => payload is [byte[] octets] ? Convert.ToHexStringLower(octets) : null,
                _ => throw new InvalidDataException($"The vectors have an attribute {attribute.Name} that this runner does not know."),
            };
            Assert.Equal(ValueTree.Describe(ValueTree.FromJson(attribute.Value)), ValueTree.Describe(actual));
        }
    }

    /// <summary>Encodes the message that a vector's attributes describe.</summary>
    public static byte[] Build(JsonElement expected, SerializerKind serializer, object? dictOnTheWire = null)
    {
        WampMessage message = default;
        object? dict = null;
        var payload = new List<object?>();
        foreach (var attribute in expected.EnumerateObject().Where(attribute => attribute.Value.ValueKind != JsonValueKind.Null))
        {
            var value = ValueTree.FromJson(attribute.Value);
            switch (attribute.Name)
            {
                case "message_type": message.Type = (MessageType)(long)value!; break;
                case "request_id": message.RequestId = (long)value!; break;
                case "session_id": message.SessionId = (long)value!; break;
                case "subscription" or "subscription_id": message.SubscriptionId = (long)value!; break;
                case "publication" or "publication_id": message.PublicationId = (long)value!; break;
                case "registration_id": message.RegistrationId = (long)value!; break;
                case "request_type": message.RequestType = (MessageType)(long)value!; break;
                case "realm" or "topic" or "procedure" or "error" or "reason": message.Uri = Encoding.UTF8.GetBytes((string)value!); break;
                case "method" or "signature": message.Text = Encoding.UTF8.GetBytes((string)value!); break;
                case "options" or "details" or "extra": dict = value; break;
                case "roles": dict = new List<KeyValuePair<string, object?>> { KeyValuePair.Create("roles", value) }; break;
                case "payload": payload.Add(Convert.FromHexString((string)value!)); break;
                case "args" or "kwargs": payload.Add(value); break;
                default: throw new InvalidDataException($"The vectors have an attribute {attribute.Name} that this runner does not know.");
            }
        }

        if ((dictOnTheWire ?? dict) is { } options)
        {
            message.Dict = ValueTree.Encode(serializer, options);
        }

        message.Payload = new Payload(ValueTree.EncodeSequence(serializer, [.. payload]), payload.Count);
        using var buffer = new ByteBuffer();
        MessageEncoder.Encode(serializer, buffer, message);
        return buffer.Written.ToArray();
    }
}
