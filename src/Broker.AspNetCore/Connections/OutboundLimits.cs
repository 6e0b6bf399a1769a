namespace Broker.Connections;

/// <summary>How much may wait for one peer.</summary>
/// <param name="MaxBytes">The bytes that may wait, beyond what the transport has taken.</param>
/// <param name="PeerMessageSize">The longest message that the peer takes.</param>
/// <param name="DropsEvents">When the bytes are used up: whether EVENTs are dropped (and counted), or the connection ends.</param>
internal readonly record struct OutboundLimits(int MaxBytes, int PeerMessageSize, bool DropsEvents);
