using System.Security.Cryptography;
using Konscious.Security.Cryptography;

namespace Broker.Client.Authentication;

/// <summary>Argon2id by a package, plugged into <see cref="Broker.Authentication.Argon2id"/>.</summary>
internal static class Argon2
{
    /// <inheritdoc cref="Broker.Authentication.Argon2id"/>
    public static void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int iterations, int memory, Span<byte> key)
    {
        var copy = password.ToArray();
        using var argon2 = new Argon2id(copy) { Salt = salt.ToArray(), Iterations = iterations, MemorySize = memory, DegreeOfParallelism = 1 };
        var derived = argon2.GetBytes(key.Length);
        derived.CopyTo(key);
        CryptographicOperations.ZeroMemory(derived);
        CryptographicOperations.ZeroMemory(copy);
    }
}
