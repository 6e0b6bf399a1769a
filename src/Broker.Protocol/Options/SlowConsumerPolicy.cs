namespace Broker.Options;

/// <summary>
/// What happens to EVENTs of a subscription while its subscriber reads too slowly. Whatever it is, what waits is bounded in bytes, and what
/// is dropped is counted and, but for <see cref="Latest"/>, told by <c>_gap</c> in the Details of the EVENT behind the hole.
/// </summary>
public enum SlowConsumerPolicy : byte
{
    /// <summary><c>drop_newest</c>, the default: events that find no room are dropped.</summary>
    DropNewest,

    /// <summary><c>drop_oldest</c>: events that have waited for longest make room for whatever comes.</summary>
    DropOldest,

    /// <summary>
    /// <c>latest</c>: one event of each topic waits at the most, in the place of the one that it follows. That one is not told as a gap:
    /// the subscriber gets what it is after. Without room for another topic, the events that have waited for longest are dropped.
    /// </summary>
    Latest,

    /// <summary><c>disconnect</c>: an event that finds no room ends the session.</summary>
    Disconnect,
}
