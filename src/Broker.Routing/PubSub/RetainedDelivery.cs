using Broker.Messages;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>
/// Retained events on their way to a session that has just been told SUBSCRIBED (RET-07): encoded one after the other, when the transport has room for the
/// next one, so that a peer gets all of them at its own pace. The first ones are kept for it. What of the others is not retained any more when its turn
/// comes is left out: without a word where a later event of its topic has taken its place, which comes live; otherwise counted, and told as a gap. All
/// members are called with the gate of the session held, and use no buffers but their own.
/// </summary>
public sealed class RetainedDelivery
{
    /// <summary>How many bytes are kept, whatever happens to the retained events.</summary>
    private const int MaxKept = 4 * 1024;

    /// <summary>By so many bytes EVENTs of different subscriptions may differ.</summary>
    private const int LongestId = 16;

    private readonly Subscriber _subscriber;
    private RetainedEvent[] _events;
    private readonly Queue<StoredPublication> _kept = new(); // of the next ones of _events
    private int _next;

    /// <param name="subscriber">Who gets them.</param>
    /// <param name="events">The events, with what is retained at this moment.</param>
    internal RetainedDelivery(Subscriber subscriber, List<(RetainedEvent Event, StoredPublication Publication)> events)
    {
        _subscriber = subscriber;
        _events = [.. events.Select(one => one.Event)];
        Count = _events.Length;
        foreach (var (_, publication) in events)
        {
            if (KeptBytes + publication.Size > MaxKept)
            {
                break;
            }

            _kept.Enqueue(publication);
            KeptBytes += publication.Size;
        }

        Note(events);
    }

    /// <summary>How many events there were in the beginning.</summary>
    public int Count { get; }

    /// <summary>About how many bytes are kept for the peer until the delivery is over.</summary>
    public int KeptBytes { get; private set; }

    /// <summary>How the subscription's events are treated.</summary>
    public EventTerms Terms => _subscriber.Terms;

    /// <summary>Encodes the next event.</summary>
    /// <param name="message">Gets the EVENT.</param>
    /// <param name="maxLength">The longest message that the peer takes, in bytes.</param>
    /// <param name="work">Grows by the bytes that have been looked at.</param>
    /// <returns>What came of it. An event that the peer cannot get is counted.</returns>
    public RetainedStep Next(OutboundMessage message, int maxLength, ref int work)
    {
        while (_next < _events.Length && _subscriber is { IsActive: true, Session.HasEnded: false })
        {
            var retained = _events[_next++];
            if ((_kept.TryDequeue(out var kept) ? kept : retained.Publication) is { } stored)
            {
                return TryEncode(stored, message, maxLength, ref work);
            }

            if (!retained.IsReplaced)
            {
                return Miss(DropReason.Forgotten);
            }
        }

        Abandon();
        return RetainedStep.End;
    }

    /// <summary>Whether all of it is still to come: then it serves whoever asks once more.</summary>
    internal bool IsToCome => _next == 0;

    /// <summary>Nothing more of it comes, and nothing is held for it.</summary>
    public void Abandon()
    {
        _kept.Clear();
        (_events, _next) = ([], Count);
    }

    /// <summary>Keeps nothing for the peer: there is no room. Call before the first <see cref="Next"/>.</summary>
    public void KeepNothing()
    {
        _kept.Clear();
        KeptBytes = 0;
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

    private RetainedStep TryEncode(StoredPublication stored, OutboundMessage message, int maxLength, ref int work)
    {
        var (serializer, subscription) = (_subscriber.Session.Serializer, _subscriber.Subscription);
        ref var known = ref stored.KnownLength(serializer, subscription.Match == MatchPolicy.Exact ? StoredForm.Event : StoredForm.PatternEvent);
        if (known == StoredPublication.Inexpressible || known - LongestId > maxLength)
        {
            return Miss(known == StoredPublication.Inexpressible ? DropReason.Inexpressible : DropReason.TooLong);
        }

        work += stored.Length;
        using var transcoded = new ByteBuffer();
        using var details = new ByteBuffer();
        if (!stored.TryTranscode(serializer, transcoded, out var payload))
        {
            known = StoredPublication.Inexpressible;
            return Miss(DropReason.Inexpressible);
        }

        EventEncoder.Encode(message, serializer, subscription, stored.ToPublication(), payload, isRetained: true, details);
        known = message.Bytes.Length;
        return known <= maxLength ? RetainedStep.Event : Miss(DropReason.TooLong);
    }

    private RetainedStep Miss(DropReason reason)
    {
        Terms.CountDrop(reason);
        return RetainedStep.Missed;
    }
}
