namespace Broker.Uris;

/// <summary>The reasons and errors that the specification names (WAMP specification, "Predefined URIs").</summary>
public static class ErrorUris
{
    /// <summary>A URI of a message is malformed or reserved.</summary>
    public const string InvalidUri = "wamp.error.invalid_uri";

    /// <summary>A call to a procedure that nobody has registered.</summary>
    public const string NoSuchProcedure = "wamp.error.no_such_procedure";

    /// <summary>A procedure is registered already.</summary>
    public const string ProcedureAlreadyExists = "wamp.error.procedure_already_exists";

    /// <summary>The session has no such registration.</summary>
    public const string NoSuchRegistration = "wamp.error.no_such_registration";

    /// <summary>The session has no such subscription.</summary>
    public const string NoSuchSubscription = "wamp.error.no_such_subscription";

    /// <summary>The realm has no such session.</summary>
    public const string NoSuchSession = "wamp.error.no_such_session";

    /// <summary>The arguments of a call or event cannot be taken, or not be expressed in the receiver's serializer.</summary>
    public const string InvalidArgument = "wamp.error.invalid_argument";

    /// <summary>A call was canceled, or its callee left.</summary>
    public const string Canceled = "wamp.error.canceled";

    /// <summary>A message is too long for its receiver.</summary>
    public const string PayloadSizeExceeded = "wamp.error.payload_size_exceeded";

    /// <summary>The peer broke the protocol.</summary>
    public const string ProtocolViolation = "wamp.error.protocol_violation";

    /// <summary>The session may not do this.</summary>
    public const string NotAuthorized = "wamp.error.not_authorized";

    /// <summary>The authorization itself failed.</summary>
    public const string AuthorizationFailed = "wamp.error.authorization_failed";

    /// <summary>The realm does not exist.</summary>
    public const string NoSuchRealm = "wamp.error.no_such_realm";

    /// <summary>The role does not exist.</summary>
    public const string NoSuchRole = "wamp.error.no_such_role";

    /// <summary>Client and router have no authentication method in common.</summary>
    public const string NoMatchingAuthMethod = "wamp.error.no_matching_auth_method";

    /// <summary>Authentication is required.</summary>
    public const string AuthenticationRequired = "wamp.error.authentication_required";

    /// <summary>The user does not exist.</summary>
    public const string NoSuchPrincipal = "wamp.error.no_such_principal";

    /// <summary>The credentials are wrong.</summary>
    public const string AuthenticationDenied = "wamp.error.authentication_denied";

    /// <summary>The authentication itself failed.</summary>
    public const string AuthenticationFailed = "wamp.error.authentication_failed";

    /// <summary>A call timed out.</summary>
    public const string Timeout = "wamp.error.timeout";

    /// <summary>An option is not offered here.</summary>
    public const string OptionNotAllowed = "wamp.error.option_not_allowed";

    /// <summary>The router does not let sessions disclose their identity.</summary>
    public const string DiscloseMeDisallowed = "wamp.error.option_disallowed.disclose_me";

    /// <summary>The peer has not got a feature that is needed.</summary>
    public const string FeatureNotSupported = "wamp.error.feature_not_supported";

    /// <summary>A callee cannot take the call now; from the dealer: all are busy, and too many calls wait already.</summary>
    public const string Unavailable = "wamp.error.unavailable";

    /// <summary>Every callee of the registration has said that it cannot take the call now.</summary>
    public const string NoAvailableCallee = "wamp.error.no_available_callee";

    /// <summary>The network of the router failed.</summary>
    public const string NetworkFailure = "wamp.error.network_failure";

    /// <summary>An exception of a callee that it has not mapped to a URI: not of the specification, but of common use.</summary>
    public const string RuntimeError = "wamp.error.runtime_error";
}
