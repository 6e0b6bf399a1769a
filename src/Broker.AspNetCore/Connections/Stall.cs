namespace Broker.Connections;

/// <summary>How a transport that does not take what is to be sent stands.</summary>
/// <param name="Since">The timestamp at which it last took something.</param>
/// <param name="ReplyBytes">The bytes that wait for it and answer the peer's own requests.</param>
internal readonly record struct Stall(long Since, int ReplyBytes)
{
    /// <summary>Whether this one has taken nothing for longer; where both are equal, whether more waits for it.</summary>
    public bool IsWorseThan(Stall other) => Since != other.Since ? Since < other.Since : ReplyBytes > other.ReplyBytes;
}
