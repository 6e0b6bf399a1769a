using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Broker.Authentication.Tokens;

/// <summary>
/// A key that tokens may be signed with, and for which algorithms: those of its own kind only, so that a public key is never taken for the
/// shared key of an HMAC.
/// </summary>
/// <param name="Key">The key.</param>
/// <param name="Algorithms">The values of <c>alg</c> that it is for.</param>
internal sealed record TokenKey(SecurityKey Key, IReadOnlyList<string> Algorithms)
{
    private const int LeastHmacOctets = 32;
    private const int LeastRsaBits = 2048;

    /// <summary>A shared key.</summary>
    /// <exception cref="ArgumentException">It is too short.</exception>
    public static TokenKey Hmac(string text)
    {
        var octets = Encoding.UTF8.GetBytes(text);
        return octets.Length >= LeastHmacOctets
            ? new TokenKey(new SymmetricSecurityKey(octets), ["HS256", "HS384", "HS512"])
            : throw new ArgumentException(
                $"The shared key of tokens has {octets.Length} octets: it needs at least {LeastHmacOctets}, or it can be guessed.");
    }

    /// <summary>A public key or a certificate.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static TokenKey Pem(string pem)
    {
        var key = TryRead(pem)
            ?? throw new ArgumentException("A public key of tokens is no PEM with a public key of RSA or EC, or a certificate with one.");
        return TryCreate(key, algorithm: null)
            ?? throw new ArgumentException(
                $"A public key of tokens is of RSA with less than {LeastRsaBits} bits, or of no curve that tokens are signed with.");
    }

    /// <summary>The public keys of a key set that tokens can be signed with.</summary>
    /// <exception cref="FormatException">It is no key set.</exception>
    public static IReadOnlyList<TokenKey> Set(string json)
    {
        JsonWebKeySet set;
        try
        {
            set = new JsonWebKeySet(json);
        }
        catch (ArgumentException exception)
        {
            throw new FormatException("It is no JSON Web Key Set.", exception);
        }

        var keys = set.Keys.Where(
            key => key.Kty is JsonWebAlgorithmsKeyTypes.RSA or JsonWebAlgorithmsKeyTypes.EllipticCurve && key.Use is null or "" or "sig");
        return [.. keys.Select(key => TryCreate(key, key.Alg)).OfType<TokenKey>()];
    }

    /// <summary>Whether a token that names an algorithm and maybe a key may be checked with this one.</summary>
    public bool Fits(string algorithm, string? keyId) =>
        Algorithms.Contains(algorithm, StringComparer.Ordinal)
        && (string.IsNullOrEmpty(keyId) || string.IsNullOrEmpty(Key.KeyId) || string.Equals(Key.KeyId, keyId, StringComparison.Ordinal));

    /// <summary>The same, and the token and this call the key by its name.</summary>
    public bool IsNamed(string algorithm, string? keyId) => Fits(algorithm, keyId) && !string.IsNullOrEmpty(keyId) && Key.KeyId == keyId;

    private static TokenKey? TryCreate(SecurityKey key, string? algorithm)
    {
        var isRsa = key is RsaSecurityKey or JsonWebKey { Kty: JsonWebAlgorithmsKeyTypes.RSA };
        IReadOnlyList<string> algorithms = (isRsa, key.KeySize) switch
        {
            (true, >= LeastRsaBits) => ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
            (false, 256) => ["ES256"],
            (false, 384) => ["ES384"],
            (false, 521 or 528) => ["ES512"], // a key set counts whole octets
            _ => [],
        };
        var wanted = string.IsNullOrEmpty(algorithm) ? algorithms : [.. algorithms.Where(one => one == algorithm)];
        return wanted.Count > 0 ? new TokenKey(key, wanted) : null;
    }

    private static AsymmetricSecurityKey? TryRead(string pem)
    {
        try
        {
            if (pem.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal))
            {
                using var certificate = X509Certificate2.CreateFromPem(pem);
                return certificate.GetRSAPublicKey() is { } rsa ? new RsaSecurityKey(rsa)
                    : certificate.GetECDsaPublicKey() is { } ecdsa ? new ECDsaSecurityKey(ecdsa)
                    : null;
            }
        }
        catch (CryptographicException)
        {
            return null;
        }

        return TryImport(RSA.Create(), pem) is RSA read ? new RsaSecurityKey(read)
            : TryImport(ECDsa.Create(), pem) is ECDsa curve ? new ECDsaSecurityKey(curve)
            : null;
    }

    private static AsymmetricAlgorithm? TryImport(AsymmetricAlgorithm key, string pem)
    {
        try
        {
            key.ImportFromPem(pem);
            return key;
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            key.Dispose();
            return null; // of another kind, or none
        }
    }
}
