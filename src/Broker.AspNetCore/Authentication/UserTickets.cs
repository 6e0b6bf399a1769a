namespace Broker.Authentication;

/// <summary>Tickets that users have been given for good, or until they are replaced.</summary>
/// <param name="users">The users.</param>
public sealed class UserTickets(IUserStore users) : ITicketVerifier
{
    /// <inheritdoc/>
    public bool NeedsAuthId => true;

    /// <inheritdoc/>
    public async ValueTask<AuthenticationResult?> VerifyAsync(
        AuthenticationRequest request, string ticket, CancellationToken cancellationToken)
    {
        if (request.AuthId is not { Length: > 0 } authId)
        {
            return null;
        }

        // A name that nobody has goes the same way to the same answer.
        var user = await users.FindAsync(new UserQuery(request, AuthMethods.Ticket, authId), cancellationToken).ConfigureAwait(false);
        var unknown = users.Unknown.Ticket(authId);
        var isRight = await (user?.Ticket ?? unknown).IsTicketAsync(request, ticket, cancellationToken).ConfigureAwait(false);
        if (isRight && user is not null)
        {
            return Verdict.Accept(request, user, AuthMethods.Ticket);
        }

        request.IsProofWrong = true;
        return null;
    }

    /// <inheritdoc/>
    public bool StillAccepts(AcceptedClient client) => users.StillKnows(client);
}
