using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Broker.Options;

namespace Broker.Authentication;

/// <summary>
/// What a router knows of one WAMP-CRA secret: a key derived from it, or the secret itself. Either is as good as the secret for whoever
/// reads it: WAMP-CRA salts protect the secret's use elsewhere only. Immutable; never printed but by <see cref="ToText"/>.
/// </summary>
public sealed class CraCredential
{
    private const string Prefix = "wampcra";
    private const int SaltOctets = 16;
    private readonly string _key;
    private string? _fingerprint;

    private CraCredential(string? salt, int iterations, int keyLength, string key)
    {
        Salt = salt;
        Iterations = iterations;
        KeyLength = keyLength;
        _key = key;
    }

    /// <summary>The salt, which challenges tell; null for a secret that is kept as it is.</summary>
    public string? Salt { get; }

    /// <summary>Iterations of PBKDF2; 0 without a salt.</summary>
    public int Iterations { get; }

    /// <summary>The length of the key in octets, before base64; 0 without a salt.</summary>
    public int KeyLength { get; }

    /// <summary>
    /// A text that tells credentials apart, SHA-256 in base64. Who has it can try guesses, as with a hash without salt: keep it as secret as
    /// the credential.
    /// </summary>
    public string Fingerprint => _fingerprint ??= SecretText.Fingerprint($"{Iterations}${KeyLength}${Salt}${_key}");

    /// <summary>A credential with a new random salt.</summary>
    public static CraCredential FromSecret(string secret, int iterations, int keyLength = CraSignature.DefaultKeyLength) =>
        FromSecret(secret, Convert.ToBase64String(RandomNumberGenerator.GetBytes(SaltOctets)), iterations, keyLength);

    /// <summary>The credential of a secret that is kept as it is: clients are told no salt.</summary>
    public static CraCredential Unsalted(string secret) => new(salt: null, iterations: 0, keyLength: 0, secret);

    /// <summary>Reads <c>wampcra$iterations$keylen$salt$key</c>.</summary>
    /// <param name="text">The credential at rest.</param>
    /// <param name="credential">The credential.</param>
    /// <param name="problem">Otherwise, what is wrong with the text, as a sentence that does not hold it.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out CraCredential? credential, out string problem)
    {
        credential = null;
        if (text.Split('$') is not [Prefix, var iterationsText, var keyLengthText, var salt, var key])
        {
            problem = $"A salted WAMP-CRA secret is written {Prefix}$iterations$keylen$salt$key.";
        }
        else if (!TryParseCount(iterationsText, out var iterations) || !TryParseCount(keyLengthText, out var keyLength))
        {
            problem = "The iterations and the key length of a salted WAMP-CRA secret are whole numbers of at least 1.";
        }
        else if (!CanonicalBase64.TryDecode(key, keyLength, out _))
        {
            problem = $"The key of a salted WAMP-CRA secret is base64 of as many octets as its key length says, {keyLength}.";
        }
        else
        {
            problem = "";
            credential = new CraCredential(salt, iterations, keyLength, key);
        }

        return credential is not null;
    }

    /// <summary>Writes <c>wampcra$iterations$keylen$salt$key</c>.</summary>
    /// <exception cref="InvalidOperationException">There is no salt: the secret would be written.</exception>
    public string ToText() => Salt is null
        ? throw new InvalidOperationException("A WAMP-CRA secret without a salt has no form to be kept in.")
        : string.Create(CultureInfo.InvariantCulture, $"{Prefix}${Iterations}${KeyLength}${Salt}${_key}");

    /// <summary>The challenge to send.</summary>
    /// <param name="text">Of <see cref="CraChallengeText.Compose"/>.</param>
    public CraChallenge Challenge(string text) => new()
    {
        Challenge = text,
        Salt = Salt,
        Iterations = Salt is null ? null : Iterations,
        KeyLength = Salt is null ? null : KeyLength,
    };

    /// <summary>Whether a signature is the one of <paramref name="challenge"/>. Takes as long for a wrong one.</summary>
    public bool Verify(string challenge, string signature) => CraSignature.Verify(_key, challenge, signature);

    /// <summary>A credential with the salt that the caller has drawn.</summary>
    internal static CraCredential FromSecret(string secret, string salt, int iterations, int keyLength) =>
        new(salt, iterations, keyLength, CraSignature.DeriveKey(secret, salt, iterations, keyLength));

    /// <summary>
    /// What an unknown name is challenged with: as <paramref name="like"/>, with another key, and another salt of the same length.
    /// </summary>
    internal static CraCredential Mock(CraCredential like, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> key) => like.Salt is null
        ? Unsalted(Convert.ToBase64String(key))
        : new CraCredential(SaltLike(like.Salt, salt), like.Iterations, like.KeyLength, Convert.ToBase64String(key));

    private static string SaltLike(string like, ReadOnlySpan<byte> salt)
    {
        if (CanonicalBase64.TryDecode(like, out var octets) && octets.Length <= salt.Length)
        {
            return Convert.ToBase64String(salt[..octets.Length]);
        }

        var text = Convert.ToBase64String(salt).TrimEnd('=');
        return text[..Math.Min(text.Length, like.Length)];
    }

    private static bool TryParseCount(string text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;
}
