using Broker.Uris;

namespace Broker.Realms;

/// <summary>How far the receivers of a message may trust its sender (WAMP specification, "Publication Trust Levels", "Call Trust Levels"): one rule of a list.</summary>
public sealed record TrustLevelRule
{
    /// <summary>The topics or procedures that the rule is for.</summary>
    public required string Uri { get; init; }

    /// <summary>How <see cref="Uri"/> matches them.</summary>
    public MatchPolicy Match { get; init; }

    /// <summary>The sender's <c>authrole</c>; null: any.</summary>
    public string? AuthRole { get; init; }

    /// <summary>The trust level: 0 is the lowest.</summary>
    public long Level { get; init; }
}
