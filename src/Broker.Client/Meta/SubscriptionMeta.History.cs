using System.Globalization;

namespace Broker.Client.Meta;

/// <content>Event history.</content>
public sealed partial class SubscriptionMeta
{
    /// <summary>Events that the router has kept for a subscription (<c>wamp.subscription.get_events</c>; WAMP specification, "Event History").</summary>
    /// <param name="subscription">The id of the subscription.</param>
    /// <param name="filter">Which events; null: all that are kept.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The events in the order in which the router took them, or backwards if the filter says so. None if the router keeps none.</returns>
    /// <exception cref="WampException">
    /// There is no such subscription (<c>wamp.error.no_such_subscription</c>); the router refused, cannot make sense of the filter, or has no such API.
    /// </exception>
    public async Task<IReadOnlyList<HistoricEvent>> GetEventsAsync(
        long subscription, HistoryFilter? filter = null, CancellationToken cancellationToken = default)
    {
        var arguments = new WampArguments().Add(subscription);
        if (filter is not null)
        {
            AddTo(arguments, filter);
        }

        var events = (await CallAsync("get_events", arguments, cancellationToken).ConfigureAwait(false)).Arguments;
        if (events.Count == 1 && events.IsList(0))
        {
            events = events.ListAt(0); // some routers give one list of them
        }

        return [.. Enumerable.Range(0, events.Count).Where(i => !events.IsNullOrMissing(i)).Select(i => new HistoricEvent(events.DictAt(i)))];
    }

    /// <inheritdoc cref="GetEventsAsync(long, HistoryFilter?, CancellationToken)"/>
    public Task<IReadOnlyList<HistoricEvent>> GetEventsAsync(
        WampSubscription subscription, HistoryFilter? filter = null, CancellationToken cancellationToken = default) =>
        GetEventsAsync(subscription.Id, filter, cancellationToken);

    private static void AddTo(WampArguments arguments, HistoryFilter filter)
    {
        if (filter.Reverse)
        {
            arguments.Add("reverse", true);
        }

        Add("limit", filter.Limit);
        Add("from_time", Text(filter.FromTime));
        Add("after_time", Text(filter.AfterTime));
        Add("before_time", Text(filter.BeforeTime));
        Add("until_time", Text(filter.UntilTime));
        Add("topic", filter.Topic);
        Add("from_publication", filter.FromPublication);
        Add("after_publication", filter.AfterPublication);
        Add("before_publication", filter.BeforePublication);
        Add("until_publication", filter.UntilPublication);

        void Add<T>(string keyword, T value)
        {
            if (value is not null)
            {
                arguments.Add(keyword, value);
            }
        }
    }

    /// <summary>RFC 3339, in UTC.</summary>
    private static string? Text(DateTimeOffset? time) =>
        time?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
