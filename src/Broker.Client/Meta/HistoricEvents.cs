using System.Collections;

namespace Broker.Client.Meta;

/// <summary>What a router tells of a history (WAMP specification, "Event History"): events, and whether these are all. Immutable, valid for ever.</summary>
public sealed class HistoricEvents : IReadOnlyList<HistoricEvent>
{
    private readonly List<HistoricEvent> _events;

    internal HistoricEvents(List<HistoricEvent> events, ReceivedDict remarks)
    {
        _events = events;
        IsLimitReached = remarks.TryGet<bool?>("is_limit_reached", out var isLimitReached) && isLimitReached == true;
        LeftOut = remarks.TryGet<long?>("_left_out", out var leftOut) ? leftOut ?? 0 : 0;
    }

    /// <summary>Whether there are more events than the filter's limit lets through; false if the router does not say.</summary>
    public bool IsLimitReached { get; }

    /// <summary>
    /// How many events the router had to leave out, because the session's serializer cannot express a value of theirs (such as NaN in JSON) or because they are longer
    /// than the messages that this client takes. 0 if the router does not say.
    /// </summary>
    public long LeftOut { get; }

    /// <inheritdoc/>
    public int Count => _events.Count;

    /// <inheritdoc/>
    public HistoricEvent this[int index] => _events[index];

    /// <inheritdoc/>
    public IEnumerator<HistoricEvent> GetEnumerator() => _events.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
