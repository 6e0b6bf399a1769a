namespace Broker.Authentication;

/// <summary>Whom an authenticator looks for.</summary>
/// <param name="Request">Who wants to join what, from where.</param>
/// <param name="Method">The authentication method.</param>
/// <param name="AuthId">
/// The authid, in the form that the method compares (SASLprep for <c>wamp-scram</c>); null to look for the one who has <paramref
/// name="PublicKey"/>.
/// </param>
/// <param name="PublicKey">
/// Method <c>cryptosign</c>: the public key that the client has announced, in lower-case hex; otherwise null.
/// </param>
public sealed record UserQuery(AuthenticationRequest Request, string Method, string? AuthId, string? PublicKey = null);
