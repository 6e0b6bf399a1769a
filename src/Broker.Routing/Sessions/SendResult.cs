namespace Broker.Sessions;

/// <summary>What became of a message given to a <see cref="IMessageSink"/>.</summary>
public enum SendResult
{
    /// <summary>It is queued, or the peer is gone and nobody will miss it.</summary>
    Queued,

    /// <summary>What others send to the peer was not queued: it reads too slowly.</summary>
    Dropped,

    /// <summary>The message is longer than the peer takes; it was not queued.</summary>
    TooLong,
}
