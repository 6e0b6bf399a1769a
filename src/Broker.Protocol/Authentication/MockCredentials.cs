using System.Security.Cryptography;
using System.Text;

namespace Broker.Authentication;

/// <summary>
/// Credentials for names that nobody has, so that a challenge does not tell whether a name exists: each name has its own salt, the same one each
/// time, and nobody's answer is right. Immutable.
/// </summary>
public sealed class MockCredentials
{
    private readonly byte[] _secret;

    /// <param name="secret">
    /// The router's own, of 32 random octets or more; copied. With the same one at each start, names that nobody has keep their salts as others do.
    /// </param>
    public MockCredentials(ReadOnlySpan<byte> secret) => _secret = secret.ToArray();

    /// <summary>With a secret drawn now.</summary>
    public MockCredentials()
        : this(RandomNumberGenerator.GetBytes(32))
    {
    }

    /// <summary>A WAMP-CRA credential with the costs of <paramref name="like"/>: one of the realm's own.</summary>
    public CraCredential Cra(string authId, CraCredential like) =>
        CraCredential.Mock(like, Derive("cra salt", authId), Derive("cra key", authId));

    /// <summary>A WAMP-SCRAM credential with the costs of <paramref name="like"/>: those of the realm's own.</summary>
    public ScramCredential Scram(string authId, ScramParameters like)
    {
        var salt = Derive("scram salt", authId).AsSpan(0, Math.Min(32, like.SaltOctets.Length));
        return new ScramCredential(
            like with { Salt = Convert.ToBase64String(salt) }, Derive("scram stored key", authId), Derive("scram server key", authId));
    }

    private byte[] Derive(string use, string authId) => HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes($"{use}\0{authId}"));
}
