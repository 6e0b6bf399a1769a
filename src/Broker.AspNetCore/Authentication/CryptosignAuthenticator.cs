using Broker.Options;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Authentication;

/// <summary>
/// Method <c>cryptosign</c>: the client signs a challenge with its Ed25519 key, and the router does the same if the client wants it to
/// (WAMP specification, "Cryptosign-based Authentication"). A client that does not say who it is is known by its key.
/// </summary>
/// <remarks>
/// There is no channel binding, see <see cref="ScramAuthenticator"/>: a client that asks for one gets a CHALLENGE without (CRY-06), and
/// decides what to make of it.
/// </remarks>
public sealed class CryptosignAuthenticator : IWampAuthenticator
{
    private readonly IUserStore _users;
    private readonly byte[]? _routerKey;

    /// <param name="users">The users.</param>
    /// <param name="routerKey">
    /// The router's own private key, the seed of 32 octets in hex, by which it proves itself to clients (CRY-07); null: it does not.
    /// </param>
    /// <exception cref="ArgumentException">The key is no such hex.</exception>
    /// <exception cref="PlatformNotSupportedException">OpenSSL 3 is not there; the message says what to install.</exception>
    public CryptosignAuthenticator(IUserStore users, string? routerKey = null)
    {
        if (!Ed25519.IsAvailable)
        {
            throw new PlatformNotSupportedException(Ed25519.WhyUnavailable);
        }

        _users = users;
        if (routerKey is not null)
        {
            _routerKey = CryptosignSignature.TryReadHex(routerKey, Ed25519.KeyLength, out var key)
                ? key
                : throw new ArgumentException($"The router's key is not {Ed25519.KeyLength * 2} hex digits.");
            PublicKey = Convert.ToHexStringLower(Ed25519.PublicKeyOf(key));
        }
    }

    /// <inheritdoc/>
    public string Method => AuthMethods.Cryptosign;

    /// <summary>The router's public key in hex, for clients to know it by; null if it has none.</summary>
    public string? PublicKey { get; }

    /// <inheritdoc/>
    public async ValueTask<AuthenticationResult> BeginAsync(AuthenticationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var hello = CryptosignAuthExtra.Parse(SerializerKind.Json, ExtraDict.Write(SerializerKind.Json, request.AuthExtra));
        if (!CryptosignSignature.TryReadHex(hello.PublicKey, Ed25519.KeyLength, out var key))
        {
            return new AuthenticationResult.Refused(
                ErrorUris.AuthenticationFailed, $"cryptosign needs HELLO.Details.authextra.pubkey: {Ed25519.KeyLength * 2} hex digits.");
        }

        if (!TryProve(hello.Challenge, out var proof))
        {
            return new AuthenticationResult.Refused(
                ErrorUris.AuthenticationFailed,
                $"HELLO.Details.authextra.challenge is not {CryptosignSignature.ChallengeLength * 2} hex digits.");
        }

        // A key that nobody has is challenged like any other, and its signature checked.
        var hex = Convert.ToHexStringLower(key);
        var user = await _users.FindAsync(new UserQuery(request, Method, request.AuthId, hex), cancellationToken).ConfigureAwait(false);
        var challenge = CryptosignSignature.NewChallenge();
        var extra = new CryptosignChallenge { Challenge = challenge, PublicKey = proof is null ? null : PublicKey, Signature = proof };
        return new AuthenticationResult.Challenge(
            ExtraDict.Of(extra),
            new Sent(HasKey(user, hex) ? user : null, key, Convert.FromHexString(challenge)));
    }

    /// <inheritdoc/>
    public ValueTask<AuthenticationResult> ContinueAsync(
        AuthenticationRequest request, object? state, AuthenticationAnswer answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var sent = (Sent)state!;
        var isRight = CryptosignSignature.Verify(sent.Key, sent.Challenge, channelId: [], answer.Signature);
        return ValueTask.FromResult(isRight && sent.User is not null
            ? Verdict.Accept(request, sent.User, Method, publicKey: Convert.ToHexStringLower(sent.Key))
            : Verdict.Denied);
    }

    /// <inheritdoc/>
    public bool StillAccepts(AcceptedClient client) => _users.StillKnows(client);

    private static bool HasKey(User? user, string hex)
    {
        for (var i = 0; i < user?.AuthorizedKeys.Count; i++)
        {
            if (string.Equals(user.AuthorizedKeys[i], hex, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Signs the client's challenge, if it has sent one and the router has a key.</summary>
    private bool TryProve(string? challenge, out string? proof)
    {
        proof = null;
        if (challenge is null)
        {
            return true;
        }

        var isChallenge = CryptosignSignature.TryReadHex(challenge, CryptosignSignature.ChallengeLength, out var octets);
        if (isChallenge && _routerKey is not null)
        {
            proof = CryptosignSignature.Sign(_routerKey, octets);
        }

        return isChallenge;
    }

    /// <param name="User">Whose key it is; null when nobody's.</param>
    /// <param name="Key">The key that the client has announced.</param>
    /// <param name="Challenge">What was to be signed.</param>
    private sealed record Sent(User? User, byte[] Key, byte[] Challenge);
}
