using System.Security.Cryptography;
using System.Text;

namespace Broker.Authentication;

/// <summary>Compares secrets that are text: tickets, signatures, proofs.</summary>
public static class SecretText
{
    /// <summary>
    /// Whether two texts are equal. How long it takes does not tell where they differ, and of the length of <paramref name="expected"/> next to nothing.
    /// </summary>
    public static bool AreEqual(string expected, string received) => CryptographicOperations.FixedTimeEquals(Hash(expected), Hash(received));

    /// <summary>A text that tells secrets apart, see <see cref="CraCredential.Fingerprint"/>.</summary>
    public static string Fingerprint(string secret) => Convert.ToBase64String(Hash(secret));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
