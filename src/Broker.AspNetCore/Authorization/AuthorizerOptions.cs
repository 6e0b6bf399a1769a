namespace Broker.Authorization;

/// <summary>How dynamic authorizers are asked, and how long their answers are remembered.</summary>
public sealed record AuthorizerOptions
{
    /// <summary>How long an authorizer may take for an answer; then <c>wamp.error.authorization_failed</c>. 3 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a permission is remembered. 30 s; zero: not at all.</summary>
    public TimeSpan AllowedFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a denial is remembered. 5 s; zero: not at all. Failures are never remembered.</summary>
    public TimeSpan DeniedFor { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many answers are remembered; the least recently used are forgotten first. 10,000.</summary>
    public int MaxRemembered { get; init; } = 10_000;
}
