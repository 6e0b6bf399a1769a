namespace Broker.Authentication.Remote;

/// <summary>
/// Has a WAMP procedure judge tickets (Crossbar.io's dynamic authenticator). It is called as <c>(realm, authid, details)</c>, with the
/// ticket as <c>details.ticket</c>, judges that, and returns a role, or a dict with <c>role</c> or <c>roles</c> and maybe <c>authid</c>, <c>extra</c>
/// and <c>expires</c> (Unix seconds); null, <c>false</c> or an ERROR of its own deny. If it tells the user's <c>secret</c> or <c>hash</c>, the router
/// sees whether the ticket is that one. A procedure that is not there, fails or takes too long lets nobody in.
/// </summary>
/// <param name="options">The procedure.</param>
/// <param name="time">The clock; null for the system's.</param>
public sealed class ProcedureTickets(ProcedureOptions options, TimeProvider? time = null) : ITicketVerifier
{
    private readonly PrincipalProcedure _procedure = new(options, time ?? TimeProvider.System);

    /// <inheritdoc/>
    public bool NeedsAuthId => true;

    /// <inheritdoc/>
    public async ValueTask<AuthenticationResult?> VerifyAsync(
        AuthenticationRequest request, string ticket, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var details = RemotePrincipal.Details(request, AuthMethods.Ticket);
        details["ticket"] = ticket;
        var user = await _procedure.AskAsync(request, request.AuthId, details, cancellationToken).ConfigureAwait(false);
        return user is not null && await RemotePrincipal.IsTicketAsync(user, request, ticket, cancellationToken).ConfigureAwait(false)
            ? Verdict.Accept(request, user, AuthMethods.Ticket)
            : null;
    }

    /// <inheritdoc/>
    public bool StillAccepts(AcceptedClient client) => client?.Identity.AuthProvider == PrincipalProcedure.Provider;
}
