using System.Text;
using Broker.Messages;
using Broker.Serialization;

namespace Broker.Peers;

/// <summary>A message that a peer got: the envelope as values, Details and payload as JSON text, whatever the serializer was.</summary>
internal sealed record Received(
    MessageType Type,
    long RequestId = 0,
    long SubscriptionId = 0,
    long PublicationId = 0,
    long RegistrationId = 0,
    MessageType RequestType = MessageType.None,
    string Details = "",
    string Uri = "",
    string Payload = "")
{
    public static Received Subscribed(long requestId, long subscriptionId) => new(MessageType.Subscribed, requestId, subscriptionId);

    public static Received Unsubscribed(long requestId) => new(MessageType.Unsubscribed, requestId);

    public static Received Published(long requestId, long publicationId) => new(MessageType.Published, requestId, PublicationId: publicationId);

    public static Received Event(long subscriptionId, long publicationId, string payload = "", string details = "{}") =>
        new(MessageType.Event, SubscriptionId: subscriptionId, PublicationId: publicationId, Details: details, Payload: payload);

    public static Received Registered(long requestId, long registrationId) => new(MessageType.Registered, requestId, RegistrationId: registrationId);

    public static Received Unregistered(long requestId) => new(MessageType.Unregistered, requestId);

    public static Received Invocation(long requestId, long registrationId, string payload = "", string details = "{}") =>
        new(MessageType.Invocation, requestId, RegistrationId: registrationId, Details: details, Payload: payload);

    public static Received Interrupt(long requestId, string options) => new(MessageType.Interrupt, requestId, Details: options);

    public static Received Result(long requestId, string payload = "", string details = "{}") => new(MessageType.Result, requestId, Details: details, Payload: payload);

    /// <summary>An ERROR; the router's own have a sentence as their payload, which <see cref="RecordingPeer.NextError"/> leaves out.</summary>
    public static Received Error(MessageType requestType, long requestId, string uri, string payload = "") =>
        new(MessageType.Error, requestId, RequestType: requestType, Details: "{}", Uri: uri, Payload: payload);

    public static Received Decode(SerializerKind serializer, ReadOnlySpan<byte> bytes)
    {
        var message = MessageParser.Parse(serializer, bytes, DecodeLimits.Default with { MaxDepth = DecodeLimits.DepthCeiling });
        return new Received(
            message.Type,
            message.RequestId,
            message.SubscriptionId,
            message.PublicationId,
            message.RegistrationId,
            message.RequestType,
            Json(serializer, message.Dict, message.Dict.IsEmpty ? 0 : 1),
            Encoding.UTF8.GetString(message.Uri),
            Json(serializer, message.Payload.Elements, message.Payload.Count));
    }

    private static string Json(SerializerKind serializer, ReadOnlySpan<byte> elements, int count)
    {
        using var json = new ByteBuffer();
        return Transcoder.TryTranscode(serializer, elements, count, SerializerKind.Json, json)
            ? Encoding.UTF8.GetString(json.Written)
            : "not JSON: " + Convert.ToHexStringLower(elements);
    }
}
