namespace Broker.PubSub;

/// <summary>What <see cref="RetainedDelivery.Next"/> has done.</summary>
public enum RetainedStep
{
    /// <summary>There is none any more.</summary>
    End,

    /// <summary>An EVENT is encoded.</summary>
    Event,

    /// <summary>The peer misses an event: it is forgotten, the peer's serializer cannot express it, or it is too long.</summary>
    Missed,
}
