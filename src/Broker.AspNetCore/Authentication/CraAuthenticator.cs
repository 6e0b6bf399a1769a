using Broker.Options;

namespace Broker.Authentication;

/// <summary>
/// Method <c>wampcra</c>: the client signs a challenge with a shared secret (WAMP specification, "Challenge Response Authentication"). Each
/// challenge names the session it opens and is good for one answer, which must come within <see
/// cref="Hosting.WampRouterOptions.AuthenticationTimeout"/>.
/// </summary>
/// <param name="users">The users.</param>
/// <param name="time">The clock; null for the system's.</param>
public sealed class CraAuthenticator(IUserStore users, TimeProvider? time = null) : IWampAuthenticator
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <inheritdoc/>
    public string Method => AuthMethods.WampCra;

    /// <inheritdoc/>
    public async ValueTask<AuthenticationResult> BeginAsync(AuthenticationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.AuthId is not { Length: > 0 } authId)
        {
            return Verdict.WithoutAuthId(Method);
        }

        // A name that nobody has is challenged like any other (CRA-08), and what that takes is done for everybody.
        var user = await users.FindAsync(new UserQuery(request, Method, authId), cancellationToken).ConfigureAwait(false);
        var (unknown, unknownRoles) = (users.Unknown.Cra(authId), users.Unknown.Roles(authId));
        var credential = user?.Cra ?? unknown;
        var roles = user?.Cra is null ? unknownRoles : user.Roles;
        var text = new CraChallengeText
        {
            AuthId = authId,
            AuthRole = request.AuthRole ?? roles[0], // whether the name has that role, only its owner learns
            AuthProvider = users.Unknown.Provider,
            Nonce = Nonce.Create(),
            Timestamp = _time.GetUtcNow(),
            SessionId = request.SessionId,
        }.Compose();
        return new AuthenticationResult.Challenge(ExtraDict.Of(credential.Challenge(text)), new Sent(user, credential, text));
    }

    /// <inheritdoc/>
    public ValueTask<AuthenticationResult> ContinueAsync(
        AuthenticationRequest request, object? state, AuthenticationAnswer answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var sent = (Sent)state!;
        var isRight = sent.Credential.Verify(sent.Text, answer.Signature);
        return ValueTask.FromResult(isRight && sent.User is not null ? Verdict.Accept(request, sent.User, Method) : Verdict.Denied);
    }

    /// <inheritdoc/>
    public bool StillAccepts(AcceptedClient client) => users.StillKnows(client);

    /// <param name="User">Who it would be; null when nobody has the name.</param>
    /// <param name="Credential">What the signature is checked with.</param>
    /// <param name="Text">What was to be signed, to the letter.</param>
    private sealed record Sent(User? User, CraCredential Credential, string Text);
}
