using Broker.Sessions;

namespace Broker.PubSub;

/// <summary>One session's hold on one subscription.</summary>
internal sealed class Subscriber(Session session, Subscription subscription, EventTerms terms)
{
    /// <summary>Who subscribed.</summary>
    public Session Session { get; } = session;

    /// <summary>What.</summary>
    public Subscription Subscription { get; } = subscription;

    /// <summary>How its events are treated. Guarded by the session's gate.</summary>
    public EventTerms Terms { get; set; } = terms;

    /// <summary>Whether the subscriber has named its policy, and not the realm. Guarded by the session's gate.</summary>
    public bool HasOwnPolicy { get; set; }

    /// <summary>Where it stands in the subscription's list. Guarded by the broker's lock.</summary>
    public int Slot { get; set; }

    /// <summary>
    /// True from SUBSCRIBED to UNSUBSCRIBED, and changed in the section that queues them: an EVENT is queued only while this is true (BRK-05, ORD-02).
    /// Guarded by the session's gate.
    /// </summary>
    public bool IsActive { get; set; }

    /// <summary>The retained events that it was to get last; null: it has not asked for any. Guarded by the session's gate.</summary>
    public RetainedDelivery? Retained { get; set; }

    /// <summary>
    /// What was sent as a retained event while it was still on its way to the subscribers of its moment; usually null. Guarded by the session's gate.
    /// </summary>
    public List<StoredPublication>? Noted { get; set; }

    /// <summary>
    /// Whether the subscriber has got a publication as a retained event, so that it must not get it again (RACE-15). Call once for each publication, with
    /// the session's gate held.
    /// </summary>
    public bool TakeNoted(long publicationId)
    {
        if (Noted is not { } noted || noted.RemoveAll(publication => publication.Id == publicationId) == 0)
        {
            return false;
        }

        Noted = noted.Count > 0 ? noted : null;
        return true;
    }
}
