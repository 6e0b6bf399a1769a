using Broker.Sessions;

namespace Broker.PubSub;

/// <summary>Queues retained events to a session that has just been told SUBSCRIBED.</summary>
internal static class RetainedDelivery
{
    /// <summary>
    /// Call with the gate of the subscriber's session held, in the section that queues SUBSCRIBED and lets live events through: so none of these comes
    /// before them (RET-07). Those which are being dispatched at this moment are noted, so that they do not come again.
    /// </summary>
    /// <returns>How many events were not delivered.</returns>
    public static int Send(Subscriber subscriber, List<StoredPublication> events)
    {
        var dropped = 0;
        subscriber.Noted?.RemoveAll(publication => publication.IsDispatched);
        foreach (var stored in events)
        {
            if (!stored.IsDispatched)
            {
                (subscriber.Noted ??= []).Add(stored);
            }

            if (!TrySend(subscriber, stored))
            {
                subscriber.Session.DroppedEvents++;
                dropped++;
            }
        }

        return dropped;
    }

    private static bool TrySend(Subscriber subscriber, StoredPublication stored)
    {
        var session = subscriber.Session;
        var scratch = RoutingScratch.Current;
        var publication = stored.ToPublication();
        if (!scratch.TryTranscode(publication.Serializer, publication.Payload, session.Serializer, out var payload))
        {
            return false;
        }

        var message = scratch.Event(session.Serializer);
        EventEncoder.Encode(message, session.Serializer, subscriber.Subscription, publication, payload, isRetained: true, session.DroppedEvents);
        var result = session.SendLocked(message, isDroppable: true);
        message.Clear();
        if (result != SendResult.Queued)
        {
            return false;
        }

        session.DroppedEvents = 0;
        return true;
    }
}
