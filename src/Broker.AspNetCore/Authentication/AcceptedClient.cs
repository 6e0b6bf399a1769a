using Broker.Sessions;

namespace Broker.Authentication;

/// <summary>
/// A client with an open session, as <see cref="IWampAuthenticator.StillAccepts"/> is asked about it when the router's options have changed.
/// Immutable.
/// </summary>
/// <param name="Realm">The realm.</param>
/// <param name="Method">The <see cref="IWampAuthenticator.Method"/> that has accepted the client.</param>
/// <param name="Identity">Who it is.</param>
/// <param name="Evidence"><see cref="AuthenticationResult.Accepted.Evidence"/>.</param>
/// <param name="Transport">What the transport knows of it.</param>
public sealed record AcceptedClient(string Realm, string Method, SessionIdentity Identity, string? Evidence, TransportInfo Transport);
