namespace Broker.Authentication.Tokens;

/// <summary>
/// Which JSON Web Tokens (RFC 7519) are taken as tickets, and what they say of who shows them. Keys come from at least one of <see
/// cref="HmacKey"/>, <see cref="PublicKeys"/>, <see cref="KeySetFile"/> and <see cref="KeySetUrl"/>. Immutable.
/// </summary>
public sealed record JwtOptions
{
    /// <summary>Who must have issued the token (<c>iss</c>): one of these. Empty: anyone whose key is known.</summary>
    public IReadOnlyList<string> Issuers { get; init; } = [];

    /// <summary>
    /// Whom the token must be for (<c>aud</c>): one of these. Empty: anyone, which is right only where the issuer makes tokens for nobody
    /// else.
    /// </summary>
    public IReadOnlyList<string> Audiences { get; init; } = [];

    /// <summary>The shared key of HS256, HS384 and HS512: a text of at least 32 octets in UTF-8. Null: such tokens are refused.</summary>
    public string? HmacKey { get; init; }

    /// <summary>
    /// Public keys of RSA (at least 2,048 bits: RS256, PS256 and their like) or EC (ES256, ES384, ES512), or certificates with them, each
    /// as PEM.
    /// </summary>
    public IReadOnlyList<string> PublicKeys { get; init; } = [];

    /// <summary>A file with a JSON Web Key Set (RFC 7517), of whose keys those of RSA and EC count; null for none.</summary>
    public string? KeySetFile { get; init; }

    /// <summary>Where a JSON Web Key Set is: <c>https</c>, or <c>http</c> on this machine; null for nowhere.</summary>
    public Uri? KeySetUrl { get; init; }

    /// <summary>After how long a key set is read again. Also when a token names a key that is not in it. 5 min.</summary>
    public TimeSpan RefreshKeySet { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For how long a key set that cannot be read again still counts; then tokens are refused. 24 h.</summary>
    public TimeSpan KeepKeySet { get; init; } = TimeSpan.FromHours(24);

    /// <summary>By how much clocks may differ, a day at the most. 30 s.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The claim that holds the authid. HELLO need not name one; if it does, it must be the same.</summary>
    public string AuthIdClaim { get; init; } = "sub";

    /// <summary>
    /// The claim that holds the role, or a list of roles. As with all claims, a dot leads into a claim that is an object:
    /// <c>realm_access.roles</c>.
    /// </summary>
    public string RoleClaim { get; init; } = "role";

    /// <summary>The role of tokens without that claim; null: they are refused.</summary>
    public string? DefaultRole { get; init; }

    /// <summary>The roles that tokens can grant: others that they name are passed over. Null: all.</summary>
    public IReadOnlyList<string>? Roles { get; init; }

    /// <summary>The claim that must hold the realm, or a list with it; null: the token is good for every realm that takes it.</summary>
    public string? RealmClaim { get; init; }

    /// <summary>Tells nothing of the shared key.</summary>
    public override string ToString() => nameof(JwtOptions);
}
