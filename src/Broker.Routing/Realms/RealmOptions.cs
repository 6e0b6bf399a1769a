using Broker.Uris;

namespace Broker.Realms;

/// <summary>How a realm behaves.</summary>
public sealed record RealmOptions
{
    /// <summary>What URIs may look like.</summary>
    public UriRules UriRules { get; init; } = UriRules.Default;

    /// <summary>Whether subscribers learn who published (<c>disclose_me</c> of PUBLISH).</summary>
    public DisclosePolicy DisclosePublisher { get; init; }

    /// <summary>The trust levels of publications; the first rule that fits counts. None: no trust level is told.</summary>
    public IReadOnlyList<TrustLevelRule> PublicationTrustLevels { get; init; } = [];

    /// <summary>How many retained events are kept.</summary>
    public RetentionOptions Retention { get; init; } = new();

    /// <summary>The topics and patterns whose events are recorded.</summary>
    public IReadOnlyList<HistoryRule> History { get; init; } = [];
}
