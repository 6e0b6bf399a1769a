namespace Broker;

/// <summary>
/// The peer broke the protocol: bytes that are no WAMP message, a message of the wrong shape, or one that its state forbids
/// (WAMP specification, "Protocol Errors"). A session ends with ABORT <c>wamp.error.protocol_violation</c>; nothing else throws this.
/// </summary>
/// <param name="message">One sentence for the peer, sent as <c>ABORT.Details.message</c>. It never quotes more than a key or a number of the input.</param>
public sealed class WampProtocolException(string message) : Exception(message)
{
    /// <summary>Whether a value is nested deeper than <see cref="Serialization.DecodeLimits.MaxDepth"/>: more than is taken here, but maybe not elsewhere.</summary>
    public bool IsTooDeep { get; init; }
}
