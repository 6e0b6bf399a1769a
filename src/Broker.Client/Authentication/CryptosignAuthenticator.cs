using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Broker.Authentication;
using Broker.Options;

namespace Broker.Client.Authentication;

/// <summary>
/// Signs a challenge with an Ed25519 key (WAMP specification, "Cryptosign-based Authentication"), and has the router do the same if its key is
/// known. There is no channel binding: .NET's WebSocket does not show its TLS channel.
/// </summary>
public sealed class CryptosignAuthenticator : IWampClientAuthenticator
{
    private readonly Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> _sign;
    private readonly IReadOnlyList<string> _routerKeys = [];

    /// <summary>With the private key.</summary>
    /// <param name="privateKey">The seed of 32 octets in hex.</param>
    /// <param name="authId">Who the client is; null to leave it to the router, which knows by the public key.</param>
    /// <exception cref="ArgumentException">The key is no such hex.</exception>
    /// <exception cref="PlatformNotSupportedException">OpenSSL 3 is not there; the message says what to install.</exception>
    public CryptosignAuthenticator(string privateKey, string? authId = null)
    {
        var key = KeyOf(privateKey, nameof(privateKey));
        PublicKey = Convert.ToHexStringLower(Ed25519.PublicKeyOf(key));
        AuthId = authId;
        _sign = (message, _) => ValueTask.FromResult(Ed25519.Sign(key, message.Span));
    }

    /// <summary>With somebody or something else that has the private key and signs: an agent, a hardware module.</summary>
    /// <param name="publicKey">32 octets in hex.</param>
    /// <param name="sign">Gives the 64 octets of the signature of 32. Its token is canceled when the session takes too long to join.</param>
    /// <param name="authId">Who the client is; null to leave it to the router, which knows by the public key.</param>
    /// <exception cref="ArgumentException">The key is no such hex.</exception>
    public CryptosignAuthenticator(string publicKey, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> sign, string? authId = null)
    {
        PublicKey = Convert.ToHexStringLower(KeyOf(publicKey, nameof(publicKey)));
        AuthId = authId;
        _sign = sign;
    }

    /// <inheritdoc/>
    public string Method => AuthMethods.Cryptosign;

    /// <inheritdoc/>
    public string? AuthId { get; }

    /// <summary>The public key in hex: what the router must know.</summary>
    public string PublicKey { get; }

    /// <summary>
    /// The public keys, in hex, of the routers that this client talks to: it joins only if the router proves that it has one of them. Empty, the
    /// default: any router will do.
    /// </summary>
    /// <exception cref="ArgumentException">One is not 32 octets in hex.</exception>
    public IReadOnlyList<string> RouterKeys
    {
        get => _routerKeys;
        init => _routerKeys = [.. value.Select(key => Convert.ToHexStringLower(KeyOf(key, nameof(RouterKeys))))];
    }

    /// <inheritdoc/>
    public AuthenticationExchange Begin(WampClientOptions options) => new Exchange(this);

    private static byte[] KeyOf(string hex, string name) => CryptosignSignature.TryReadHex(hex, Ed25519.KeyLength, out var key)
        ? key
        : throw new ArgumentException($"A key of cryptosign is written as {Ed25519.KeyLength * 2} hex digits.", name);

    private sealed class Exchange(CryptosignAuthenticator authenticator) : AuthenticationExchange
    {
        private readonly string? _ownChallenge = authenticator.RouterKeys.Count > 0 ? CryptosignSignature.NewChallenge() : null;
        private bool _isRouterProven;

        public override JsonObject HelloExtra => ExtraDict.Of(new CryptosignAuthExtra { PublicKey = authenticator.PublicKey, Challenge = _ownChallenge });

        public override async ValueTask<AuthenticationAnswer> AnswerAsync(AuthenticationChallenge challenge, CancellationToken cancellationToken)
        {
            var extra = CryptosignChallenge.Parse(challenge.Serializer, challenge.EncodedExtra);
            if (!CryptosignSignature.TryReadHex(extra.Challenge, CryptosignSignature.ChallengeLength, out var octets))
            {
                throw new WampAuthenticationException($"CHALLENGE.Extra.challenge is not {CryptosignSignature.ChallengeLength} octets in hex.");
            }

            if (extra.ChannelBinding is not null)
            {
                throw new WampAuthenticationException("CHALLENGE names a channel binding that HELLO did not ask for.");
            }

            if (_ownChallenge is not null && !IsProof(extra))
            {
                throw new WampAuthenticationException("CHALLENGE does not prove that the router has one of the keys that this client knows it by.");
            }

            _isRouterProven = true;
            var message = CryptosignSignature.Message(octets, channelId: default);
            var signature = await authenticator._sign(message, cancellationToken).ConfigureAwait(false);
            return signature.Length == Ed25519.SignatureLength
                ? new AuthenticationAnswer(CryptosignSignature.Compose(signature, message))
                : throw new CryptographicException(
                    $"What signs for this client gave {signature.Length} octets: an Ed25519 signature has {Ed25519.SignatureLength}.");
        }

        public override void CheckWelcome(WampSession session)
        {
            if (_ownChallenge is not null && !_isRouterProven)
            {
                throw new WampAuthenticationException("WELCOME came without the CHALLENGE of cryptosign: the router has not proven that it has its key.");
            }
        }

        private bool IsProof(CryptosignChallenge extra) =>
            CryptosignSignature.TryReadHex(extra.PublicKey, Ed25519.KeyLength, out var key)
            && authenticator.RouterKeys.Contains(Convert.ToHexStringLower(key))
            && CryptosignSignature.Verify(key, Convert.FromHexString(_ownChallenge!), channelId: default, extra.Signature);
    }
}
