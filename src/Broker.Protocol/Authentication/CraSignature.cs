using System.Security.Cryptography;
using System.Text;

namespace Broker.Authentication;

/// <summary>The signature of WAMP-CRA (WAMP specification, "Challenge Response Authentication").</summary>
public static class CraSignature
{
    /// <summary>PBKDF2 iterations where a challenge has a salt and does not say.</summary>
    public const int DefaultIterations = 1000;

    /// <summary>The length of a derived key in octets, before base64, where a challenge has a salt and does not say.</summary>
    public const int DefaultKeyLength = 32;

    /// <summary>Signs a challenge: base64 of HMAC-SHA256.</summary>
    /// <param name="key">The shared secret, or what <see cref="DeriveKey"/> made of it.</param>
    /// <param name="challenge"><c>CHALLENGE.Extra.challenge</c> as it was sent or received, to the letter.</param>
    public static string Sign(string key, string challenge)
    {
        var keyOctets = Encoding.UTF8.GetBytes(key);
        try
        {
            return Convert.ToBase64String(HMACSHA256.HashData(keyOctets, Encoding.UTF8.GetBytes(challenge)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keyOctets);
        }
    }

    /// <summary>Whether a signature is the one of <paramref name="challenge"/>. Takes as long for a wrong one.</summary>
    public static bool Verify(string key, string challenge, string signature) => SecretText.AreEqual(Sign(key, challenge), signature);

    /// <summary>
    /// The key of a salted secret: PBKDF2 with HMAC-SHA256, and of its octets the base64 text. The specification does not say so; all
    /// implementations do.
    /// </summary>
    /// <param name="secret">The shared secret.</param>
    /// <param name="salt">The salt: text, of which the UTF-8 octets count.</param>
    /// <param name="iterations">1 or more.</param>
    /// <param name="keyLength">Octets before base64, 1 or more.</param>
    public static string DeriveKey(string secret, string salt, int iterations, int keyLength)
    {
        var key = Rfc2898DeriveBytes.Pbkdf2(secret, Encoding.UTF8.GetBytes(salt), iterations, HashAlgorithmName.SHA256, keyLength);
        var text = Convert.ToBase64String(key);
        CryptographicOperations.ZeroMemory(key);
        return text;
    }
}
