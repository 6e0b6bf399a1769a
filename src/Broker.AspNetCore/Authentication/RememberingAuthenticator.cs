using System.Text.Json.Nodes;

namespace Broker.Authentication;

/// <summary>
/// Authenticates as another authenticator does, and tells the client in WELCOME a cookie by which it is known again (<see
/// cref="CookieAuthenticator"/>): <c>authextra.cookie</c> with <c>name</c>, <c>value</c> and <c>max_age</c> in seconds, for the page to
/// set. Scripts of the page can read such a cookie; one of <see cref="LoginCookies.Append"/> they cannot.
/// </summary>
/// <param name="inner">Who authenticates.</param>
/// <param name="cookies">The cookies.</param>
/// <param name="time">The clock; null for the system's.</param>
public sealed class RememberingAuthenticator(IWampAuthenticator inner, LoginCookies cookies, TimeProvider? time = null) : IWampAuthenticator
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <inheritdoc/>
    public string Method => inner.Method;

    /// <inheritdoc/>
    public async ValueTask<AuthenticationResult> BeginAsync(AuthenticationRequest request, CancellationToken cancellationToken) =>
        Remember(request, await inner.BeginAsync(request, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public async ValueTask<AuthenticationResult> ContinueAsync(
        AuthenticationRequest request, object? state, AuthenticationAnswer answer, CancellationToken cancellationToken) =>
        Remember(request, await inner.ContinueAsync(request, state, answer, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public bool StillAccepts(AcceptedClient client) => inner.StillAccepts(client);

    private AuthenticationResult Remember(AuthenticationRequest request, AuthenticationResult result)
    {
        if (result is not AuthenticationResult.Accepted accepted)
        {
            return result;
        }

        var maxAge = accepted.Expires is { } end && end - _time.GetUtcNow() < cookies.MaxAge ? end - _time.GetUtcNow() : cookies.MaxAge;
        var extra = accepted.AuthExtra?.DeepClone().AsObject() ?? [];
        extra["cookie"] = new JsonObject
        {
            ["name"] = cookies.Name,
            ["value"] = cookies.Seal(
                request.Realm,
                accepted.Identity.AuthId,
                [accepted.Identity.AuthRole],
                accepted.Expires,
                new CookieOrigin(Method, accepted.Identity.AuthProvider, accepted.Evidence)),
            ["max_age"] = (long)maxAge.TotalSeconds,
        };
        return accepted with { AuthExtra = extra };
    }
}
