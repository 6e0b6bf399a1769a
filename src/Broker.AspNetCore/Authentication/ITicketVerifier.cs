namespace Broker.Authentication;

/// <summary>
/// Says whose ticket one is: an extension point, and what lets several kinds of tickets be taken side by side (<see
/// cref="TicketAuthenticator"/>). Thread-safe.
/// </summary>
public interface ITicketVerifier
{
    /// <summary>Whether the ticket alone does not say who shows it, so that HELLO must (TIC-07).</summary>
    bool NeedsAuthId { get; }

    /// <summary>Judges a ticket.</summary>
    /// <param name="request">Who wants to join what, from where.</param>
    /// <param name="ticket">
    /// AUTHENTICATE.Signature, or what <c>Authorization: Bearer</c> of the HTTP request held. To be compared in constant time.
    /// </param>
    /// <param name="cancellationToken">Canceled when the time for authentication is up.</param>
    /// <returns>
    /// <see cref="AuthenticationResult.Accepted"/> or <see cref="AuthenticationResult.Refused"/>; null when the ticket is not one of this
    /// kind, or wrong, so that the next verifier is asked.
    /// </returns>
    ValueTask<AuthenticationResult?> VerifyAsync(AuthenticationRequest request, string ticket, CancellationToken cancellationToken);

    /// <summary>
    /// Whether a client is one whose ticket this verifier has taken, and who may stay, see <see cref="IWampAuthenticator.StillAccepts"/>. A
    /// verifier that does not know without waiting says yes; beside others to its own <c>authprovider</c> only.
    /// </summary>
    /// <param name="client">The client.</param>
    bool StillAccepts(AcceptedClient client) => true;
}
