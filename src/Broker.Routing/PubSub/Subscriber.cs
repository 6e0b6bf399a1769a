using Broker.Sessions;

namespace Broker.PubSub;

/// <summary>One session's hold on one subscription.</summary>
internal sealed class Subscriber(Session session, Subscription subscription)
{
    /// <summary>Who subscribed.</summary>
    public Session Session { get; } = session;

    /// <summary>What.</summary>
    public Subscription Subscription { get; } = subscription;

    /// <summary>Where it stands in the subscription's list. Guarded by the broker's lock.</summary>
    public int Slot { get; set; }

    /// <summary>
    /// True from SUBSCRIBED to UNSUBSCRIBED, and changed in the section that queues them: an EVENT is queued only while this is true (BRK-05, ORD-02).
    /// Guarded by the session's gate.
    /// </summary>
    public bool IsActive { get; set; }
}
