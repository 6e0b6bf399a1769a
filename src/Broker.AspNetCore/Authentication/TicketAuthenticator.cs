namespace Broker.Authentication;

/// <summary>
/// Method <c>ticket</c>: the client shows a secret, or a token of a third party (WAMP specification, "Ticket-based Authentication"). One
/// that comes as <c>Authorization: Bearer</c> with the HTTP request of a WebSocket is taken without a CHALLENGE.
/// </summary>
public sealed class TicketAuthenticator : IWampAuthenticator
{
    private const string BearerScheme = "Bearer ";

    private readonly IReadOnlyList<ITicketVerifier> _verifiers;
    private readonly bool _needsAuthId;

    /// <param name="verifiers">Who knows tickets: asked one after the other, until one says whose the ticket is.</param>
    public TicketAuthenticator(params IReadOnlyList<ITicketVerifier> verifiers)
    {
        ArgumentOutOfRangeException.ThrowIfZero(verifiers.Count, nameof(verifiers));
        _verifiers = verifiers;
        _needsAuthId = verifiers.All(verifier => verifier.NeedsAuthId);
    }

    /// <summary>The tickets of users.</summary>
    public TicketAuthenticator(IUserStore users)
        : this(new UserTickets(users))
    {
    }

    /// <inheritdoc/>
    public string Method => AuthMethods.Ticket;

    /// <summary>
    /// Whether tickets are taken over connections without TLS from other machines, where everybody on the way can read and use them. Off by
    /// default; a proxy that ends TLS must be trusted, so that the router learns of it.
    /// </summary>
    public bool AllowUnencrypted { get; init; }

    /// <inheritdoc/>
    public async ValueTask<AuthenticationResult> BeginAsync(AuthenticationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Verdict.Readable(request.Transport, AllowUnencrypted, "Tickets") is { } readable)
        {
            return readable;
        }

        if (_needsAuthId && request.AuthId is not { Length: > 0 })
        {
            return Verdict.WithoutAuthId(Method);
        }

        var header = request.IsRenewal ? null : request.Transport.Header("Authorization");
        if (header?.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase) != true)
        {
            return new AuthenticationResult.Challenge([], State: null);
        }

        request.HasShownProof = true;
        return await VerifyAsync(request, header[BearerScheme.Length..].Trim(), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<AuthenticationResult> ContinueAsync(
        AuthenticationRequest request, object? state, AuthenticationAnswer answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return VerifyAsync(request, answer.Signature, cancellationToken);
    }

    /// <inheritdoc/>
    public bool StillAccepts(AcceptedClient client) => _verifiers.Any(verifier => verifier.StillAccepts(client));

    private async ValueTask<AuthenticationResult> VerifyAsync(
        AuthenticationRequest request, string ticket, CancellationToken cancellationToken)
    {
        foreach (var verifier in _verifiers)
        {
            if (await verifier.VerifyAsync(request, ticket, cancellationToken).ConfigureAwait(false) is { } result)
            {
                return result;
            }
        }

        return Verdict.Denied;
    }
}
