namespace Broker.Transports;

/// <summary>Why the opening handshake of a WebSocket or a RawSocket is refused.</summary>
internal enum HandshakeRefusal
{
    /// <summary>The listener may not be called by this name.</summary>
    Host,

    /// <summary>The web page may not connect.</summary>
    Origin,

    /// <summary>No subprotocol is offered that is spoken here.</summary>
    Subprotocol,

    /// <summary>A RawSocket asks for a serializer that is not spoken here.</summary>
    Serializer,

    /// <summary>It is no handshake.</summary>
    Malformed,
}

/// <summary>The words for it.</summary>
internal static class HandshakeRefusals
{
    /// <summary>The name in metrics; stable.</summary>
    public static string Tag(this HandshakeRefusal refusal) => refusal switch
    {
        HandshakeRefusal.Host => "host",
        HandshakeRefusal.Origin => "origin",
        HandshakeRefusal.Subprotocol => "subprotocol",
        HandshakeRefusal.Serializer => "serializer",
        HandshakeRefusal.Malformed => "malformed",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal)),
    };
}
