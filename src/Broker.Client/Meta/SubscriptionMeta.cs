using Broker.Options;

namespace Broker.Client.Meta;

/// <summary>The subscriptions of the realm, whoever made them (WAMP specification, "Subscription Meta API" and "Event History"). Thread-safe.</summary>
public sealed class SubscriptionMeta : UriMeta<SubscriptionDetails>
{
    internal SubscriptionMeta(WampClient client)
        : base(client, "subscription", "subscribe", MetaValues.Subscription)
    {
    }

    /// <summary>The ids of the subscriptions that get the events of a topic (<c>wamp.subscription.match</c>).</summary>
    /// <exception cref="WampException">The router refused, or has no such API.</exception>
    public async Task<IReadOnlyList<long>> MatchAsync(string topic, CancellationToken cancellationToken = default) =>
        MetaValues.Ids((await CallAsync("match", [topic], cancellationToken).ConfigureAwait(false)).Arguments, 0);

    /// <summary>The session ids of the subscribers (<c>wamp.subscription.list_subscribers</c>).</summary>
    /// <exception cref="WampException">There is no such subscription (<c>wamp.error.no_such_subscription</c>); the router refused, or has no such API.</exception>
    public async Task<IReadOnlyList<long>> ListSubscribersAsync(long subscription, CancellationToken cancellationToken = default) =>
        MetaValues.Ids((await CallAsync("list_subscribers", [subscription], cancellationToken).ConfigureAwait(false)).Arguments, 0);

    /// <summary>How many subscribers there are (<c>wamp.subscription.count_subscribers</c>).</summary>
    /// <inheritdoc cref="ListSubscribersAsync"/>
    public async Task<long> CountSubscribersAsync(long subscription, CancellationToken cancellationToken = default) =>
        (await CallAsync("count_subscribers", [subscription], cancellationToken).ConfigureAwait(false)).Arguments.Get<long>(0);

    /// <summary>
    /// Events that the router has kept for a subscription (<c>wamp.subscription.get_events</c>; WAMP specification, "Event History").
    /// </summary>
    /// <param name="subscription">The id of the subscription.</param>
    /// <param name="filter">Which events; null: all that are kept.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>
    /// The events in the order in which the router took them, or backwards if the filter says so. None if the router keeps none. One whose
    /// payload cannot be unpacked is left out and told to <see cref="WampClientOptions.HandlerFailed"/>, as it would have been when it was
    /// published. <see cref="HistoricEvents.LeftOut"/> tells how many the router itself had to leave out.
    /// </returns>
    /// <exception cref="WampException">
    /// There is no such subscription (<c>wamp.error.no_such_subscription</c>); the router refused, cannot make sense of the filter, or has
    /// no such API.
    /// </exception>
    public Task<HistoricEvents> GetEventsAsync(
        long subscription, HistoryFilter? filter = null, CancellationToken cancellationToken = default) =>
        GetEventsAsync(subscription, "", filter, cancellationToken);

    /// <inheritdoc cref="GetEventsAsync(long, HistoryFilter?, CancellationToken)"/>
    public Task<HistoricEvents> GetEventsAsync(
        WampSubscription subscription, HistoryFilter? filter = null, CancellationToken cancellationToken = default) =>
        GetEventsAsync(subscription.Id, subscription.Topic, filter, cancellationToken);

    private async Task<HistoricEvents> GetEventsAsync(
        long subscription, string topic, HistoryFilter? filter, CancellationToken cancellationToken)
    {
        var arguments = new WampArguments().Add(subscription);
        if (filter is { } wanted)
        {
            arguments.AddKeywords(wanted);
        }

        var result = await CallAsync("get_events", arguments, cancellationToken).ConfigureAwait(false);
        var events = result.Arguments;
        if (events.Count == 1 && events.IsList(0))
        {
            events = events.ListAt(0); // some routers give one list of them
        }

        var readable = new List<HistoricEvent>();
        for (var i = 0; i < events.Count; i++)
        {
            if (events.IsNullOrMissing(i))
            {
                continue;
            }

            var historic = new HistoricEvent(events.DictAt(i));
            if (historic.TryOpen(Client.Link, topic))
            {
                readable.Add(historic);
            }
        }

        return new HistoricEvents(readable, result.ArgumentsKw);
    }
}
