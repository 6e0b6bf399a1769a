namespace Broker.Models;

/// <summary>A session breaks the protocol: it is to end.</summary>
internal sealed class ProtocolBreach(string message) : Exception(message);
