namespace Broker.Connections;

/// <summary>How a transport that does not take what is to be sent stands.</summary>
/// <param name="Since">The timestamp at which it last took something.</param>
/// <param name="Bytes">The bytes that wait for it.</param>
internal readonly record struct Stall(long Since, int Bytes);
