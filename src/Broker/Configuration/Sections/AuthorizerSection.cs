using Broker.Configuration.Keys;

namespace Broker.Configuration.Sections;

/// <summary>How the authorizers of roles are asked.</summary>
internal sealed record AuthorizerSection
{
    /// <summary>The time for an answer.</summary>
    [Key("How long an authorizer may take for an answer; then nothing is allowed.", Min = "1ms", Max = "1d")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long permissions are remembered.</summary>
    [Key("How long a permission is remembered. 0s: not at all.", Max = "365d")]
    public TimeSpan AllowedFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long denials are remembered.</summary>
    [Key("How long a denial is remembered. 0s: not at all.", Max = "365d")]
    public TimeSpan DeniedFor { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many answers are remembered.</summary>
    [Key("How many answers are remembered, over all realms; the least recently used are forgotten first.", Min = "1")]
    public int MaxRemembered { get; init; } = 10_000;
}
