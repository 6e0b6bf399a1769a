using Broker.Messages;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>Encodes the EVENT of one publication for one subscription.</summary>
internal static class EventEncoder
{
    /// <param name="target">Gets the message; must not be what holds <paramref name="payload"/>.</param>
    /// <param name="serializer">The receiver's.</param>
    /// <param name="subscription">On which subscription.</param>
    /// <param name="publication">What was published.</param>
    /// <param name="payload">The publication's payload in the receiver's serializer.</param>
    /// <param name="isRetained">Whether the event was published before the subscription was made (RET-05).</param>
    /// <param name="details">For the Details; null: the thread's own buffer.</param>
    public static void Encode(
        OutboundMessage target,
        SerializerKind serializer,
        Subscription subscription,
        scoped in Publication publication,
        scoped Payload payload,
        bool isRetained,
        ByteBuffer? details = null)
    {
        details ??= RoutingScratch.Current.Details;
        details.Clear();
        var isPattern = subscription.Match != MatchPolicy.Exact;
        if (isPattern || isRetained || publication.HasDetails)
        {
            ValueEncoder.Encode(
                serializer, details, new RoutedEventDetails(isPattern ? publication.Topic : default, isRetained, publication.Details));
        }

        scoped WampMessage message = default; // filled in place: its many fields are not worth a copy
        message.Type = MessageType.Event;
        message.SubscriptionId = subscription.Id;
        message.PublicationId = publication.Id;
        message.Dict = details.Written;
        message.Payload = payload;
        target.Encode(serializer, message);
    }
}
