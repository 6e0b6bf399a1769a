using Broker.Messages;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>
/// Retained events on their way to a session that has just been told SUBSCRIBED (RET-07): encoded one after the other, when the transport has room for the
/// next one, so that a peer gets all of them at its own pace. The first ones are kept for it. What of the others is not retained any more when its turn
/// comes is left out: without a word where a later event of its topic has taken its place, which comes live; otherwise counted, and told as a gap. All
/// members are called with the gate of the session held, and use no buffers but their own: a transport may ask in the middle of routing.
/// </summary>
public sealed class RetainedDelivery
{
    /// <summary>How many bytes are kept, whatever happens to the retained events.</summary>
    private const int MaxKept = 4 * 1024;

    /// <summary>By so many bytes EVENTs of different subscriptions may differ.</summary>
    private const int LongestId = 16;

    private readonly Subscriber _subscriber;
    private RetainedEvent[] _events;
    private StoredPublication[] _kept; // of the first ones of them
    private int _next;

    /// <param name="subscriber">Who gets them.</param>
    /// <param name="events">The events, with what is retained at this moment.</param>
    internal RetainedDelivery(Subscriber subscriber, List<(RetainedEvent Event, StoredPublication Publication)> events)
    {
        _subscriber = subscriber;
        _events = [.. events.Select(one => one.Event)];
        _kept = [.. FirstOf(events)];
        KeptBytes = _kept.Sum(publication => publication.Size);
        Count = _events.Length;
        Note(events);
    }

    /// <summary>How many events there were in the beginning.</summary>
    public int Count { get; }

    /// <summary>About how many bytes are kept for the peer until the delivery is over.</summary>
    public int KeptBytes { get; private set; }

    /// <summary>How the subscription's events are treated.</summary>
    public EventTerms Terms => _subscriber.Terms;

    /// <summary>Whether all of it is still to come: then it serves whoever asks once more.</summary>
    internal bool IsToCome => _next == 0;

    /// <summary>Encodes the next event.</summary>
    /// <param name="message">Gets the EVENT.</param>
    /// <param name="work">Grows by the bytes that have been looked at.</param>
    /// <returns>What came of it. An event that the peer cannot get is counted.</returns>
    public RetainedStep Next(OutboundMessage message, ref int work)
    {
        while (_next < _events.Length && _subscriber is { IsActive: true, Session.HasEnded: false })
        {
            var retained = _events[_next];
            var kept = _next < _kept.Length ? _kept[_next] : null;
            _next++;
            if ((kept ?? retained.Publication) is { } stored)
            {
                return TryEncode(stored, message, ref work);
            }

            if (!retained.IsReplaced)
            {
                return Miss(DropReason.Forgotten);
            }
        }

        Abandon();
        return RetainedStep.End;
    }

    /// <summary>Nothing more of it comes, and nothing is held for it.</summary>
    public void Abandon() => (_events, _kept, _next) = ([], [], Count);

    /// <summary>Keeps nothing for the peer: there is no room. Call before the first <see cref="Next"/>.</summary>
    public void KeepNothing()
    {
        _kept = [];
        KeptBytes = 0;
    }

    private static IEnumerable<StoredPublication> FirstOf(List<(RetainedEvent Event, StoredPublication Publication)> events)
    {
        var bytes = 0;
        foreach (var (_, publication) in events)
        {
            bytes += publication.Size;
            if (bytes > MaxKept)
            {
                yield break;
            }

            yield return publication;
        }
    }

    /// <summary>Has the subscriber know the events that are being dispatched at this moment, so that they do not come again.</summary>
    private void Note(List<(RetainedEvent Event, StoredPublication Publication)> events)
    {
        _subscriber.Noted?.RemoveAll(publication => publication.IsDispatched);
        foreach (var (_, publication) in events)
        {
            if (!publication.IsDispatched)
            {
                (_subscriber.Noted ??= []).Add(publication);
            }
        }
    }

    private RetainedStep TryEncode(StoredPublication stored, OutboundMessage message, ref int work)
    {
        var (session, subscription) = (_subscriber.Session, _subscriber.Subscription);
        ref var known = ref stored.KnownLength(session.Serializer, subscription.Match == MatchPolicy.Exact ? StoredForm.Event : StoredForm.PatternEvent);
        if (known == StoredPublication.Inexpressible || known - LongestId > session.PeerLimit)
        {
            return Miss(known == StoredPublication.Inexpressible ? DropReason.Inexpressible : DropReason.TooLong);
        }

        work += stored.Length;
        using var transcoded = new ByteBuffer();
        using var details = new ByteBuffer();
        var publication = stored.ToPublication();
        if (!RoutingScratch.TryTranscode(publication.Serializer, publication.Payload, session.Serializer, transcoded, out var payload))
        {
            known = StoredPublication.Inexpressible;
            return Miss(DropReason.Inexpressible);
        }

        EventEncoder.Encode(message, session.Serializer, subscription, publication, payload, isRetained: true, details);
        known = message.Bytes.Length;
        return known <= session.PeerLimit ? RetainedStep.Event : Miss(DropReason.TooLong);
    }

    private RetainedStep Miss(DropReason reason)
    {
        Terms.CountDrop(reason);
        return RetainedStep.Missed;
    }
}
