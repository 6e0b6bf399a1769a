using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Broker.Authentication;

/// <summary>
/// What a router knows of one WAMP-SCRAM password: enough to check a proof and to prove itself, not enough to log in (RFC 5802, section 9).
/// Immutable; never printed but by <see cref="ToText"/>.
/// </summary>
public sealed class ScramCredential
{
    private const string Pbkdf2Prefix = "scram-sha256";
    private const string Argon2idPrefix = "scram-argon2id13";
    private readonly byte[] _storedKey;
    private readonly byte[] _serverKey;
    private string? _fingerprint;

    internal ScramCredential(ScramParameters parameters, byte[] storedKey, byte[] serverKey)
    {
        Parameters = parameters;
        _storedKey = storedKey;
        _serverKey = serverKey;
    }

    /// <summary>How the keys were derived, which challenges tell.</summary>
    public ScramParameters Parameters { get; }

    /// <summary>See <see cref="CraCredential.Fingerprint"/>.</summary>
    public string Fingerprint => _fingerprint ??= SecretText.Fingerprint(ToText());

    /// <summary>The credential of a password. Takes as long as the parameters demand.</summary>
    /// <inheritdoc cref="ScramKeys.Derive"/>
    public static ScramCredential FromPassword(string password, ScramParameters parameters, Argon2id? argon2id = null)
    {
        using var keys = ScramKeys.Derive(password, parameters, argon2id);
        return keys.ToCredential(parameters);
    }

    /// <summary>
    /// Reads <c>scram-sha256$iterations$salt$storedkey$serverkey</c> or <c>scram-argon2id13$iterations$memory$salt$storedkey$serverkey</c>; salt
    /// and keys are base64.
    /// </summary>
    /// <param name="text">The credential at rest.</param>
    /// <param name="credential">The credential.</param>
    /// <param name="problem">Otherwise, what is wrong with the text, as a sentence that does not hold it.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ScramCredential? credential, out string problem)
    {
        credential = null;
        var (kdf, iterations, memory, salt, stored, server) = text.Split('$') switch
        {
            [Pbkdf2Prefix, var i, var s, var a, var b] => ("pbkdf2", i, "0", s, a, b),
            [Argon2idPrefix, var i, var m, var s, var a, var b] => ("argon2id13", i, m, s, a, b),
            _ => ("", "", "", "", "", ""),
        };
        if (kdf.Length == 0)
        {
            problem = $"A SCRAM credential is written {Pbkdf2Prefix}$iterations$salt$storedkey$serverkey or "
                + $"{Argon2idPrefix}$iterations$memory$salt$storedkey$serverkey.";
        }
        else if (!ScramParameters.TryCreate(kdf, salt, Number(iterations), Number(memory), out var parameters, out problem))
        {
            problem = "Of a SCRAM credential: " + problem;
        }
        else if (!CanonicalBase64.TryDecode(stored, ScramParameters.KeyLength, out var storedKey)
            || !CanonicalBase64.TryDecode(server, ScramParameters.KeyLength, out var serverKey))
        {
            problem = $"The keys of a SCRAM credential are base64 of {ScramParameters.KeyLength} octets each.";
        }
        else
        {
            credential = new ScramCredential(parameters, storedKey, serverKey);
        }

        return credential is not null;
    }

    /// <summary>Writes what <see cref="TryParse"/> reads.</summary>
    public string ToText()
    {
        var costs = Parameters.Kdf == ScramKdf.Pbkdf2
            ? string.Create(CultureInfo.InvariantCulture, $"{Pbkdf2Prefix}${Parameters.Iterations}")
            : string.Create(CultureInfo.InvariantCulture, $"{Argon2idPrefix}${Parameters.Iterations}${Parameters.Memory}");
        return $"{costs}${Parameters.Salt}${Convert.ToBase64String(_storedKey)}${Convert.ToBase64String(_serverKey)}";
    }

    /// <summary>Whether a proof was made with the password (RFC 5802, section 3). Takes as long for a wrong one.</summary>
    /// <param name="authMessage">Of <see cref="ScramMessages.AuthMessage"/>.</param>
    /// <param name="proof">AUTHENTICATE.Signature.</param>
    public bool Verify(string authMessage, string proof)
    {
        var isProof = CanonicalBase64.TryDecode(proof, ScramParameters.KeyLength, out var octets);
        var recovered = HMACSHA256.HashData(_storedKey, Encoding.UTF8.GetBytes(authMessage));
        for (var i = 0; isProof && i < recovered.Length; i++)
        {
            recovered[i] ^= octets![i];
        }

        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(recovered), _storedKey) & isProof;
    }

    /// <summary>The router's own proof, for <c>WELCOME.Details.authextra.verifier</c>: base64 of <c>HMAC(ServerKey, AuthMessage)</c>.</summary>
    /// <param name="authMessage">Of <see cref="ScramMessages.AuthMessage"/>.</param>
    public string Verifier(string authMessage) => Convert.ToBase64String(HMACSHA256.HashData(_serverKey, Encoding.UTF8.GetBytes(authMessage)));

    /// <summary>
    /// Whether this is the credential of a password: for methods that send it, as ticket does. Takes as long as <see cref="ScramKeys.Derive"/>.
    /// </summary>
    /// <inheritdoc cref="ScramKeys.Derive"/>
    public bool IsPassword(string password, Argon2id? argon2id = null)
    {
        var other = FromPassword(password, Parameters, argon2id);
        return CryptographicOperations.FixedTimeEquals(_storedKey, other._storedKey);
    }

    private static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
}
