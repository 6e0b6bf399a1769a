namespace Broker.Connections;

/// <summary>The end of a connection: why, and what the peer is told.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Text">One sentence for the peer and the log, or null.</param>
/// <param name="CloseCode">The close code of a WebSocket when it is not the reason's usual one; otherwise 0.</param>
/// <param name="Uri">The reason in GOODBYE when it is not the usual one of <paramref name="Reason"/>; otherwise null.</param>
internal sealed record Ending(DisconnectReason Reason, string? Text = null, ushort CloseCode = 0, string? Uri = null)
{
    /// <summary>The end that a breach of WAMP brings about.</summary>
    public static Ending Of(WampProtocolException violation) =>
        new(violation.IsTooDeep ? DisconnectReason.NestedTooDeep : DisconnectReason.ProtocolViolation, violation.Message);
}
