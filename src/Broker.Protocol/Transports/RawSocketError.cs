namespace Broker.Transports;

/// <summary>
/// Why a router refuses a RawSocket handshake: the high four bits of the second octet of its reply
/// (WAMP specification, "RawSocket Transport", handshake errors). Numbers 5 to 15 are not assigned; a client may still receive them.
/// </summary>
public enum RawSocketError : byte
{
    /// <summary>No error; never on the wire.</summary>
    None = 0,

    /// <summary>The router does not speak the requested serializer.</summary>
    SerializerUnsupported = 1,

    /// <summary>The router does not accept the requested maximum message length.</summary>
    MaximumMessageLengthUnacceptable = 2,

    /// <summary>The request set bits that are reserved.</summary>
    UseOfReservedBits = 3,

    /// <summary>The router serves as many connections as it may.</summary>
    MaximumConnectionCountReached = 4,
}

/// <summary>The sentence for each <see cref="RawSocketError"/>.</summary>
public static class RawSocketErrors
{
    /// <summary>One sentence for logs and exceptions; unassigned numbers get one too.</summary>
    public static string Describe(this RawSocketError error) => error switch
    {
        RawSocketError.None => "The handshake succeeded.",
        RawSocketError.SerializerUnsupported => "The router does not support the requested serializer.",
        RawSocketError.MaximumMessageLengthUnacceptable => "The router does not accept the requested maximum message length.",
        RawSocketError.UseOfReservedBits => "The handshake request set reserved bits.",
        RawSocketError.MaximumConnectionCountReached => "The router has reached its maximum number of connections.",
        _ => $"The router refused the handshake with the unassigned error {(byte)error}.",
    };
}
