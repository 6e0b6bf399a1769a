using Broker.Uris;

namespace Broker.Client.Meta;

/// <summary>The registrations of the realm, whoever made them (WAMP specification, "Registration Meta API"). Thread-safe.</summary>
public sealed class RegistrationMeta
{
    private readonly WampClient _client;

    internal RegistrationMeta(WampClient client) => _client = client;

    /// <summary>The ids of all registrations (<c>wamp.registration.list</c>).</summary>
    /// <exception cref="WampException">The router refused, or has no such API.</exception>
    public async Task<IdsByMatch> ListAsync(CancellationToken cancellationToken = default) =>
        MetaValues.ByMatch(await CallAsync("list", [], cancellationToken).ConfigureAwait(false));

    /// <summary>The id of the registration of exactly this URI and match policy (<c>wamp.registration.lookup</c>).</summary>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="WampException">The router refused, or has no such API.</exception>
    public async Task<long?> LookupAsync(string uri, MatchPolicy match = MatchPolicy.Exact, CancellationToken cancellationToken = default)
    {
        var options = new Dictionary<string, string> { ["match"] = MetaValues.NameOf(match) };
        return MetaValues.IdOrNull(await CallAsync("lookup", new WampArguments().Add(uri).Add(options), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The id of the registration that gets the calls of a procedure (<c>wamp.registration.match</c>).</summary>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="WampException">The router refused, or has no such API.</exception>
    public async Task<long?> MatchAsync(string procedure, CancellationToken cancellationToken = default) =>
        MetaValues.IdOrNull(await CallAsync("match", [procedure], cancellationToken).ConfigureAwait(false));

    /// <summary>A registration (<c>wamp.registration.get</c>).</summary>
    /// <exception cref="WampException">There is none (<c>wamp.error.no_such_registration</c>); the router refused, or has no such API.</exception>
    public async Task<RegistrationDetails> GetAsync(long registration, CancellationToken cancellationToken = default)
    {
        var result = await CallAsync("get", [registration], cancellationToken).ConfigureAwait(false);
        return MetaValues.Registration(result.Arguments.DictAt(0));
    }

    /// <summary>The session ids of the callees (<c>wamp.registration.list_callees</c>).</summary>
    /// <exception cref="WampException">There is no such registration (<c>wamp.error.no_such_registration</c>); the router refused, or has no such API.</exception>
    public async Task<IReadOnlyList<long>> ListCalleesAsync(long registration, CancellationToken cancellationToken = default)
    {
        var result = await CallAsync("list_callees", [registration], cancellationToken).ConfigureAwait(false);
        return MetaValues.Ids(result.Arguments, 0);
    }

    /// <summary>How many callees there are (<c>wamp.registration.count_callees</c>).</summary>
    /// <inheritdoc cref="ListCalleesAsync"/>
    public async Task<long> CountCalleesAsync(long registration, CancellationToken cancellationToken = default)
    {
        var result = await CallAsync("count_callees", [registration], cancellationToken).ConfigureAwait(false);
        return result.Arguments.Get<long>(0);
    }

    /// <summary>Subscribes to registrations that are made (<c>wamp.registration.on_create</c>).</summary>
    /// <param name="handler">As with <see cref="WampClient.SubscribeAsync(string, Action{WampEvent}, SubscribeOptions, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="WampException">The router refused.</exception>
    public Task<WampSubscription> SubscribeCreatedAsync(Action<RegistrationCreated> handler, CancellationToken cancellationToken = default) =>
        _client.SubscribeAsync("wamp.registration.on_create", published => handler(Created(published)), cancellationToken: cancellationToken);

    /// <inheritdoc cref="SubscribeCreatedAsync(Action{RegistrationCreated}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeCreatedAsync(Func<RegistrationCreated, ValueTask> handler, CancellationToken cancellationToken = default) =>
        _client.SubscribeAsync("wamp.registration.on_create", published => handler(Created(published)), cancellationToken: cancellationToken);

    /// <summary>Subscribes to sessions that become callees, the first included (<c>wamp.registration.on_register</c>).</summary>
    /// <inheritdoc cref="SubscribeCreatedAsync(Action{RegistrationCreated}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeAddedAsync(Action<RegistrationChange> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_register", handler, cancellationToken);

    /// <inheritdoc cref="SubscribeAddedAsync(Action{RegistrationChange}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeAddedAsync(Func<RegistrationChange, ValueTask> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_register", handler, cancellationToken);

    /// <summary>Subscribes to sessions that are no longer callees, the last included (<c>wamp.registration.on_unregister</c>).</summary>
    /// <inheritdoc cref="SubscribeCreatedAsync(Action{RegistrationCreated}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeRemovedAsync(Action<RegistrationChange> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_unregister", handler, cancellationToken);

    /// <inheritdoc cref="SubscribeRemovedAsync(Action{RegistrationChange}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeRemovedAsync(Func<RegistrationChange, ValueTask> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_unregister", handler, cancellationToken);

    /// <summary>Subscribes to registrations whose last callee has gone (<c>wamp.registration.on_delete</c>).</summary>
    /// <inheritdoc cref="SubscribeCreatedAsync(Action{RegistrationCreated}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeDeletedAsync(Action<RegistrationChange> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_delete", handler, cancellationToken);

    /// <inheritdoc cref="SubscribeDeletedAsync(Action{RegistrationChange}, CancellationToken)"/>
    public Task<WampSubscription> SubscribeDeletedAsync(Func<RegistrationChange, ValueTask> handler, CancellationToken cancellationToken = default) =>
        SubscribeAsync("on_delete", handler, cancellationToken);

    private static RegistrationCreated Created(WampEvent published) =>
        new(published.Arguments.Get<long>(0), MetaValues.Registration(published.Arguments.DictAt(1)));

    private static RegistrationChange Change(WampEvent published) => new(published.Arguments.Get<long>(0), published.Arguments.Get<long>(1));

    private Task<WampSubscription> SubscribeAsync(string topic, Action<RegistrationChange> handler, CancellationToken cancellationToken) =>
        _client.SubscribeAsync("wamp.registration." + topic, published => handler(Change(published)), cancellationToken: cancellationToken);

    private Task<WampSubscription> SubscribeAsync(string topic, Func<RegistrationChange, ValueTask> handler, CancellationToken cancellationToken) =>
        _client.SubscribeAsync("wamp.registration." + topic, published => handler(Change(published)), cancellationToken: cancellationToken);

    private Task<WampResult> CallAsync(string procedure, WampArguments arguments, CancellationToken cancellationToken) =>
        _client.CallAsync("wamp.registration." + procedure, arguments, cancellationToken: cancellationToken);
}
