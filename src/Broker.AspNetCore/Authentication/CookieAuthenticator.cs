using Broker.Sessions;
using Broker.Uris;

namespace Broker.Authentication;

/// <summary>
/// Method <c>cookie</c>: a browser is known again by a cookie that the application has given it (<see cref="LoginCookies.Append"/>), or a
/// login before (<see cref="RememberingAuthenticator"/>). A session ends when its cookie does. Clients without a good cookie are left to
/// the next method of their list.
/// </summary>
/// <remarks>
/// Browsers send cookies with the handshakes of any page: it is the check of <c>Origin</c> that keeps other sites' pages from joining as
/// the user.
/// </remarks>
/// <param name="cookies">The cookies.</param>
/// <param name="users">
/// Who still exists and what they may be, so that a cookie does not outlive its user; null: what the cookie says holds until it ends.
/// </param>
public sealed class CookieAuthenticator(LoginCookies cookies, IUserStore? users = null) : IWampAuthenticator
{
    private static readonly AuthenticationResult NoCookie = new AuthenticationResult.Declined(
        ErrorUris.AuthenticationRequired, "There is no cookie by which the client would be known again: log in by another method.");

    /// <inheritdoc/>
    public string Method => AuthMethods.Cookie;

    /// <summary>
    /// Whether cookies are taken over connections without TLS from other machines, see <see cref="TicketAuthenticator.AllowUnencrypted"/>.
    /// </summary>
    public bool AllowUnencrypted { get; init; }

    /// <summary>
    /// The methods by which browsers get cookies (<see cref="RememberingAuthenticator"/>): a cookie of somebody whom they would not accept any
    /// more is not good, and no cookie of a method that is not among them. Null: nobody is asked. Cookies of the application are as good as ever.
    /// </summary>
    public IReadOnlyList<IWampAuthenticator>? Origins { get; init; }

    /// <inheritdoc/>
    public async ValueTask<AuthenticationResult> BeginAsync(AuthenticationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Verdict.Readable(request.Transport, AllowUnencrypted, "Cookies") is { } readable)
        {
            return readable;
        }

        var login = cookies.Read(request.Transport.Header("Cookie"), request.Realm);
        if (login is null || (request.AuthId is { Length: > 0 } asked && asked != login.AuthId))
        {
            return NoCookie;
        }

        var (roles, origin) = (login.Roles, login.Origin);
        if (users is not null)
        {
            var query = new UserQuery(request, AuthMethods.Cookie, login.AuthId);
            var user = await users.FindAsync(query, cancellationToken).ConfigureAwait(false);
            if (user is null)
            {
                return Verdict.Denied;
            }

            (roles, origin) = (user.Roles, origin ?? new CookieOrigin(Method, user.Provider, Evidence: null));
        }

        var identity = new SessionIdentity(login.AuthId, "", AuthMethods.Cookie, "cookie");
        var result = Verdict.Accept(request, identity, roles, expires: login.Expires, evidence: origin?.ToText());
        return result is not AuthenticationResult.Accepted accepted
            || StillAccepts(new AcceptedClient(request.Realm, Method, accepted.Identity, accepted.Evidence, request.Transport))
            ? result
            : NoCookie;
    }

    /// <inheritdoc/>
    public bool StillAccepts(AcceptedClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (client.Evidence is not { } evidence)
        {
            return true;
        }

        var before = CookieOrigin.Read(evidence).Of(client);
        return users?.StillKnows(before) != false
            && (Origins is null
                || before is { Method: AuthMethods.Cookie, Evidence: null } // of the application
                || Origins.Any(one => one.Method == before.Method && one.StillAccepts(before)));
    }
}
