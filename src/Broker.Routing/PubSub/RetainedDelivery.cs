using Broker.Sessions;

namespace Broker.PubSub;

/// <summary>Queues retained events to a session that has just been told SUBSCRIBED.</summary>
internal static class RetainedDelivery
{
    /// <summary>
    /// Call with the gate of the subscriber's session held, in the section that queues SUBSCRIBED and lets live events through: so none of these comes
    /// before them (RET-07). Those which are being dispatched at this moment are noted, so that they do not come again.
    /// </summary>
    public static void Send(Subscriber subscriber, List<StoredPublication> events)
    {
        subscriber.Noted?.RemoveAll(publication => publication.IsDispatched);
        foreach (var stored in events)
        {
            if (!stored.IsDispatched)
            {
                (subscriber.Noted ??= []).Add(stored);
            }

            Send(subscriber, stored);
        }
    }

    private static void Send(Subscriber subscriber, StoredPublication stored)
    {
        var session = subscriber.Session;
        var scratch = RoutingScratch.Current;
        var publication = stored.ToPublication();
        if (!scratch.TryTranscode(publication.Serializer, publication.Payload, session.Serializer, out var payload))
        {
            session.MissEventLocked(subscriber.Terms);
            return;
        }

        var message = scratch.Event(session.Serializer);
        EventEncoder.Encode(message, session.Serializer, subscriber.Subscription, publication, payload, isRetained: true);
        session.SendEventLocked(message, subscriber.Terms, publication.Topic);
        message.Clear();
    }
}
