using System.Security.Claims;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Authentication;

/// <summary>
/// Method <c>principal</c>: the client is who the application's own authentication says, as <c>HttpContext.User</c>: for sessions that come
/// through <c>MapWamp</c> behind <c>UseAuthentication</c>. A session ends when that authentication does, if it says when. Immutable.
/// </summary>
/// <remarks>
/// Browsers send cookies with the handshakes of any page: it is the check of <c>Origin</c> that keeps other sites' pages from joining as
/// the user.
/// </remarks>
public sealed class PrincipalAuthenticator : IWampAuthenticator
{
    /// <inheritdoc/>
    public string Method => AuthMethods.Principal;

    /// <summary>The type of the claim that holds the authid; null: the name identifier (<c>sub</c>), or else the identity's name.</summary>
    public string? AuthIdClaim { get; init; }

    /// <summary>The type of the claims that hold roles; null: what the user's identity says.</summary>
    public string? RoleClaim { get; init; }

    /// <summary>The roles that claims can grant: others are passed over. Null: all.</summary>
    public IReadOnlyList<string>? Roles { get; init; }

    /// <summary>
    /// The role of users whose claims grant none that can be granted; null: they are denied. That of tokens is for those without the claim
    /// (<see cref="Tokens.JwtOptions.DefaultRole"/>).
    /// </summary>
    public string? DefaultRole { get; init; }

    /// <inheritdoc/>
    public ValueTask<AuthenticationResult> BeginAsync(AuthenticationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ValueTask.FromResult(request.Transport.User is { } user
            ? Judge(request, user)
            : new AuthenticationResult.Declined(
                ErrorUris.AuthenticationRequired, "The method principal needs a user who has logged in to the application."));
    }

    private AuthenticationResult Judge(AuthenticationRequest request, ClaimsPrincipal user)
    {
        var authId = AuthIdClaim is not null
            ? user.FindFirstValue(AuthIdClaim)
            : user.FindFirstValue(ClaimTypes.NameIdentifier) ?? user.FindFirstValue("sub") ?? user.Identity?.Name;
        if (authId is not { Length: > 0 } || (request.AuthId is { Length: > 0 } asked && asked != authId))
        {
            return Verdict.Denied;
        }

        List<string> roles =
        [
            .. user.Identities.Where(identity => identity.IsAuthenticated)
                .SelectMany(identity => identity.FindAll(RoleClaim ?? identity.RoleClaimType))
                .Select(claim => claim.Value)
                .Where(role => Roles?.Contains(role) ?? role.Length > 0),
        ];
        if (roles.Count == 0 && DefaultRole is { } role)
        {
            roles.Add(role);
        }

        return roles.Count == 0
            ? new AuthenticationResult.Refused(ErrorUris.AuthenticationDenied, "The user has no role that there is here.")
            : Verdict.Accept(
                request,
                new SessionIdentity(authId, "", AuthMethods.Principal, user.Identity?.AuthenticationType ?? "application"),
                roles,
                expires: request.Transport.UserExpires);
    }
}
