using Broker.Uris;

namespace Broker.Client.Authentication;

/// <summary>An authenticator refuses to go on. Its message goes to the router, too, and therefore holds no secret.</summary>
public sealed class WampAuthenticationException(string message, Exception? innerException = null)
    : WampException(ErrorUris.AuthenticationFailed, message, innerException);
