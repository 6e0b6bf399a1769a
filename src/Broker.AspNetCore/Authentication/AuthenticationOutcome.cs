using Broker.Uris;

namespace Broker.Authentication;

/// <summary>What came of an attempt to authenticate.</summary>
internal enum AuthenticationOutcome
{
    /// <summary>The client has proven who it is.</summary>
    Accepted,

    /// <summary>It has not.</summary>
    Denied,

    /// <summary>It got no answer: too many attempts had failed, or too many waited to be judged.</summary>
    Limited,

    /// <summary>What judges did not work.</summary>
    Failed,

    /// <summary>Refused for another reason.</summary>
    Refused,
}

/// <summary>Names of <see cref="AuthenticationOutcome"/>.</summary>
internal static class AuthenticationOutcomes
{
    /// <summary>The outcome that the reason of a refusal tells.</summary>
    public static AuthenticationOutcome Of(string reason) => reason switch
    {
        ErrorUris.AuthenticationDenied => AuthenticationOutcome.Denied,
        ErrorUris.AuthenticationFailed => AuthenticationOutcome.Failed,
        ErrorUris.Unavailable => AuthenticationOutcome.Limited,
        _ => AuthenticationOutcome.Refused,
    };

    /// <summary>The name in metrics; stable.</summary>
    public static string Tag(this AuthenticationOutcome outcome) => outcome switch
    {
        AuthenticationOutcome.Accepted => "accepted",
        AuthenticationOutcome.Denied => "denied",
        AuthenticationOutcome.Limited => "limited",
        AuthenticationOutcome.Failed => "failed",
        _ => "refused",
    };
}
