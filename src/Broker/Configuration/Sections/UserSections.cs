using Broker.Configuration.Keys;

namespace Broker.Configuration.Sections;

/// <summary>Authentication by tickets.</summary>
internal sealed record TicketSection
{
    /// <summary>Whether they may be read on the way.</summary>
    [Key(
        "Whether tickets, tokens included, are taken over connections without TLS from other machines, where everybody on the way "
        + "can read and use them.")]
    public bool AllowUnencrypted { get; init; }

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
    [Key("The hash that 'hash-secret --method ticket' makes of the ticket.", Format = TextFormat.TicketHash)]
    public Secret? Hash { get; init; }
}

/// <summary>Authentication by WAMP-CRA.</summary>
internal sealed record CraSection
{
    /// <summary>The users.</summary>
    [Key("The users.", Names = "AUTHID")]
    public IReadOnlyDictionary<string, CraUserSection> Users { get; init; } = new Dictionary<string, CraUserSection>();
}

/// <summary>A user with a WAMP-CRA secret. Exactly one of <see cref="Secret"/> and <see cref="Hash"/>.</summary>
internal sealed record CraUserSection
{
    /// <summary>The role.</summary>
    [Key("The role.")]
    public required string Role { get; init; }

    /// <summary>The secret.</summary>
    [Key("The secret itself.", Example = "\"${file:/run/secrets/joe}\"")]
    public Secret? Secret { get; init; }

    /// <summary>The derived key.</summary>
    [Key(
        "The salted key that 'hash-secret --method wampcra' makes of the secret: whoever gets it can join as the user, but does not learn "
        + "the secret.",
        Format = TextFormat.CraHash)]
    public Secret? Hash { get; init; }
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

    /// <summary>The keys.</summary>
    [Key(
        "The salted keys that 'hash-secret --method scram' makes of the secret; nobody can join with them.",
        Format = TextFormat.ScramHash)]
    public required Secret Hash { get; init; }
}

/// <summary>Authentication by WAMP-Cryptosign.</summary>
internal sealed record CryptosignSection
{
    /// <summary>The users.</summary>
    [Key("The users.", Names = "AUTHID")]
    public IReadOnlyDictionary<string, CryptosignUserSection> Users { get; init; } = new Dictionary<string, CryptosignUserSection>();

    /// <summary>The router's own key.</summary>
    [Key(
        "The router's own private key, which 'new-key' makes, by which it proves itself to clients that ask: 64 hexadecimal digits. "
        + "null: it does not.",
        Format = TextFormat.Hex32)]
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
