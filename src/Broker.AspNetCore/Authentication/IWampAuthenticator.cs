namespace Broker.Authentication;

/// <summary>
/// Authenticates sessions by one method: an extension point. One instance serves all connections of a realm at once: it must be
/// thread-safe, and keep what belongs to one attempt in <see cref="AuthenticationResult.Challenge.State"/>. An exception is logged and
/// refuses the session by <c>wamp.error.authentication_failed</c>.
/// </summary>
public interface IWampAuthenticator
{
    /// <summary>The authentication method as HELLO names it in <c>authmethods</c>, such as <c>ticket</c>.</summary>
    string Method { get; }

    /// <summary>
    /// Answers HELLO. What needs no waiting completes synchronously; while it waits, nothing further is read from the connection. A client that leaves meanwhile, or
    /// whose time is up, has failed (<see cref="AttemptLimits"/>) only if <see cref="AuthenticationRequest.HasShownProof"/> says so.
    /// </summary>
    /// <param name="request">Who wants to join, from where.</param>
    /// <param name="cancellationToken">Canceled when the time for authentication is up.</param>
    ValueTask<AuthenticationResult> BeginAsync(AuthenticationRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Answers AUTHENTICATE: by a result, or by another challenge (AUT-06). Methods that send no CHALLENGE leave it as it is.
    /// </summary>
    /// <param name="request">The same as before.</param>
    /// <param name="state">The state of the challenge that is answered.</param>
    /// <param name="answer">What AUTHENTICATE says.</param>
    /// <param name="cancellationToken">Canceled when the time for authentication is up.</param>
    ValueTask<AuthenticationResult> ContinueAsync(
        AuthenticationRequest request, object? state, AuthenticationAnswer answer, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"The method {Method} sends no CHALLENGE.");

    /// <summary>
    /// Whether a client that an authenticator of this method has accepted may stay, now that the router's options have changed (<see
    /// cref="Hosting.WampRouter.Reconfigure"/>): otherwise its session ends by GOODBYE <c>wamp.error.authentication_required</c>. Also asked
    /// of every client that has just joined. Must not wait.
    /// </summary>
    /// <param name="client">The client.</param>
    bool StillAccepts(AcceptedClient client) => true;
}
