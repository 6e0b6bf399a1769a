namespace Broker.Hosting;

/// <summary>What happens to EVENTs for a peer that reads too slowly. Replies are never dropped: when they find no room, the connection ends.</summary>
public enum SlowConsumerPolicy
{
    /// <summary>They are dropped and counted, and the next EVENT delivered tells by <c>_gap</c> in its Details how many.</summary>
    DropEvents,

    /// <summary>The connection ends.</summary>
    Disconnect,
}
