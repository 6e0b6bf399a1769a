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
/// <c>hash-secret</c> makes it. <c>wamp-scram</c>: <c>hash</c>. <c>cryptosign</c>: <c>pubkey</c> or <c>authorized_keys</c>, of which
/// <c>details.authextra.pubkey</c>, the key that the client has announced, must be one. A user without what the method needs is denied. That unknown
/// names take as long as others is up to the procedure.
/// </remarks>
public sealed class ProcedureUsers : IUserStore
{
    /// <summary>How many ways to look are remembered.</summary>
    private const int MostLooks = 16;

    private readonly PrincipalProcedure _procedure;
    private readonly MockCredentials _mocks = new();
    private readonly User _usual;
    private readonly bool _learns;
    private readonly Lock _lock = new();
    private volatile UnknownUsers _unknown;

    /// <param name="options">The procedure.</param>
    /// <param name="like">
    /// Users that look like those of the procedure, see <see cref="UnknownUsers"/>. Null: unknown names look like the users that it has told of, the
    /// first sixteen that differ in role or in salt and cost of their secrets; before the first, like one in the first role with a salted secret.
    /// </param>
    /// <param name="time">The clock; null for the system's.</param>
    public ProcedureUsers(ProcedureOptions options, UnknownUsers? like = null, TimeProvider? time = null)
    {
        _procedure = new PrincipalProcedure(options, time ?? TimeProvider.System);
        _usual = new User
        {
            AuthId = "",
            Roles = [options.Roles is [var role, ..] ? role : "user"],
            Ticket = TicketCredential.Plain(""),
            Cra = CraCredential.FromSecret("", CraSignature.DefaultIterations),
            Scram = ScramCredential.FromPassword("", ScramParameters.Pbkdf2(4096)),
        };
        _learns = like is null;
        _unknown = like ?? Unknowns([]);
    }

    /// <inheritdoc/>
    public UnknownUsers Unknown => _unknown;

    /// <inheritdoc/>
    public async ValueTask<User?> FindAsync(UserQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var details = RemotePrincipal.Details(query.Request, query.Method);
        var user = await _procedure.AskAsync(query.Request, query.AuthId, details, cancellationToken).ConfigureAwait(false);
        if (_learns && (user?.Cra is not null || user?.Scram is not null))
        {
            Learn(user);
        }

        return user;
    }

    /// <inheritdoc/>
    public bool StillKnows(AcceptedClient client) => client?.Identity.AuthProvider == PrincipalProcedure.Provider;

    private UnknownUsers Unknowns(IEnumerable<User> like) => new(like, _usual) { Provider = PrincipalProcedure.Provider };

    /// <summary>Notes what a user looks like, and nothing of its secrets.</summary>
    private void Learn(User user)
    {
        var look = UnknownUsers.LookOf(user);
        lock (_lock)
        {
            var seen = _unknown.Like;
            if (seen.Count < MostLooks && seen.All(one => one.AuthId != look))
            {
                var stripped = new User
                {
                    AuthId = look,
                    Roles = user.Roles,
                    Cra = user.Cra is { } cra ? _mocks.Cra("", cra) : null,
                    Scram = user.Scram is { } scram ? _mocks.Scram("", scram.Parameters) : null,
                };
                _unknown = Unknowns([.. seen, stripped]);
            }
        }
    }
}
