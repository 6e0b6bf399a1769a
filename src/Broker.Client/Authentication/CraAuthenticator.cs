using Broker.Authentication;
using Broker.Options;

namespace Broker.Client.Authentication;

/// <summary>Signs a challenge with a shared secret, salted or not (WAMP specification, "Challenge Response Authentication").</summary>
public sealed class CraAuthenticator : IWampClientAuthenticator
{
    // A router must not keep this machine busy at will.
    private const int MaxIterations = 10_000_000;
    private const int MaxKeyLength = 1024;

    private readonly Func<CraChallenge, CancellationToken, ValueTask<string>> _sign;

    /// <summary>With the secret.</summary>
    public CraAuthenticator(string authId, string secret)
        : this(authId, (challenge, _) => ValueTask.FromResult(Sign(challenge, secret)))
    {
    }

    /// <summary>With a third party that knows the secret and signs.</summary>
    /// <param name="authId">Who the client is.</param>
    /// <param name="sign">
    /// Gives the signature of a challenge, see <see cref="CraSignature"/>. Its token is canceled when the session takes too long to join.
    /// </param>
    public CraAuthenticator(string authId, Func<CraChallenge, CancellationToken, ValueTask<string>> sign)
    {
        AuthId = authId;
        _sign = sign;
    }

    /// <inheritdoc/>
    public string Method => AuthMethods.WampCra;

    /// <inheritdoc/>
    public string AuthId { get; }

    /// <inheritdoc/>
    public AuthenticationExchange Begin(WampClientOptions options) => new Exchange(_sign);

    private static string Sign(CraChallenge challenge, string secret)
    {
        if (challenge.Salt is not { } salt)
        {
            return CraSignature.Sign(secret, challenge.Challenge!);
        }

        var iterations = challenge.Iterations ?? CraSignature.DefaultIterations;
        var keyLength = challenge.KeyLength ?? CraSignature.DefaultKeyLength;
        if (iterations > MaxIterations || keyLength > MaxKeyLength)
        {
            throw new WampAuthenticationException(
                $"CHALLENGE asks for {iterations} iterations and a key of {keyLength} octets; {MaxIterations} and {MaxKeyLength} are the most that is done.");
        }

        return CraSignature.Sign(CraSignature.DeriveKey(secret, salt, (int)iterations, (int)keyLength), challenge.Challenge!);
    }

    private sealed class Exchange(Func<CraChallenge, CancellationToken, ValueTask<string>> sign) : AuthenticationExchange
    {
        public override async ValueTask<AuthenticationAnswer> AnswerAsync(AuthenticationChallenge challenge, CancellationToken cancellationToken)
        {
            var extra = CraChallenge.Parse(challenge.Serializer, challenge.EncodedExtra);
            return extra.Challenge is null
                ? throw new WampAuthenticationException("CHALLENGE.Extra has no challenge to sign.")
                : new AuthenticationAnswer(await sign(extra, cancellationToken).ConfigureAwait(false));
        }
    }
}
