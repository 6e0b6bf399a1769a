using Broker.Options;
using Broker.Realms;
using Broker.Sessions;

namespace Broker.PubSub;

/// <summary>The events of one subscription in the order of their receipt (WAMP specification, "Event History"). Thread-safe; its lock is the innermost one.</summary>
internal sealed class EventHistory(HistoryRule rule, ForgottenEvents forgotten)
{
    private HistoryRule _rule = rule;
    private readonly Lock _lock = new();
    private readonly Queue<StoredPublication> _events = new();
    private long _bytes;

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

    /// <summary>Has other bounds from the next event on.</summary>
    public void Reconfigure(HistoryRule rule) => Volatile.Write(ref _rule, rule);

    /// <summary>Adds an event at the end.</summary>
    public void Record(StoredPublication publication)
    {
        lock (_lock)
        {
            _events.Enqueue(publication);
            _bytes += publication.Size;
            while (_events.Count > 0 && (_events.Count > _rule.MaxEvents || _bytes > _rule.MaxBytes || IsExpired(_events.Peek(), publication.Timestamp)))
            {
                if (_bytes > _rule.MaxBytes)
                {
                    forgotten.Add(EventStore.History);
                }

                _bytes -= _events.Dequeue().Size;
            }
        }
    }

    /// <summary>The events that a caller asks for and may see (HIS-05, HIS-07, HIS-12).</summary>
    /// <param name="filter">Which.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="now">The time: what is too old by now is not there.</param>
    /// <param name="isLimitReached">Whether there are more than <see cref="HistoryFilter.Limit"/>.</param>
    /// <returns>Null when the filter names a publication that is not in the history.</returns>
    public List<StoredPublication>? Find(in HistoryFilter filter, SessionIdentity caller, DateTimeOffset now, out bool isLimitReached)
    {
        isLimitReached = false;
        StoredPublication[] events;
        lock (_lock)
        {
            events = [.. _events];
        }

        if (!TryFindRange(events, filter, out var start, out var end))
        {
            return null;
        }

        var topic = filter.Topic is null ? null : System.Text.Encoding.UTF8.GetBytes(filter.Topic);
        var found = new List<StoredPublication>();
        for (var i = 0; i < end - start; i++)
        {
            var publication = events[filter.Reverse ? end - 1 - i : start + i];
            if (IsExpired(publication, now) || !IsInTime(publication.Timestamp, filter)
                || (topic is not null && !publication.Topic.SequenceEqual(topic)) || !publication.Admit(caller))
            {
                continue;
            }

            if (found.Count == filter.Limit)
            {
                isLimitReached = true;
                break;
            }

            found.Add(publication);
        }

        return found;
    }

    /// <summary>Publication ids are random: which event is behind which is told by their places.</summary>
    private static bool TryFindRange(StoredPublication[] events, in HistoryFilter filter, out int start, out int end)
    {
        (start, end) = (0, events.Length);
        return Narrow(filter.FromPublication, 0, isStart: true, ref start)
            && Narrow(filter.AfterPublication, 1, isStart: true, ref start)
            && Narrow(filter.BeforePublication, 0, isStart: false, ref end)
            && Narrow(filter.UntilPublication, 1, isStart: false, ref end);

        bool Narrow(long? id, int offset, bool isStart, ref int bound)
        {
            if (id is null)
            {
                return true;
            }

            var index = Array.FindIndex(events, publication => publication.Id == id);
            bound = isStart ? Math.Max(bound, index + offset) : Math.Min(bound, index + offset);
            return index >= 0;
        }
    }

    private static bool IsInTime(DateTimeOffset time, in HistoryFilter filter) =>
        !(time < filter.FromTime || time <= filter.AfterTime || time >= filter.BeforeTime || time > filter.UntilTime);

    private bool IsExpired(StoredPublication publication, DateTimeOffset now) => _rule.MaxAge is { } age && now - publication.Timestamp >= age;
}
