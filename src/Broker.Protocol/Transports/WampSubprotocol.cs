using System.Diagnostics.CodeAnalysis;
using Broker.Serialization;

namespace Broker.Transports;

/// <summary>
/// The WebSocket subprotocols of WAMP, one per serializer (WAMP specification, "WebSocket Transport"; WS-01, WS-02).
/// Stateless and thread-safe.
/// </summary>
public static class WampSubprotocol
{
    /// <summary>JSON over text messages.</summary>
    public const string Json = "wamp.2.json";

    /// <summary>MessagePack over binary messages.</summary>
    public const string MessagePack = "wamp.2.msgpack";

    /// <summary>CBOR over binary messages.</summary>
    public const string Cbor = "wamp.2.cbor";

    /// <summary>The subprotocol of a serializer.</summary>
    public static string NameOf(SerializerKind serializer) => serializer switch
    {
        SerializerKind.Json => Json,
        SerializerKind.MessagePack => MessagePack,
        SerializerKind.Cbor => Cbor,
        _ => throw new ArgumentOutOfRangeException(nameof(serializer), serializer, "Not a serializer of WAMP."),
    };

    /// <summary>The serializer that a subprotocol stands for. Names are compared exactly, as RFC 6455 section 4 demands.</summary>
    public static bool TryParse(string? name, out SerializerKind serializer)
    {
        (serializer, var known) = name switch
        {
            Json => (SerializerKind.Json, true),
            MessagePack => (SerializerKind.MessagePack, true),
            Cbor => (SerializerKind.Cbor, true),
            _ => (default, false),
        };
        return known;
    }

    /// <summary>Chooses the subprotocol of a connection: the first offered one that is known, for the order is the client's
    /// preference.</summary>
    /// <param name="offered">What the client offered, in its order.</param>
    /// <param name="serializer">The serializer chosen.</param>
    /// <param name="name">The subprotocol to answer with.</param>
    /// <returns>False when nothing matches: the WebSocket handshake must then fail.</returns>
    public static bool TrySelect(IEnumerable<string> offered, out SerializerKind serializer, [NotNullWhen(true)] out string? name)
    {
        foreach (var candidate in offered)
        {
            if (TryParse(candidate, out serializer))
            {
                name = candidate;
                return true;
            }
        }

        (serializer, name) = (default, null);
        return false;
    }
}
