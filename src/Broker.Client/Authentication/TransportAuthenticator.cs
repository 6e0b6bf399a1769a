namespace Broker.Client.Authentication;

/// <summary>
/// Joins as whom the transport says the client is: by its TLS certificate (<c>tls</c>), a cookie (<c>cookie</c>), or what the application
/// that embeds the router knows of the HTTP request (<c>principal</c>). The certificate, the cookie or the header is set by <see
/// cref="WampClientOptions.ConfigureWebSocket"/>.
/// </summary>
/// <param name="method">The method, such as <see cref="Broker.Authentication.AuthMethods.Tls"/>.</param>
/// <param name="authId">Who the client says it is; null to leave it to the router.</param>
public sealed class TransportAuthenticator(string method, string? authId = null) : IWampClientAuthenticator
{
    /// <inheritdoc/>
    public string Method => method;

    /// <inheritdoc/>
    public string? AuthId => authId;

    /// <inheritdoc/>
    public AuthenticationExchange Begin(WampClientOptions options) => new Exchange(method);

    private sealed class Exchange(string method) : AuthenticationExchange
    {
        public override ValueTask<AuthenticationAnswer> AnswerAsync(
            AuthenticationChallenge challenge, CancellationToken cancellationToken) =>
            throw new WampAuthenticationException($"The method {method} has no answer to a CHALLENGE.");
    }
}
