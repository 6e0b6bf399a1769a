using System.Security.Cryptography;
using System.Text;

namespace Broker.Authentication;

/// <summary>
/// The keys that a password gives (RFC 5802, section 3, with SHA-256 as in RFC 7677): a client's side of WAMP-SCRAM, and the source of a router's
/// <see cref="ScramCredential"/>. Disposing wipes them.
/// </summary>
public sealed class ScramKeys : IDisposable
{
    private readonly byte[] _clientKey;
    private readonly byte[] _storedKey;
    private readonly byte[] _serverKey;

    private ScramKeys(ReadOnlySpan<byte> saltedPassword)
    {
        _clientKey = HMACSHA256.HashData(saltedPassword, "Client Key"u8);
        _storedKey = SHA256.HashData(_clientKey);
        _serverKey = HMACSHA256.HashData(saltedPassword, "Server Key"u8);
    }

    /// <summary>Derives the keys. Takes as long as the parameters demand.</summary>
    /// <param name="password">The password, prepared here (<see cref="SaslPrep"/>).</param>
    /// <param name="parameters">How.</param>
    /// <param name="argon2id">Computes Argon2id; may be null where it is not asked for.</param>
    /// <exception cref="ArgumentException">The password cannot be used.</exception>
    /// <exception cref="NotSupportedException">Argon2id is asked for and not there.</exception>
    public static ScramKeys Derive(string password, ScramParameters parameters, Argon2id? argon2id = null)
    {
        var prepared = Encoding.UTF8.GetBytes(SaslPrep.Prepare(password));
        Span<byte> saltedPassword = stackalloc byte[ScramParameters.KeyLength];
        try
        {
            if (parameters.Kdf == ScramKdf.Pbkdf2)
            {
                Rfc2898DeriveBytes.Pbkdf2(prepared, parameters.SaltOctets, saltedPassword, parameters.Iterations, HashAlgorithmName.SHA256);
            }
            else if (argon2id is not null)
            {
                argon2id(prepared, parameters.SaltOctets, parameters.Iterations, parameters.Memory, saltedPassword);
            }
            else
            {
                throw new NotSupportedException($"{parameters.KdfName} is not available here: use a credential of pbkdf2.");
            }

            return new ScramKeys(saltedPassword);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(prepared);
            CryptographicOperations.ZeroMemory(saltedPassword);
        }
    }

    /// <summary>The client's proof, for AUTHENTICATE: base64 of <c>ClientKey XOR HMAC(StoredKey, AuthMessage)</c>.</summary>
    /// <param name="authMessage">Of <see cref="ScramMessages.AuthMessage"/>.</param>
    public string Proof(string authMessage)
    {
        var proof = HMACSHA256.HashData(_storedKey, Encoding.UTF8.GetBytes(authMessage));
        for (var i = 0; i < proof.Length; i++)
        {
            proof[i] ^= _clientKey[i];
        }

        return Convert.ToBase64String(proof);
    }

    /// <summary>
    /// What proves that the router knows the password, see <see cref="ScramMessages.IsVerifier"/>: base64 of <c>HMAC(ServerKey, AuthMessage)</c>.
    /// </summary>
    /// <param name="authMessage">Of <see cref="ScramMessages.AuthMessage"/>.</param>
    public string Verifier(string authMessage) => Convert.ToBase64String(HMACSHA256.HashData(_serverKey, Encoding.UTF8.GetBytes(authMessage)));

    /// <summary>What a router keeps.</summary>
    /// <param name="parameters">Those that the keys were derived with.</param>
    public ScramCredential ToCredential(ScramParameters parameters) => new(parameters, [.. _storedKey], [.. _serverKey]);

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_clientKey);
        CryptographicOperations.ZeroMemory(_storedKey);
        CryptographicOperations.ZeroMemory(_serverKey);
    }
}
