using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Broker.Authentication;

/// <summary>How WAMP-SCRAM makes a key of a password.</summary>
public enum ScramKdf
{
    /// <summary><c>pbkdf2</c>: PBKDF2 with HMAC-SHA256.</summary>
    Pbkdf2,

    /// <summary><c>argon2id13</c>: Argon2id, version 1.3, with one lane.</summary>
    Argon2id13,
}

/// <summary>
/// Computes Argon2id, version 1.3, with one lane: .NET has none, and where a package has, this is where it comes in.
/// </summary>
/// <param name="password">The prepared password in UTF-8.</param>
/// <param name="salt">8 octets or more.</param>
/// <param name="iterations">Passes, 1 or more.</param>
/// <param name="memory">KiB, 8 or more.</param>
/// <param name="key">Gets 32 octets.</param>
public delegate void Argon2id(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int iterations, int memory, Span<byte> key);

/// <summary>What a key of a password depends on besides it (WAMP specification, "Key Derivation Functions"). Immutable.</summary>
public sealed record ScramParameters
{
    /// <summary>The length of all keys in octets.</summary>
    public const int KeyLength = 32;

    private const string Pbkdf2Name = "pbkdf2";
    private const string Argon2idName = "argon2id13";

    private ScramParameters(ScramKdf kdf, string salt, int iterations, int memory)
    {
        Kdf = kdf;
        Salt = salt;
        Iterations = iterations;
        Memory = memory;
    }

    /// <summary>The key derivation function.</summary>
    public ScramKdf Kdf { get; }

    /// <summary>The salt in base64.</summary>
    public string Salt { get; internal init; }

    /// <summary>Iterations of PBKDF2, or passes of Argon2id.</summary>
    public int Iterations { get; }

    /// <summary>KiB that Argon2id fills; 0 with PBKDF2.</summary>
    public int Memory { get; }

    /// <summary>The name on the wire: <c>pbkdf2</c> or <c>argon2id13</c>.</summary>
    public string KdfName => Kdf == ScramKdf.Pbkdf2 ? Pbkdf2Name : Argon2idName;

    internal byte[] SaltOctets => Convert.FromBase64String(Salt);

    /// <summary>PBKDF2 with a new random salt.</summary>
    public static ScramParameters Pbkdf2(int iterations)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(iterations);
        return new ScramParameters(ScramKdf.Pbkdf2, NewSalt(), iterations, memory: 0);
    }

    /// <summary>Argon2id with a new random salt.</summary>
    /// <param name="iterations">Passes, 1 or more.</param>
    /// <param name="memory">KiB, 8 or more.</param>
    public static ScramParameters Argon2id13(int iterations, int memory)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(iterations);
        ArgumentOutOfRangeException.ThrowIfLessThan(memory, 8);
        return new ScramParameters(ScramKdf.Argon2id13, NewSalt(), iterations, memory);
    }

    /// <summary>Parameters as a challenge or a credential at rest has them.</summary>
    /// <param name="kdf"><c>pbkdf2</c> or <c>argon2id13</c>.</param>
    /// <param name="salt">In base64.</param>
    /// <param name="iterations">1 or more.</param>
    /// <param name="memory">With Argon2id KiB, 8 or more; of no meaning with PBKDF2.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="problem">Otherwise, what is wrong with them, as a sentence.</param>
    public static bool TryCreate(
        string kdf, string salt, long iterations, long memory, [NotNullWhen(true)] out ScramParameters? parameters, out string problem)
    {
        parameters = null;
        if (kdf is not (Pbkdf2Name or Argon2idName))
        {
            problem = $"The key derivation function is neither {Pbkdf2Name} nor {Argon2idName}.";
        }
        else if (!CanonicalBase64.TryDecode(salt, out var octets) || octets.Length == 0)
        {
            problem = "The salt is not base64 in its canonical form.";
        }
        else if (iterations is < 1 or > int.MaxValue)
        {
            problem = "The number of iterations is not a positive integer of 32 bits.";
        }
        else if (kdf == Argon2idName && (memory is < 8 or > int.MaxValue || octets.Length < 8))
        {
            problem = $"{Argon2idName} needs a salt of 8 octets or more and 8 KiB of memory or more.";
        }
        else
        {
            problem = "";
            parameters = kdf == Pbkdf2Name
                ? new ScramParameters(ScramKdf.Pbkdf2, salt, (int)iterations, memory: 0)
                : new ScramParameters(ScramKdf.Argon2id13, salt, (int)iterations, (int)memory);
        }

        return parameters is not null;
    }

    private static string NewSalt() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
}
