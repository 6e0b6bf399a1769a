using Broker.Authentication;

namespace Broker.EndToEnd;

/// <summary>The users of the login tests: joe, known to all methods, and ann, whose secrets are kept derived.</summary>
internal static class LoginUsers
{
    public const string JoesKey = "4ffddd896a530ce5ee8c86b83b0d31835490a97a9cd718cb2f09c9fd31c4a7d7";
    public const string RouterKey = "20e8c05d0ede9506462bb049c4843032b79e8e75b314583d0c8d8a4942f9be40";

    public static StaticUsers All { get; } = new(
    [
        new User
        {
            AuthId = "joe",
            Roles = ["device", "technician"],
            Ticket = TicketCredential.Plain("sesame"),
            Cra = CraCredential.Unsalted("sesame"),
            Scram = ScramCredential.FromPassword("sesame", ScramParameters.Pbkdf2(4096)),
            AuthorizedKeys = [Convert.ToHexStringLower(Ed25519.PublicKeyOf(Convert.FromHexString(JoesKey)))],
        },
        new User
        {
            AuthId = "Ann Zürich",
            Roles = ["guest"],
            Ticket = TicketCredential.Hashed(ScramCredential.FromPassword("öffne dich", ScramParameters.Pbkdf2(4096))),
            Cra = CraCredential.FromSecret("öffne dich", iterations: 777, keyLength: 24),
            Scram = ScramCredential.FromPassword("öffne dich", ScramParameters.Argon2id13(iterations: 2, memory: 8192), Argon2id),
        },
    ]);

    public static IWampAuthenticator[] AllMethods { get; } =
        [new TicketAuthenticator(All), new CraAuthenticator(All), new ScramAuthenticator(All), new CryptosignAuthenticator(All, RouterKey)];

    /// <summary>What clients derive.</summary>
    public static void Argon2id(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int iterations, int memory, Span<byte> key)
    {
        using var argon2 = new Konscious.Security.Cryptography.Argon2id(password.ToArray())
        {
            Salt = salt.ToArray(),
            Iterations = iterations,
            MemorySize = memory,
            DegreeOfParallelism = 1,
        };
        argon2.GetBytes(key.Length).CopyTo(key);
    }
}
