using Broker.Messages;
using Broker.Patterns;
using Broker.PubSub;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Sessions;

/// <summary>The buffers of one routing thread, reused from message to message. Routing never re-enters itself, so each has one use at a time.</summary>
internal sealed class RoutingScratch
{
    [ThreadStatic]
    private static RoutingScratch? _current;

    private readonly OutboundMessage[] _events = [new(), new(), new()];
    private readonly ByteBuffer[] _payloads = [new(), new(), new()];

    /// <summary>This thread's.</summary>
    public static RoutingScratch Current => _current ??= new RoutingScratch();

    /// <summary>For a message to one peer.</summary>
    public OutboundMessage Reply { get; } = new();

    /// <summary>For the Details of the message being encoded.</summary>
    public ByteBuffer Details { get; } = new();

    /// <summary>For the Arguments of an ERROR.</summary>
    public ByteBuffer Arguments { get; } = new();

    /// <summary>For the hashes of a topic's components while its subscriptions are looked up.</summary>
    public ulong[] ComponentHashes { get; } = new ulong[WildcardShape.MaxComponents];

    /// <summary>For a topic without the components that are empty in a wildcard.</summary>
    public byte[] Blanked { get; } = new byte[UriRules.Ceiling];

    /// <summary>For the EVENT of one subscription, one for each serializer.</summary>
    public OutboundMessage Event(SerializerKind serializer) => _events[(int)serializer];

    /// <summary>For the payload in another serializer than the sender's.</summary>
    public ByteBuffer Payload(SerializerKind serializer) => _payloads[(int)serializer];

    /// <summary>The payload for a receiver: the sender's own bytes when the serializers are equal, otherwise transcoded.</summary>
    /// <returns>False when the receiver's serializer cannot express a value.</returns>
    public bool TryTranscode(SerializerKind from, Payload payload, SerializerKind to, out Payload transcoded) =>
        TryTranscode(from, payload, to, Payload(to), out transcoded);

    /// <summary>The same by a buffer of the caller's own, which gets what is transcoded in the place of all that it holds.</summary>
    public static bool TryTranscode(SerializerKind from, Payload payload, SerializerKind to, ByteBuffer target, out Payload transcoded)
    {
        transcoded = payload;
        if (from == to || payload.Count == 0)
        {
            return true;
        }

        target.Clear();
        if (!Transcoder.TryTranscode(from, payload.Elements, payload.Count, to, target))
        {
            return false;
        }

        transcoded = new Payload(target.Written, payload.Count);
        return true;
    }
}
