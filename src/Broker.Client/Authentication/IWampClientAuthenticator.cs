namespace Broker.Client.Authentication;

/// <summary>
/// One way to tell a router who the client is: an element of <see cref="WampClientOptions.Authenticators"/>. Extension point: an
/// application may bring its own. One instance serves any number of clients at once.
/// </summary>
public interface IWampClientAuthenticator
{
    /// <summary>The method, as <c>HELLO.Details.authmethods</c> lists it.</summary>
    string Method { get; }

    /// <summary>Who the client says it is; null to leave it to the router. All authenticators of a client say the same, or null.</summary>
    string? AuthId { get; }

    /// <summary>
    /// Whether its exchange can answer CHALLENGE also later, so that a session goes on when the time for which it was authenticated is
    /// over. HELLO tells the router, which may ask then; routers that do not know of it end the session by GOODBYE.
    /// </summary>
    bool CanReauthenticate => false;

    /// <summary>Begins to join: called once for each HELLO, before the transport is opened.</summary>
    /// <param name="options">The client's.</param>
    /// <exception cref="ArgumentException">The method cannot be used with these options; the client does not connect.</exception>
    AuthenticationExchange Begin(WampClientOptions options);
}
