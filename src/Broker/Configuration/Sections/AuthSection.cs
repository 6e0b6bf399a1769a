using Broker.Configuration.Keys;

namespace Broker.Configuration.Sections;

/// <summary>How sessions of a realm prove who they are: the methods that are named are offered.</summary>
internal sealed record AuthSection
{
    /// <summary>Not at all.</summary>
    [Key("Sessions that prove nothing, from every address. null: there are none.", Example = """{ "role": "guest" }""")]
    public AnonymousSection? Anonymous { get; init; }

    /// <summary>By a ticket.</summary>
    [Key("Method ticket: a secret is shown. Only over TLS or on one machine.")]
    public TicketSection? Ticket { get; init; }

    /// <summary>By WAMP-CRA.</summary>
    [Key("Method wampcra: a challenge is signed with a shared secret.")]
    public CraSection? Wampcra { get; init; }

    /// <summary>By WAMP-SCRAM.</summary>
    [Key("Method wamp-scram: a challenge is signed with a secret that the router does not know.")]
    public ScramSection? Scram { get; init; }

    /// <summary>By WAMP-Cryptosign.</summary>
    [Key("Method cryptosign: a challenge is signed with an Ed25519 key.")]
    public CryptosignSection? Cryptosign { get; init; }

    /// <summary>By a JSON Web Token.</summary>
    [Key("JSON Web Tokens, shown as tickets.")]
    public JwtSection? Jwt { get; init; }

    /// <summary>By a TLS certificate.</summary>
    [Key("Method tls: the certificate that the client showed at the listener.")]
    public CertificateSection? Tls { get; init; }

    /// <summary>By a cookie.</summary>
    [Key("Method cookie: browsers that authenticated before are known again, by a cookie that WELCOME tells them (authextra.cookie).")]
    public CookieSection? Cookie { get; init; }

    /// <summary>By a procedure.</summary>
    [Key("A procedure that is asked about users who are not in this file.")]
    public AuthProcedureSection? Procedure { get; init; }

    /// <summary>By a web server.</summary>
    [Key("A web server that is asked about users who are not in this file.")]
    public WebhookSection? Webhook { get; init; }
}

/// <summary>Anonymous sessions.</summary>
internal sealed record AnonymousSection
{
    /// <summary>Their role.</summary>
    [Key("Their role.")]
    public required string Role { get; init; }
}

/// <summary>Authentication by TLS certificates.</summary>
internal sealed record CertificateSection
{
    /// <summary>The role of every certificate's owner.</summary>
    [Key(
        "The role of everyone whose certificate is trusted; the authid is the certificate's common name, and where that is a user below whose "
        + "fingerprint it is not, the certificate is denied. null: only the users below.")]
    public string? Role { get; init; }

    /// <summary>The users.</summary>
    [Key("The users.", Names = "AUTHID")]
    public IReadOnlyDictionary<string, CertificateUserSection> Users { get; init; } = new Dictionary<string, CertificateUserSection>();
}

/// <summary>A user known by certificates.</summary>
internal sealed record CertificateUserSection
{
    /// <summary>The role.</summary>
    [Key("The role.")]
    public required string Role { get; init; }

    /// <summary>The certificates.</summary>
    [Key("The SHA-256 fingerprints of the certificates.", Format = TextFormat.Hex32)]
    public required IReadOnlyList<string> Fingerprints { get; init; }
}

/// <summary>Authentication by cookies.</summary>
internal sealed record CookieSection
{
    /// <summary>The cookie's name.</summary>
    [Key("The cookie's name.")]
    public string Name { get; init; } = "broker";

    /// <summary>How long it is good for.</summary>
    [Key("How long the router knows a browser again.", Min = "1s", Max = "3650d")]
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Where the keys are kept that seal it.</summary>
    [Key(
        "The folder for the keys that seal cookies, for the router alone to read; routers that share it know each other's cookies. null: "
        + "cookies are good until the router ends.")]
    public string? Keys { get; init; }
}

/// <summary>Authentication by a procedure.</summary>
internal sealed record AuthProcedureSection
{
    /// <summary>The procedure.</summary>
    [Key("The procedure: it gets realm, authid and details, judges tickets, and returns the user's role and secrets (docs/extending.md).", Format = TextFormat.Uri)]
    public required string Uri { get; init; }

    /// <summary>The method it is for.</summary>
    [Key("The methods that it is asked for.")]
    public IReadOnlyList<AuthProcedureMethod> Methods { get; init; } = [AuthProcedureMethod.Ticket];

    /// <summary>Where it is registered.</summary>
    [Key("The realm in which it is registered. Whoever registers it decides who anybody is. null: this realm.", Format = TextFormat.Realm)]
    public string? Realm { get; init; }

    /// <summary>How long it may take.</summary>
    [Key("How long it may take; then the session is refused.", Min = "1ms", Max = "1d")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);
}

/// <summary>What a procedure can be asked for.</summary>
internal enum AuthProcedureMethod
{
    /// <summary>Whose a ticket is.</summary>
    Ticket,

    /// <summary>Secrets of WAMP-CRA.</summary>
    Wampcra,

    /// <summary>Keys of WAMP-SCRAM.</summary>
    Scram,

    /// <summary>Whose a public key is.</summary>
    Cryptosign,
}

/// <summary>Authentication by a web server.</summary>
internal sealed record WebhookSection
{
    /// <summary>Where it is.</summary>
    [Key("Where tickets are posted to, to be judged there (docs/extending.md); without a user and password: use headers.", Format = TextFormat.WebAddress)]
    public required string Url { get; init; }

    /// <summary>How long it may take.</summary>
    [Key("How long it may take; then the session is refused.", Min = "1ms", Max = "1d")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What is sent along.</summary>
    [Key("Headers to send along, such as Authorization.", Names = "HEADER")]
    public IReadOnlyDictionary<string, Secret> Headers { get; init; } = new Dictionary<string, Secret>();
}
