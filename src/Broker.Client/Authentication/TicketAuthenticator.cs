using Broker.Authentication;

namespace Broker.Client.Authentication;

/// <summary>Sends a secret, maybe a token of a third party such as a JWT (WAMP specification, "Ticket-based Authentication").</summary>
public sealed class TicketAuthenticator : IWampClientAuthenticator
{
    private readonly Func<CancellationToken, ValueTask<string>> _ticket;

    /// <summary>With a ticket that stays the same.</summary>
    public TicketAuthenticator(string authId, string ticket)
        : this(authId, _ => ValueTask.FromResult(ticket))
    {
        CanReauthenticate = false;
    }

    /// <summary>
    /// With a ticket that is fetched each time it is asked for: a token that expires. A router of this kind asks again before the session
    /// would end with its token.
    /// </summary>
    /// <param name="authId">Who the client is.</param>
    /// <param name="ticket">Gives the ticket. Its token is canceled when the session takes too long to join.</param>
    public TicketAuthenticator(string authId, Func<CancellationToken, ValueTask<string>> ticket)
    {
        AuthId = authId;
        _ticket = ticket;
        CanReauthenticate = true;
    }

    /// <inheritdoc/>
    public string Method => AuthMethods.Ticket;

    /// <inheritdoc/>
    public string AuthId { get; }

    /// <inheritdoc/>
    public bool CanReauthenticate { get; }

    /// <summary>
    /// Whether the ticket may go over a connection without TLS to another machine: everybody on the way can read it and use it. Off by
    /// default.
    /// </summary>
    public bool AllowUnencrypted { get; init; }

    /// <inheritdoc/>
    public AuthenticationExchange Begin(WampClientOptions options) => AllowUnencrypted || options.Url.Scheme == "wss" || options.Url.IsLoopback
        ? new Exchange(_ticket)
        : throw new ArgumentException(
            $"A ticket would be readable on its way to {options.Url}: use wss://, or set {nameof(AllowUnencrypted)} where the network itself is safe.",
            nameof(options));

    private sealed class Exchange(Func<CancellationToken, ValueTask<string>> ticket) : AuthenticationExchange
    {
        public override async ValueTask<AuthenticationAnswer> AnswerAsync(AuthenticationChallenge challenge, CancellationToken cancellationToken) =>
            new(await ticket(cancellationToken).ConfigureAwait(false));
    }
}
