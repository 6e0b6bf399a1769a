namespace Broker.PubSub;

/// <summary>Why an EVENT was not delivered to a subscriber.</summary>
public enum DropReason
{
    /// <summary>It found no room among what waits for a peer that reads too slowly.</summary>
    Newest,

    /// <summary>It waited for a peer that reads too slowly, and made room for a later message.</summary>
    Oldest,

    /// <summary>
    /// It waited for a peer that reads too slowly, and a later event of its topic took its place (<see
    /// cref="Options.SlowConsumerPolicy.Latest"/>).
    /// </summary>
    Conflated,

    /// <summary>The peer reads too slowly, and the router has no room for what waits for all peers together.</summary>
    RouterFull,

    /// <summary>It is longer than the messages that the peer takes.</summary>
    TooLong,

    /// <summary>The peer's serializer cannot express a value of it.</summary>
    Inexpressible,

    /// <summary>It was retained, and forgotten for want of room or because of its age before its turn came at a peer that reads slowly.</summary>
    Forgotten,
}
