namespace Broker.Authentication.Remote;

/// <summary>
/// Has a WAMP procedure find users, for <c>wampcra</c>, <c>wamp-scram</c> and <c>cryptosign</c> (Crossbar.io's dynamic authenticator);
/// tickets are judged by <see cref="ProcedureTickets"/>. It is called as <c>(realm, authid, details)</c> with <c>details.authmethod</c>,
/// and returns a dict with <c>role</c> or <c>roles</c>, maybe <c>authid</c>, <c>extra</c> and <c>expires</c> (Unix seconds), and what the
/// method needs; null, <c>false</c> or an ERROR of its own: there is no such user. A procedure that is not there, fails or takes too long
/// lets nobody in.
/// </summary>
/// <remarks>
/// <c>wampcra</c>: <c>secret</c>, or with <c>salt</c>, <c>iterations</c> and <c>keylen</c> the key derived from it; or <c>hash</c>, as
/// <c>hash-secret</c> makes it. <c>wamp-scram</c>: <c>hash</c>. <c>cryptosign</c>: <c>pubkey</c> or <c>authorized_keys</c>; without them
/// the answer counts for <c>details.authextra.pubkey</c>, the key that the client has announced. That unknown names take as long as others
/// is up to the procedure.
/// </remarks>
/// <param name="options">The procedure.</param>
/// <param name="like">
/// Users that look like those of the procedure, see <see cref="UnknownUsers"/>; null: they have unsalted secrets and cheap hashes.
/// </param>
/// <param name="time">The clock; null for the system's.</param>
public sealed class ProcedureUsers(ProcedureOptions options, UnknownUsers? like = null, TimeProvider? time = null) : IUserStore
{
    private readonly PrincipalProcedure _procedure = new(options, time ?? TimeProvider.System);

    /// <inheritdoc/>
    public UnknownUsers Unknown { get; } = like ?? new UnknownUsers([]) { Provider = PrincipalProcedure.Provider };

    /// <inheritdoc/>
    public async ValueTask<User?> FindAsync(UserQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var details = RemotePrincipal.Details(query.Request, query.Method);
        var user = await _procedure.AskAsync(query.Request, query.AuthId, details, cancellationToken).ConfigureAwait(false);
        return user is { AuthorizedKeys.Count: 0 } && query.PublicKey is { } key ? user with { AuthorizedKeys = [key] } : user;
    }

    /// <inheritdoc/>
    public bool StillKnows(AcceptedClient client) => client?.Identity.AuthProvider == PrincipalProcedure.Provider;
}
