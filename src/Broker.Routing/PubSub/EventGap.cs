using Broker.Messages;
using Broker.Options;
using Broker.Serialization;
using Broker.Sessions;

namespace Broker.PubSub;

/// <summary>
/// Tells by <c>_gap</c>, a private key of this router in EVENT.Details, how many events a session has missed before one. It differs from
/// session to session, so that it is put into the encoded EVENT, which is otherwise the same for all, of those that have missed any.
/// </summary>
public static class EventGap
{
    /// <summary>What the EVENT is made of was checked when it came as PUBLISH; only the fixed bound of the readers applies.</summary>
    private static readonly DecodeLimits Limits = new(DecodeLimits.DepthCeiling, int.MaxValue);

    /// <summary>Encodes an EVENT once more, with the gap in its Details.</summary>
    /// <param name="target">Gets the message.</param>
    /// <param name="serializer">The receiver's.</param>
    /// <param name="encoded">The EVENT without a gap. Must not lie in <paramref name="target"/>.</param>
    /// <param name="gap">How many events were missed, at least one.</param>
    public static void Mark(OutboundMessage target, SerializerKind serializer, ReadOnlySpan<byte> encoded, long gap)
    {
        var message = MessageParser.Parse(serializer, encoded, Limits);
        var details = EventDetails.Parse(serializer, message.Dict);
        details.Gap = gap;
        message.Dict = ValueEncoder.Encode(serializer, details);
        target.Encode(serializer, message);
    }
}
