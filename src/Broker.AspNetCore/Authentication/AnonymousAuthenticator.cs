using Broker.Sessions;
using Broker.Uris;

namespace Broker.Authentication;

/// <summary>Method <c>anonymous</c>: takes everybody, under a random authid.</summary>
/// <param name="role">The authrole that such sessions get.</param>
/// <param name="fromAnywhere">Whether it takes sessions from addresses that are not on this machine.</param>
public sealed class AnonymousAuthenticator(string role = AuthMethods.Anonymous, bool fromAnywhere = false) : IWampAuthenticator
{
    /// <inheritdoc/>
    public string Method => AuthMethods.Anonymous;

    /// <inheritdoc/>
    public ValueTask<AuthenticationResult> BeginAsync(AuthenticationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ValueTask.FromResult<AuthenticationResult>(fromAnywhere || request.Transport.IsLocal
            ? Verdict.Accept(request, new SessionIdentity(Guid.NewGuid().ToString("N"), role, AuthMethods.Anonymous, "static"), [role])
            : new AuthenticationResult.Declined(
                ErrorUris.AuthenticationRequired,
                "Anonymous sessions are taken from loopback addresses only: the router's operator can allow them from everywhere."));
    }

    /// <inheritdoc/>
    public bool StillAccepts(AcceptedClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.Identity.AuthRole == role && (fromAnywhere || client.Transport.IsLocal);
    }
}
