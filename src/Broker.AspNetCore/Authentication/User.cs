using System.Text.Json.Nodes;

namespace Broker.Authentication;

/// <summary>
/// Somebody who may join a realm, and what the router knows that proves it: each method looks at its own property. Immutable.
/// </summary>
public sealed record User
{
    /// <summary>The <c>authid</c>.</summary>
    public required string AuthId { get; init; }

    /// <summary>The roles that the user may have: the first one, unless HELLO asks for another of them (AUT-11). One or more.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>The <c>authprovider</c> that WELCOME names: where the user is known.</summary>
    public string Provider { get; init; } = "static";

    /// <summary>Method <c>ticket</c>: the ticket, or null.</summary>
    public TicketCredential? Ticket { get; init; }

    /// <summary>Method <c>wampcra</c>: the secret or the key derived from it, or null.</summary>
    public CraCredential? Cra { get; init; }

    /// <summary>Method <c>wamp-scram</c>: what is known of the password, or null.</summary>
    public ScramCredential? Scram { get; init; }

    /// <summary>Method <c>cryptosign</c>: the user's Ed25519 public keys, each of 64 hex digits.</summary>
    public IReadOnlyList<string> AuthorizedKeys { get; init; } = [];

    /// <summary>What WELCOME tells the client in <c>authextra</c>, or null. Not to be changed.</summary>
    public JsonObject? Extra { get; init; }

    /// <summary>When sessions of this user end; null: when they like.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>What <see cref="Has"/> knows a client by that was accepted by a method; null for a method that looks at no secret or key of users.</summary>
    /// <param name="method">The method.</param>
    /// <param name="publicKey">Method <c>cryptosign</c>: the client's key in lower-case hex.</param>
    internal string? Evidence(string method, string? publicKey = null) => method switch
    {
        AuthMethods.Ticket => Ticket?.Fingerprint,
        AuthMethods.WampCra => Cra?.Fingerprint,
        AuthMethods.WampScram => Scram?.Fingerprint,
        AuthMethods.Cryptosign => publicKey,
        _ => null,
    };

    /// <summary>Whether the user still has the secret or key by which a client was accepted.</summary>
    internal bool Has(string evidence, string method) => method == AuthMethods.Cryptosign
        ? AuthorizedKeys.Contains(evidence, StringComparer.OrdinalIgnoreCase)
        : Evidence(method) == evidence;

    /// <summary>Tells the name and nothing of the secrets.</summary>
    public override string ToString() => $"{nameof(User)} {AuthId}";
}
