using Broker.Uris;

namespace Broker.Realms;

/// <summary>How a realm behaves.</summary>
public sealed record RealmOptions
{
    /// <summary>What URIs may look like.</summary>
    public UriRules UriRules { get; init; } = UriRules.Default;

    /// <summary>Whether callees learn who calls (<c>disclose_me</c> of CALL, <c>disclose_caller</c> of REGISTER).</summary>
    public DisclosePolicy DiscloseCaller { get; init; }

    /// <summary>The trust levels of calls; the first rule that fits counts. None: no trust level is told.</summary>
    public IReadOnlyList<TrustLevelRule> CallTrustLevels { get; init; } = [];

    /// <summary>The timeout of calls that ask for none; null: they may take as long as they like.</summary>
    public TimeSpan? DefaultCallTimeout { get; init; }

    /// <summary>The longest timeout of a call, also of those that ask for none; null: there is no longest.</summary>
    public TimeSpan? MaxCallTimeout { get; init; }

    /// <summary>How many calls of one registration may wait for callees that limit how many they take at once. 100.</summary>
    public int MaxQueuedCalls { get; init; } = 100;

    /// <summary>Whether subscribers learn who published (<c>disclose_me</c> of PUBLISH).</summary>
    public DisclosePolicy DisclosePublisher { get; init; }

    /// <summary>The trust levels of publications; the first rule that fits counts. None: no trust level is told.</summary>
    public IReadOnlyList<TrustLevelRule> PublicationTrustLevels { get; init; } = [];

    /// <summary>How many retained events are kept.</summary>
    public RetentionOptions Retention { get; init; } = new();

    /// <summary>The topics and patterns whose events are recorded.</summary>
    public IReadOnlyList<HistoryRule> History { get; init; } = [];
}
