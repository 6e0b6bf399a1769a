using Broker.Authentication;
using Broker.Options;
using Broker.Realms;

namespace Broker.Sessions;

/// <summary>One client on its way from HELLO to WELCOME or ABORT.</summary>
/// <param name="realm">The realm it wants to join.</param>
/// <param name="hello">What it said of itself.</param>
/// <param name="authenticator">Who decides.</param>
/// <param name="request">What the authenticator is told.</param>
internal sealed class JoinAttempt(Realm realm, HelloDetails hello, IWampAuthenticator authenticator, AuthenticationRequest request)
{
    private object? _state;

    /// <summary>The realm.</summary>
    public Realm Realm { get; } = realm;

    /// <summary>What the client said of itself.</summary>
    public HelloDetails Hello { get; } = hello;

    /// <summary>The authentication method.</summary>
    public string Method => authenticator.Method;

    /// <summary>The session id that it will have.</summary>
    public long SessionId => request.SessionId;

    /// <summary>Has the authenticator answer HELLO.</summary>
    public ValueTask<AuthenticationResult> BeginAsync(CancellationToken cancellationToken) => authenticator.BeginAsync(request, cancellationToken);

    /// <summary>Has the authenticator answer AUTHENTICATE.</summary>
    public ValueTask<AuthenticationResult> ContinueAsync(AuthenticationAnswer answer, CancellationToken cancellationToken) =>
        authenticator.ContinueAsync(request, _state, answer, cancellationToken);

    /// <summary>Keeps what belongs to the challenge that is out.</summary>
    public void Challenged(object? state) => _state = state;
}
