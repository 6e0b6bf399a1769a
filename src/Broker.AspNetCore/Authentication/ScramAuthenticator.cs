using Broker.Options;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Authentication;

/// <summary>
/// Method <c>wamp-scram</c>: client and router prove to each other that they know a password, which neither sends, and of which the router
/// has only a trace (WAMP specification, "Salted Challenge Response Authentication"). Passwords hashed by PBKDF2 and Argon2id alike: the
/// router derives no key.
/// </summary>
/// <remarks>
/// There is no channel binding. <c>tls-unique</c> does not exist in TLS 1.3, and below it binds only with extended master secrets (RFC
/// 7627), of which .NET does not say whether they are in use; <c>tls-exporter</c> (RFC 9266) is not among what .NET shows of a connection.
/// </remarks>
/// <param name="users">The users.</param>
public sealed class ScramAuthenticator(IUserStore users) : IWampAuthenticator
{
    /// <inheritdoc/>
    public string Method => AuthMethods.WampScram;

    /// <inheritdoc/>
    public async ValueTask<AuthenticationResult> BeginAsync(AuthenticationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.AuthId is not { Length: > 0 } authId)
        {
            return Verdict.WithoutAuthId(Method);
        }

        // Nobody has a name that cannot be prepared. A name that nobody has is challenged like any other, and what that takes is done for
        // everybody.
        var name = SaslPrep.TryPrepare(authId, out var prepared, out _) ? prepared : authId;
        var user = await users.FindAsync(new UserQuery(request, Method, name), cancellationToken).ConfigureAwait(false);
        var unknown = users.Unknown.Scram(name);
        var hello = ScramAuthExtra.Parse(SerializerKind.Json, ExtraDict.Write(SerializerKind.Json, request.AuthExtra));
        return ScramExchange.TryBegin(user?.Scram ?? unknown, authId, hello, channelData: [], out var exchange, out var problem)
            ? new AuthenticationResult.Challenge(ExtraDict.Of(exchange.Challenge), new Sent(user, exchange))
            : new AuthenticationResult.Refused(ErrorUris.AuthenticationFailed, problem);
    }

    /// <inheritdoc/>
    public ValueTask<AuthenticationResult> ContinueAsync(
        AuthenticationRequest request, object? state, AuthenticationAnswer answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var sent = (Sent)state!;
        var details = ScramAnswer.Parse(SerializerKind.Json, ExtraDict.Write(SerializerKind.Json, answer.Extra));
        return ValueTask.FromResult(sent.Exchange.TryVerify(answer.Signature, details, out var verifier) && sent.User is not null
            ? Verdict.Accept(request, sent.User, Method, ExtraDict.Of(verifier))
            : Verdict.Denied);
    }

    /// <inheritdoc/>
    public bool StillAccepts(AcceptedClient client) => users.StillKnows(client);

    /// <param name="User">Who it would be; null when nobody has the name.</param>
    /// <param name="Exchange">Checks the answer.</param>
    private sealed record Sent(User? User, ScramExchange Exchange);
}
