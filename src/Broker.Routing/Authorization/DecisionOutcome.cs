namespace Broker.Authorization;

/// <summary>Whether a session may do what it asks for.</summary>
public enum DecisionOutcome
{
    /// <summary>It may not: <c>wamp.error.not_authorized</c>.</summary>
    Denied,

    /// <summary>It may.</summary>
    Allowed,

    /// <summary>No rule speaks of it: the role's authorizer has to be asked.</summary>
    Unknown,

    /// <summary>The authorizer gave no answer: <c>wamp.error.authorization_failed</c>.</summary>
    Failed,
}
