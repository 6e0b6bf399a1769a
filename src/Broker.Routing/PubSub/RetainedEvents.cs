using Broker.Realms;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>
/// The retained events of a realm (WAMP specification, "Event Retention"): for each topic the last one for everybody and the black- or whitelisted ones after it.
/// Thread-safe; its lock is the innermost one.
/// </summary>
internal sealed class RetainedEvents
{
    private RetentionOptions _options;
    private readonly Lock _lock = new();
    private readonly LinkedList<RetainedEvent> _entries = new(); // oldest first
    private readonly Dictionary<byte[], List<RetainedEvent>> _topics = new(Utf8Comparer.Instance); // oldest first
    private readonly Dictionary<byte[], List<RetainedEvent>>.AlternateLookup<ReadOnlySpan<byte>> _byTopic;
    private readonly ForgottenEvents _forgotten;
    private long _bytes;

    public RetainedEvents(RetentionOptions options, ForgottenEvents forgotten)
    {
        _forgotten = forgotten;
        _options = options;
        _byTopic = _topics.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>How many events there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Has other bounds, at once for subscribers, and from the next event on for what is kept.</summary>
    public void Reconfigure(RetentionOptions options)
    {
        lock (_lock)
        {
            _options = options;
        }
    }

    /// <summary>The bytes that they hold, about.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    /// <summary>Retains a publication: it takes the place of what everybody who may get it would have got so far (RET-04).</summary>
    /// <returns>False when it is too long to be kept.</returns>
    public bool TryKeep(StoredPublication publication)
    {
        lock (_lock)
        {
            RemoveExpired(publication.Timestamp);
            if (_byTopic.TryGetValue(publication.Topic, out var events))
            {
                MakeWay(events, publication);
            }

            // An event that is too big is declined (RET-03), but what it would have replaced is not the state of the topic any more.
            if (_options.MaxEvents == 0)
            {
                return true; // nothing is kept, and nobody wonders
            }

            if (publication.Length > _options.MaxEventBytes || publication.Size > _options.MaxBytes)
            {
                return false;
            }

            Add(publication);
            while (_entries.Count > _options.MaxEvents || _bytes > _options.MaxBytes)
            {
                if (_bytes > _options.MaxBytes)
                {
                    _forgotten.Add(EventStore.Retained);
                }

                Remove(_entries.First!.Value);
            }

            return true;
        }
    }

    /// <summary>Adds to <paramref name="found"/> what a session that subscribes is to get, oldest first: one event for each topic that matches (RET-05, RET-09).</summary>
    public void Find(Subscription subscription, Session session, DateTimeOffset now, List<(RetainedEvent Event, StoredPublication Publication)> found)
    {
        lock (_lock)
        {
            if (subscription.Match == MatchPolicy.Exact)
            {
                if (_byTopic.TryGetValue(subscription.Uri, out var events) && Latest(events, session, now) is { } latest)
                {
                    found.Add((latest, latest.Publication!));
                }

                return;
            }

            for (var node = _entries.Last; node is not null && found.Count < _options.MaxEventsPerSubscribe; node = node.Previous)
            {
                var entry = node.Value;
                if (UriPattern.Matches(subscription.Uri, subscription.Match, entry.Publication!.Topic) && Latest(entry.Topic, session, now) == entry)
                {
                    found.Add((entry, entry.Publication));
                }
            }

            found.Reverse();
        }
    }

    private RetainedEvent? Latest(List<RetainedEvent> events, Session session, DateTimeOffset now)
    {
        for (var i = events.Count - 1; i >= 0; i--)
        {
            var publication = events[i].Publication!;
            if (!IsExpired(publication, now) && publication.Admit(session))
            {
                return events[i];
            }
        }

        return null;
    }

    private void MakeWay(List<RetainedEvent> events, StoredPublication publication)
    {
        if (!publication.IsRestricted)
        {
            while (events.Count > 0)
            {
                Remove(events[^1], isReplaced: true);
            }
        }
        else if (events.Count(entry => entry.Publication!.IsRestricted) >= Math.Max(1, _options.MaxRestrictedPerTopic))
        {
            Remove(events.Find(entry => entry.Publication!.IsRestricted)!);
        }
    }

    private void Add(StoredPublication publication)
    {
        if (!_byTopic.TryGetValue(publication.Topic, out var events))
        {
            _byTopic[publication.Topic] = events = [];
        }

        var entry = new RetainedEvent(publication, events);
        events.Add(entry);
        entry.Node = _entries.AddLast(entry);
        _bytes += publication.Size;
    }

    private void Remove(RetainedEvent entry, bool isReplaced = false)
    {
        var publication = entry.Publication!;
        _entries.Remove(entry.Node!);
        _bytes -= publication.Size;
        entry.Topic.Remove(entry);
        if (entry.Topic.Count == 0)
        {
            _byTopic.Remove(publication.Topic);
        }

        entry.Forget(isReplaced);
    }

    private void RemoveExpired(DateTimeOffset now)
    {
        while (_entries.First is { } oldest && IsExpired(oldest.Value.Publication!, now))
        {
            Remove(oldest.Value);
        }
    }

    private bool IsExpired(StoredPublication publication, DateTimeOffset now) => _options.MaxAge is { } age && now - publication.Timestamp >= age;
}
