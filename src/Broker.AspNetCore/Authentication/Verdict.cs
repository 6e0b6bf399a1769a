using System.Text.Json.Nodes;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Authentication;

/// <summary>What the authenticators of this library say in the end, in the same words whatever the method.</summary>
internal static class Verdict
{
    /// <summary>The one answer to a wrong secret and to a name that nobody has (AUT-09).</summary>
    public static AuthenticationResult Denied { get; } =
        new AuthenticationResult.Refused(ErrorUris.AuthenticationDenied, "The authentication was denied: authid, secret or key is wrong.");

    /// <summary>For what others must not read on the way (TIC-06): what a client gets without TLS that comes from another machine; null for all others.</summary>
    /// <param name="transport">How the client is connected.</param>
    /// <param name="isAllowed">Whether it may be read all the same.</param>
    /// <param name="what">What it is.</param>
    public static AuthenticationResult? Readable(TransportInfo transport, bool isAllowed, string what) =>
        isAllowed || transport.IsEncrypted || transport.IsLocal
            ? null
            : new AuthenticationResult.Declined(
                ErrorUris.NoMatchingAuthMethod, $"{what} are taken over TLS only, for others could read them on the way: connect by TLS.");

    /// <summary>For a method that cannot begin without an authid (TIC-07).</summary>
    public static AuthenticationResult WithoutAuthId(string method) =>
        new AuthenticationResult.Declined(ErrorUris.AuthenticationDenied, $"The method {method} needs an authid in HELLO.Details.");

    /// <summary>Accepts a client in the role that it asks for, if it has that, or else in its first one (AUT-11).</summary>
    /// <param name="request">What the client asks for.</param>
    /// <param name="identity">Who it is; its role is not looked at.</param>
    /// <param name="roles">The roles that it may have; one or more.</param>
    /// <param name="extra"><c>authextra</c> of WELCOME, or null.</param>
    /// <param name="expires">When the session has to end, or null.</param>
    /// <param name="evidence"><see cref="AuthenticationResult.Accepted.Evidence"/>.</param>
    public static AuthenticationResult Accept(
        AuthenticationRequest request,
        SessionIdentity identity,
        IReadOnlyList<string> roles,
        JsonObject? extra = null,
        DateTimeOffset? expires = null,
        string? evidence = null)
    {
        var role = request.AuthRole ?? roles[0];
        return roles.Contains(role)
            ? new AuthenticationResult.Accepted(identity with { AuthRole = role }, extra, expires) { Evidence = evidence }
            : new AuthenticationResult.Refused(
                ErrorUris.AuthenticationDenied, "The role that HELLO asks for is not granted: ask for another, or for none.");
    }

    /// <summary>Accepts a user.</summary>
    public static AuthenticationResult Accept(
        AuthenticationRequest request, User user, string method, JsonObject? extra = null, string? publicKey = null)
    {
        var all = user.Extra?.DeepClone().AsObject() ?? [];
        foreach (var (key, value) in extra ?? [])
        {
            all[key] = value?.DeepClone();
        }

        return Accept(
            request,
            new SessionIdentity(user.AuthId, "", method, user.Provider),
            user.Roles,
            all.Count > 0 ? all : null,
            user.Expires,
            user.Evidence(method, publicKey));
    }
}
