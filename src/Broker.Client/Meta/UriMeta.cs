using Broker.Uris;

namespace Broker.Client.Meta;

/// <summary>
/// What the meta APIs of subscriptions and of registrations have in common: both are URIs, or patterns of URIs, that sessions come to and
/// go from. Thread-safe.
/// </summary>
/// <typeparam name="TDetails">What the router tells of one.</typeparam>
public abstract class UriMeta<TDetails>
{
    private readonly string _prefix;
    private readonly string _join;
    private readonly Func<ReceivedDict, TDetails> _read;

    /// <param name="client">The client.</param>
    /// <param name="kind">As in the names of procedures and topics: <c>subscription</c> or <c>registration</c>.</param>
    /// <param name="join">What a session does that comes: <c>subscribe</c> or <c>register</c>.</param>
    /// <param name="read">Reads what the router tells of one.</param>
    private protected UriMeta(WampClient client, string kind, string join, Func<ReceivedDict, TDetails> read)
    {
        Client = client;
        _prefix = $"wamp.{kind}.";
        _join = join;
        _read = read;
    }

    private protected WampClient Client { get; }

    /// <summary>The ids of all (<c>list</c>).</summary>
    /// <exception cref="WampException">The router refused, or has no such API.</exception>
    public async Task<IdsByMatch> ListAsync(CancellationToken cancellationToken = default) =>
        MetaValues.ByMatch(await CallAsync("list", [], cancellationToken).ConfigureAwait(false));

    /// <summary>The id of the one with exactly this URI and match policy (<c>lookup</c>).</summary>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="WampException">The router refused, or has no such API.</exception>
    public async Task<long?> LookupAsync(string uri, MatchPolicy match = MatchPolicy.Exact, CancellationToken cancellationToken = default)
    {
        var options = new Dictionary<string, string> { ["match"] = MetaValues.NameOf(match) };
        return MetaValues.IdOrNull(await CallAsync("lookup", new WampArguments().Add(uri).Add(options), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>One of them (<c>get</c>).</summary>
    /// <exception cref="WampException">
    /// There is none (<c>wamp.error.no_such_subscription</c>, <c>wamp.error.no_such_registration</c>); the router refused, or has no such
    /// API.
    /// </exception>
    public async Task<TDetails> GetAsync(long id, CancellationToken cancellationToken = default) =>
        _read((await CallAsync("get", [id], cancellationToken).ConfigureAwait(false)).Arguments.DictAt(0));

    /// <summary>Subscribes to those that are made (<c>on_create</c>).</summary>
    /// <param name="handler">
    /// As with <see cref="WampClient.SubscribeAsync(string, Action{WampEvent}, SubscribeOptions, CancellationToken)"/>.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="WampException">The router refused.</exception>
    public Task<WampSubscription> SubscribeCreatedAsync(Action<MetaCreated<TDetails>> handler, CancellationToken cancellationToken = default) =>
        Client.SubscribeAsync(_prefix + "on_create", published => handler(Created(published)), cancellationToken: cancellationToken);

    /// <inheritdoc cref="SubscribeCreatedAsync(Action{MetaCreated{TDetails}}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeCreatedAsync(Func<MetaCreated<TDetails>, ValueTask> handler, CancellationToken cancellationToken = default) =>
        Client.SubscribeAsync(_prefix + "on_create", published => handler(Created(published)), cancellationToken: cancellationToken);

    /// <summary>Subscribes to sessions that come to one, the first included (<c>on_subscribe</c>, <c>on_register</c>).</summary>
    /// <inheritdoc cref="SubscribeCreatedAsync(Action{MetaCreated{TDetails}}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeAddedAsync(Action<MetaChange> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_" + _join, handler, cancellationToken);

    /// <inheritdoc cref="SubscribeAddedAsync(Action{MetaChange}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeAddedAsync(Func<MetaChange, ValueTask> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_" + _join, handler, cancellationToken);

    /// <summary>Subscribes to sessions that leave one, the last included (<c>on_unsubscribe</c>, <c>on_unregister</c>).</summary>
    /// <inheritdoc cref="SubscribeCreatedAsync(Action{MetaCreated{TDetails}}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeRemovedAsync(Action<MetaChange> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_un" + _join, handler, cancellationToken);

    /// <inheritdoc cref="SubscribeRemovedAsync(Action{MetaChange}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeRemovedAsync(Func<MetaChange, ValueTask> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_un" + _join, handler, cancellationToken);

    /// <summary>Subscribes to those whose last session has gone (<c>on_delete</c>).</summary>
    /// <inheritdoc cref="SubscribeCreatedAsync(Action{MetaCreated{TDetails}}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeDeletedAsync(Action<MetaChange> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_delete", handler, cancellationToken);

    /// <inheritdoc cref="SubscribeDeletedAsync(Action{MetaChange}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeDeletedAsync(Func<MetaChange, ValueTask> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_delete", handler, cancellationToken);

    private protected Task<WampResult> CallAsync(string procedure, WampArguments arguments, CancellationToken cancellationToken) =>
        Client.CallAsync(_prefix + procedure, arguments, cancellationToken: cancellationToken);

    private MetaCreated<TDetails> Created(WampEvent published) => new(published.Arguments.Get<long>(0), _read(published.Arguments.DictAt(1)));

    private static MetaChange Change(WampEvent published) => new(published.Arguments.Get<long>(0), published.Arguments.Get<long>(1));

    private Task<WampSubscription> SubscribeAsync(string topic, Action<MetaChange> handler, CancellationToken cancellationToken) =>
        Client.SubscribeAsync(_prefix + topic, published => handler(Change(published)), cancellationToken: cancellationToken);

    private Task<WampSubscription> SubscribeAsync(string topic, Func<MetaChange, ValueTask> handler, CancellationToken cancellationToken) =>
        Client.SubscribeAsync(_prefix + topic, published => handler(Change(published)), cancellationToken: cancellationToken);
}
