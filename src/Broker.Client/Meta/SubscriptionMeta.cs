using Broker.Uris;

namespace Broker.Client.Meta;

/// <summary>The subscriptions of the realm, whoever made them (WAMP specification, "Subscription Meta API" and "Event History"). Thread-safe.</summary>
public sealed partial class SubscriptionMeta
{
    private readonly WampClient _client;

    internal SubscriptionMeta(WampClient client) => _client = client;

    /// <summary>The ids of all subscriptions (<c>wamp.subscription.list</c>).</summary>
    /// <exception cref="WampException">The router refused, or has no such API.</exception>
    public async Task<IdsByMatch> ListAsync(CancellationToken cancellationToken = default) =>
        MetaValues.ByMatch(await CallAsync("list", [], cancellationToken).ConfigureAwait(false));

    /// <summary>The id of the subscription of exactly this URI and match policy (<c>wamp.subscription.lookup</c>).</summary>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="WampException">The router refused, or has no such API.</exception>
    public async Task<long?> LookupAsync(string uri, MatchPolicy match = MatchPolicy.Exact, CancellationToken cancellationToken = default)
    {
        var options = new Dictionary<string, string> { ["match"] = MetaValues.NameOf(match) };
        return MetaValues.IdOrNull(await CallAsync("lookup", new WampArguments().Add(uri).Add(options), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The ids of the subscriptions that get the events of a topic (<c>wamp.subscription.match</c>).</summary>
    /// <exception cref="WampException">The router refused, or has no such API.</exception>
    public async Task<IReadOnlyList<long>> MatchAsync(string topic, CancellationToken cancellationToken = default)
    {
        var result = await CallAsync("match", [topic], cancellationToken).ConfigureAwait(false);
        return MetaValues.Ids(result.Arguments, 0);
    }

    /// <summary>A subscription (<c>wamp.subscription.get</c>).</summary>
    /// <exception cref="WampException">There is none (<c>wamp.error.no_such_subscription</c>); the router refused, or has no such API.</exception>
    public async Task<SubscriptionDetails> GetAsync(long subscription, CancellationToken cancellationToken = default)
    {
        var result = await CallAsync("get", [subscription], cancellationToken).ConfigureAwait(false);
        return MetaValues.Subscription(result.Arguments.DictAt(0));
    }

    /// <summary>The session ids of the subscribers (<c>wamp.subscription.list_subscribers</c>).</summary>
    /// <exception cref="WampException">There is no such subscription (<c>wamp.error.no_such_subscription</c>); the router refused, or has no such API.</exception>
    public async Task<IReadOnlyList<long>> ListSubscribersAsync(long subscription, CancellationToken cancellationToken = default)
    {
        var result = await CallAsync("list_subscribers", [subscription], cancellationToken).ConfigureAwait(false);
        return MetaValues.Ids(result.Arguments, 0);
    }

    /// <summary>How many subscribers there are (<c>wamp.subscription.count_subscribers</c>).</summary>
    /// <inheritdoc cref="ListSubscribersAsync"/>
    public async Task<long> CountSubscribersAsync(long subscription, CancellationToken cancellationToken = default)
    {
        var result = await CallAsync("count_subscribers", [subscription], cancellationToken).ConfigureAwait(false);
        return result.Arguments.Get<long>(0);
    }

    /// <summary>Subscribes to subscriptions that are made (<c>wamp.subscription.on_create</c>).</summary>
    /// <param name="handler">As with <see cref="WampClient.SubscribeAsync(string, Action{WampEvent}, SubscribeOptions, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="WampException">The router refused.</exception>
    public Task<WampSubscription> SubscribeCreatedAsync(Action<SubscriptionCreated> handler, CancellationToken cancellationToken = default) =>
        _client.SubscribeAsync("wamp.subscription.on_create", published => handler(Created(published)), cancellationToken: cancellationToken);

    /// <inheritdoc cref="SubscribeCreatedAsync(Action{SubscriptionCreated}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeCreatedAsync(Func<SubscriptionCreated, ValueTask> handler, CancellationToken cancellationToken = default) =>
        _client.SubscribeAsync("wamp.subscription.on_create", published => handler(Created(published)), cancellationToken: cancellationToken);

    /// <summary>Subscribes to sessions that become subscribers, the first included (<c>wamp.subscription.on_subscribe</c>).</summary>
    /// <inheritdoc cref="SubscribeCreatedAsync(Action{SubscriptionCreated}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeAddedAsync(Action<SubscriptionChange> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_subscribe", handler, cancellationToken);

    /// <inheritdoc cref="SubscribeAddedAsync(Action{SubscriptionChange}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeAddedAsync(Func<SubscriptionChange, ValueTask> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_subscribe", handler, cancellationToken);

    /// <summary>Subscribes to sessions that are no longer subscribers, the last included (<c>wamp.subscription.on_unsubscribe</c>).</summary>
    /// <inheritdoc cref="SubscribeCreatedAsync(Action{SubscriptionCreated}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeRemovedAsync(Action<SubscriptionChange> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_unsubscribe", handler, cancellationToken);

    /// <inheritdoc cref="SubscribeRemovedAsync(Action{SubscriptionChange}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeRemovedAsync(Func<SubscriptionChange, ValueTask> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_unsubscribe", handler, cancellationToken);

    /// <summary>Subscribes to subscriptions whose last subscriber has gone (<c>wamp.subscription.on_delete</c>).</summary>
    /// <inheritdoc cref="SubscribeCreatedAsync(Action{SubscriptionCreated}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeDeletedAsync(Action<SubscriptionChange> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_delete", handler, cancellationToken);

    /// <inheritdoc cref="SubscribeDeletedAsync(Action{SubscriptionChange}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeDeletedAsync(Func<SubscriptionChange, ValueTask> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_delete", handler, cancellationToken);

    private static SubscriptionCreated Created(WampEvent published) =>
        new(published.Arguments.Get<long>(0), MetaValues.Subscription(published.Arguments.DictAt(1)));

    private static SubscriptionChange Change(WampEvent published) => new(published.Arguments.Get<long>(0), published.Arguments.Get<long>(1));

    private Task<WampSubscription> SubscribeAsync(string topic, Action<SubscriptionChange> handler, CancellationToken cancellationToken) =>
        _client.SubscribeAsync("wamp.subscription." + topic, published => handler(Change(published)), cancellationToken: cancellationToken);

    private Task<WampSubscription> SubscribeAsync(string topic, Func<SubscriptionChange, ValueTask> handler, CancellationToken cancellationToken) =>
        _client.SubscribeAsync("wamp.subscription." + topic, published => handler(Change(published)), cancellationToken: cancellationToken);

    private Task<WampResult> CallAsync(string procedure, WampArguments arguments, CancellationToken cancellationToken) =>
        _client.CallAsync("wamp.subscription." + procedure, arguments, cancellationToken: cancellationToken);
}
