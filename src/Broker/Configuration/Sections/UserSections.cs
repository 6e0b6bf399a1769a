using Broker.Configuration.Keys;

namespace Broker.Configuration.Sections;

/// <summary>Authentication by tickets.</summary>
internal sealed record TicketSection
{
    /// <summary>The users.</summary>
    [Key("The users.", Names = "AUTHID")]
    public IReadOnlyDictionary<string, TicketUserSection> Users { get; init; } = new Dictionary<string, TicketUserSection>();
}

/// <summary>A user with a ticket. Exactly one of <see cref="Secret"/> and <see cref="Hash"/>.</summary>
internal sealed record TicketUserSection
{
    /// <summary>The role.</summary>
    [Key("The role.")]
    public required string Role { get; init; }

    /// <summary>The ticket.</summary>
    [Key("The ticket itself.", Example = "\"${file:/run/secrets/joe}\"")]
    public Secret? Secret { get; init; }

    /// <summary>Its hash.</summary>
    [Key("The hash that 'broker hash-secret --method ticket' makes of the ticket.")]
    public Secret? Hash { get; init; }
}

/// <summary>Authentication by WAMP-CRA.</summary>
internal sealed record CraSection
{
    /// <summary>The users.</summary>
    [Key("The users.", Names = "AUTHID")]
    public IReadOnlyDictionary<string, CraUserSection> Users { get; init; } = new Dictionary<string, CraUserSection>();
}

/// <summary>A user with a WAMP-CRA secret. Exactly one of <see cref="Secret"/> and <see cref="Key"/>; the rest belongs to <see cref="Key"/>.</summary>
internal sealed record CraUserSection
{
    /// <summary>The role.</summary>
    [Key("The role.")]
    public required string Role { get; init; }

    /// <summary>The secret.</summary>
    [Key("The secret itself.", Example = "\"${file:/run/secrets/joe}\"")]
    public Secret? Secret { get; init; }

    /// <summary>The derived key.</summary>
    [Key("The key derived from the secret, as 'broker hash-secret --method wampcra' makes it: worth as much as the secret to who gets it.")]
    public Secret? Key { get; init; }

    /// <summary>The salt.</summary>
    [Key("The salt of the derived key.")]
    public string? Salt { get; init; }

    /// <summary>The iterations.</summary>
    [Key("The iterations of the derived key.", Min = "1")]
    public int Iterations { get; init; } = 100_000;

    /// <summary>The length.</summary>
    [Key("The length of the derived key in bytes.", Min = "16", Max = "64")]
    public int KeyLength { get; init; } = 32;
}

/// <summary>Authentication by WAMP-SCRAM.</summary>
internal sealed record ScramSection
{
    /// <summary>The users.</summary>
    [Key("The users.", Names = "AUTHID")]
    public IReadOnlyDictionary<string, ScramUserSection> Users { get; init; } = new Dictionary<string, ScramUserSection>();
}

/// <summary>A user with WAMP-SCRAM keys.</summary>
internal sealed record ScramUserSection
{
    /// <summary>The role.</summary>
    [Key("The role.")]
    public required string Role { get; init; }

    /// <summary>The key derivation.</summary>
    [Key("How keys are derived from the secret.")]
    public KeyDerivation Kdf { get; init; }

    /// <summary>The salt.</summary>
    [Key("The salt.", Format = TextFormat.Base64)]
    public required string Salt { get; init; }

    /// <summary>The iterations.</summary>
    [Key("The iterations.", Min = "1")]
    public required int Iterations { get; init; }

    /// <summary>The memory.</summary>
    [Key("The memory of argon2id13.")]
    public ByteSize? Memory { get; init; }

    /// <summary>The key to check proofs with.</summary>
    [Key("The key to check proofs with, as 'broker hash-secret --method scram' makes it, in base64.")]
    public required Secret StoredKey { get; init; }

    /// <summary>The key to prove oneself with.</summary>
    [Key("The key by which the router proves itself, in base64.")]
    public required Secret ServerKey { get; init; }
}

/// <summary>How keys are derived from secrets.</summary>
internal enum KeyDerivation
{
    /// <summary>PBKDF2 with HMAC-SHA-256.</summary>
    Pbkdf2,

    /// <summary>Argon2id, version 1.3.</summary>
    Argon2id13,
}

/// <summary>Authentication by WAMP-Cryptosign.</summary>
internal sealed record CryptosignSection
{
    /// <summary>The users.</summary>
    [Key("The users.", Names = "AUTHID")]
    public IReadOnlyDictionary<string, CryptosignUserSection> Users { get; init; } = new Dictionary<string, CryptosignUserSection>();

    /// <summary>The router's own key.</summary>
    [Key("The router's own private key, by which it proves itself to clients that ask: 64 hexadecimal digits. null: it does not.")]
    public Secret? RouterKey { get; init; }
}

/// <summary>A user with Ed25519 keys.</summary>
internal sealed record CryptosignUserSection
{
    /// <summary>The role.</summary>
    [Key("The role.")]
    public required string Role { get; init; }

    /// <summary>The public keys.</summary>
    [Key("The user's public keys, in hexadecimal digits.", Format = TextFormat.Hex32)]
    public required IReadOnlyList<string> AuthorizedKeys { get; init; }
}
