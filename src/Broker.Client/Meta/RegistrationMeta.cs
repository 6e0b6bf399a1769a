namespace Broker.Client.Meta;

/// <summary>The registrations of the realm, whoever made them (WAMP specification, "Registration Meta API"). Thread-safe.</summary>
public sealed class RegistrationMeta : UriMeta<RegistrationDetails>
{
    internal RegistrationMeta(WampClient client)
        : base(client, "registration", "register", MetaValues.Registration)
    {
    }

    /// <summary>The id of the registration that gets the calls of a procedure (<c>wamp.registration.match</c>).</summary>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="WampException">The router refused, or has no such API.</exception>
    public async Task<long?> MatchAsync(string procedure, CancellationToken cancellationToken = default) =>
        MetaValues.IdOrNull(await CallAsync("match", [procedure], cancellationToken).ConfigureAwait(false));

    /// <summary>The session ids of the callees (<c>wamp.registration.list_callees</c>).</summary>
    /// <exception cref="WampException">There is no such registration (<c>wamp.error.no_such_registration</c>); the router refused, or has no such API.</exception>
    public async Task<IReadOnlyList<long>> ListCalleesAsync(long registration, CancellationToken cancellationToken = default) =>
        MetaValues.Ids((await CallAsync("list_callees", [registration], cancellationToken).ConfigureAwait(false)).Arguments, 0);

    /// <summary>How many callees there are (<c>wamp.registration.count_callees</c>).</summary>
    /// <inheritdoc cref="ListCalleesAsync"/>
    public async Task<long> CountCalleesAsync(long registration, CancellationToken cancellationToken = default) =>
        (await CallAsync("count_callees", [registration], cancellationToken).ConfigureAwait(false)).Arguments.Get<long>(0);
}
