using Broker.Serialization;

namespace Broker.Transports;

/// <summary>
/// A WebSocket subprotocol of WAMP: a serializer, and whether several messages may share one WebSocket message (WAMP specification, "WebSocket Transport" and
/// "Message Batching"; WS-01, WS-02, BAT-01).
/// </summary>
/// <param name="Serializer">The serializer of all messages.</param>
/// <param name="IsBatched">Whether each WebSocket message is a batch, framed by <see cref="BatchFraming"/>.</param>
public readonly record struct WampSubprotocol(SerializerKind Serializer, bool IsBatched = false)
{
    /// <summary>JSON over text messages.</summary>
    public const string Json = "wamp.2.json";

    /// <summary>MessagePack over binary messages.</summary>
    public const string MessagePack = "wamp.2.msgpack";

    /// <summary>CBOR over binary messages.</summary>
    public const string Cbor = "wamp.2.cbor";

    /// <summary>What follows the name of a subprotocol in that of its batched variant.</summary>
    public const string BatchedSuffix = ".batched";

    /// <summary>The name in <c>Sec-WebSocket-Protocol</c>.</summary>
    public string Name => IsBatched ? NameOf(Serializer) + BatchedSuffix : NameOf(Serializer);

    /// <summary>The subprotocol of a serializer, one message in each WebSocket message.</summary>
    public static string NameOf(SerializerKind serializer) => serializer switch
    {
        SerializerKind.Json => Json,
        SerializerKind.MessagePack => MessagePack,
        SerializerKind.Cbor => Cbor,
        _ => throw new ArgumentOutOfRangeException(nameof(serializer), serializer, "Not a serializer of WAMP."),
    };

    /// <summary>The subprotocol of a name. Names are compared exactly, as RFC 6455 section 4 demands.</summary>
    public static bool TryParse(string? name, out WampSubprotocol subprotocol)
    {
        var isBatched = name?.EndsWith(BatchedSuffix, StringComparison.Ordinal) ?? false;
        SerializerKind? serializer = (isBatched ? name![..^BatchedSuffix.Length] : name) switch
        {
            Json => SerializerKind.Json,
            MessagePack => SerializerKind.MessagePack,
            Cbor => SerializerKind.Cbor,
            _ => null,
        };
        subprotocol = new WampSubprotocol(serializer.GetValueOrDefault(), isBatched);
        return serializer is not null;
    }

    /// <summary>Chooses the subprotocol of a connection: the first offered one that is known, for the order is the client's
    /// preference.</summary>
    /// <param name="offered">What the client offered, in its order.</param>
    /// <param name="selected">The subprotocol to answer with.</param>
    /// <returns>False when nothing matches: the WebSocket handshake must then fail.</returns>
    public static bool TrySelect(IEnumerable<string> offered, out WampSubprotocol selected)
    {
        foreach (var candidate in offered)
        {
            if (TryParse(candidate, out selected))
            {
                return true;
            }
        }

        selected = default;
        return false;
    }
}
