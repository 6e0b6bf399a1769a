using Broker.Configuration.Keys;

namespace Broker.Configuration.Sections;

/// <summary>Authentication by JSON Web Tokens.</summary>
internal sealed record JwtSection
{
    /// <summary>Whose tokens are taken.</summary>
    [Key("Who must have issued the token (iss). null: anyone whose key is known.")]
    public string? Issuer { get; init; }

    /// <summary>Whom tokens are for.</summary>
    [Key("Whom the token must be for (aud). null: anyone.")]
    public string? Audience { get; init; }

    /// <summary>A shared key.</summary>
    [Key("The shared key of HS256, HS384 and HS512. null: such tokens are refused.")]
    public Secret? HmacKey { get; init; }

    /// <summary>Public keys in files.</summary>
    [Key("Files with public keys of RSA or EC, in PEM. Other contents count at once, as those of ${file:} do.")]
    public IReadOnlyList<TextFile> PublicKeys { get; init; } = [];

    /// <summary>A key set in a file.</summary>
    [Key("A file with a JSON Web Key Set, read again every five minutes, and when a token names an unknown key. null: none.", Format = TextFormat.WatchedFile)]
    public string? JwksFile { get; init; }

    /// <summary>A key set on the web.</summary>
    [Key("Where a JSON Web Key Set is. null: nowhere.", Format = TextFormat.WebAddress)]
    public string? JwksUrl { get; init; }

    /// <summary>The difference of clocks.</summary>
    [Key("By how much clocks may differ.", Max = "1d")]
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What claims say.</summary>
    [Key("Which claims say who the user is.")]
    public JwtClaimsSection Claims { get; init; } = new();
}

/// <summary>Which claims say who the user is.</summary>
internal sealed record JwtClaimsSection
{
    /// <summary>The authid.</summary>
    [Key("The claim that holds the authid.")]
    public string Authid { get; init; } = "sub";

    /// <summary>The role.</summary>
    [Key("The claim that holds the role, or a list of roles of which the first known one counts.")]
    public string Role { get; init; } = "role";

    /// <summary>The role without a claim.</summary>
    [Key("The role of tokens without that claim. null: they are refused.")]
    public string? DefaultRole { get; init; }

    /// <summary>The realm.</summary>
    [Key("The claim that must hold the realm's URI. null: tokens are good for this realm without.")]
    public string? Realm { get; init; }
}
