using Broker.Authentication;

namespace Broker.Client.Authentication;

/// <summary>
/// Joins without proof. What a client without authenticators does; in the list of one that has some it says that the router may take it for
/// nobody in particular, too.
/// </summary>
public sealed class AnonymousAuthenticator : IWampClientAuthenticator
{
    /// <inheritdoc/>
    public string Method => AuthMethods.Anonymous;

    /// <inheritdoc/>
    public string? AuthId => null;

    /// <inheritdoc/>
    public AuthenticationExchange Begin(WampClientOptions options) => new Exchange();

    private sealed class Exchange : AuthenticationExchange
    {
        public override ValueTask<AuthenticationAnswer> AnswerAsync(AuthenticationChallenge challenge, CancellationToken cancellationToken) =>
            throw new WampAuthenticationException("An anonymous session has no answer to a CHALLENGE.");
    }
}
