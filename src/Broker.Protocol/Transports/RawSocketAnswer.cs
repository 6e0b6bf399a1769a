using Broker.Serialization;

namespace Broker.Transports;

/// <summary>What a router does with a RawSocket handshake request.</summary>
public enum RawSocketOutcome : byte
{
    /// <summary>Send the reply, then exchange frames.</summary>
    Accepted,

    /// <summary>Send the reply, which carries an error, then close.</summary>
    Rejected,

    /// <summary>Close; there is no reply, because the request is no request at all.</summary>
    CloseWithoutReply,
}

/// <summary>The router's decision on a RawSocket handshake request, made by <see cref="RawSocketHandshake.Answer"/>.</summary>
/// <param name="Outcome">What to do next.</param>
/// <param name="Serializer">The serializer of the connection; meaningful only when accepted.</param>
/// <param name="PeerLimit">The longest frame payload the client takes, in bytes (2^9 to 2^24); 0 unless accepted.</param>
/// <param name="Error">The error in the reply; <see cref="RawSocketError.None"/> unless rejected.</param>
public readonly record struct RawSocketAnswer(RawSocketOutcome Outcome, SerializerKind Serializer, int PeerLimit, RawSocketError Error);

/// <summary>The router's reply as the client understands it, read by <see cref="RawSocketHandshake.ReadReply"/>.</summary>
/// <param name="Error">Why the router refused, or <see cref="RawSocketError.None"/>.</param>
/// <param name="PeerLimit">The longest frame payload the router takes, in bytes (2^9 to 2^24); 0 when it refused.</param>
public readonly record struct RawSocketReply(RawSocketError Error, int PeerLimit)
{
    /// <summary>Whether frames may follow.</summary>
    public bool Accepted => Error == RawSocketError.None;
}
