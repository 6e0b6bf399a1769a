using Broker.Messages;
using Broker.Serialization;
using Broker.Sessions;

namespace Broker.PubSub;

/// <summary>
/// One publication on its way to its subscribers. The EVENT of a subscription is encoded once per serializer that its subscribers speak; the payload is
/// spliced, and transcoded only where the serializers differ.
/// </summary>
internal ref struct FanOut()
{
    private readonly RoutingScratch _scratch = RoutingScratch.Current;
    private uint _encoded;       // bit per serializer: its EVENT of the subscription is encoded
    private uint _transcoded;    // bit per serializer: its payload is in the scratch
    private uint _inexpressible; // bit per serializer: it cannot express the payload

    /// <summary>Queues the EVENT to all subscribers of a subscription.</summary>
    /// <param name="publication">The same each time.</param>
    /// <param name="subscription">The subscription.</param>
    public void Deliver(scoped in Publication publication, Subscription subscription)
    {
        _encoded = 0;
        var publisher = publication.Publisher;
        var includesPublisher = publication.IncludesPublisher;
        var lists = publication.Lists;
        foreach (var subscriber in subscription.Subscribers.Snapshot())
        {
            if (subscriber is null || (subscriber.Session == publisher && !includesPublisher) || lists?.Admit(subscriber.Session) == false)
            {
                continue;
            }

            if (TryEncode(publication, subscription, subscriber.Session.Serializer))
            {
                Deliver(publication, subscriber);
            }
            else
            {
                PassOver(subscriber);
            }
        }

        // What slow receivers share must not wait for this thread's next publication to be given back.
        for (var serializer = 0; _encoded != 0; serializer++, _encoded >>= 1)
        {
            if ((_encoded & 1) != 0)
            {
                _scratch.Event((SerializerKind)serializer).Clear();
            }
        }
    }

    private readonly void Deliver(scoped in Publication publication, Subscriber subscriber)
    {
        var session = subscriber.Session;
        var message = _scratch.Event(session.Serializer);
        lock (session.Gate)
        {
            if (!subscriber.IsActive || (publication.IsRetained && subscriber.TakeNoted(publication.Id)))
            {
                return;
            }

            session.SendEventLocked(message, subscriber.Terms, publication.Topic);
        }
    }

    /// <summary>The subscriber's serializer cannot express the payload: it misses the event, and is told as after any other drop.</summary>
    private static void PassOver(Subscriber subscriber)
    {
        lock (subscriber.Session.Gate)
        {
            if (subscriber.IsActive)
            {
                subscriber.Session.MissEventLocked(subscriber.Terms);
            }
        }
    }

    private bool TryEncode(scoped in Publication publication, Subscription subscription, SerializerKind serializer)
    {
        var bit = 1u << (int)serializer;
        if ((_encoded & bit) != 0)
        {
            return true;
        }

        if ((_inexpressible & bit) != 0)
        {
            return false;
        }

        if ((_transcoded & bit) == 0 && !_scratch.TryTranscode(publication.Serializer, publication.Payload, serializer, out _))
        {
            _inexpressible |= bit;
            return false;
        }

        _transcoded |= bit;
        _encoded |= bit;
        Encode(publication, subscription, serializer);
        return true;
    }

    private readonly void Encode(scoped in Publication publication, Subscription subscription, SerializerKind serializer)
    {
        var payload = publication.Payload;
        if (serializer != publication.Serializer && payload.Count > 0)
        {
            payload = new Payload(_scratch.Payload(serializer).Written, payload.Count);
        }

        EventEncoder.Encode(_scratch.Event(serializer), serializer, subscription, publication, payload, isRetained: false);
    }
}
