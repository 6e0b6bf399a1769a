namespace Broker.PubSub;

/// <summary>As what a <see cref="StoredPublication"/> reaches somebody.</summary>
internal enum StoredForm
{
    /// <summary>As a retained EVENT of a subscription to its topic.</summary>
    Event,

    /// <summary>As a retained EVENT of a pattern, which tells the topic.</summary>
    PatternEvent,

    /// <summary>In the history of its topic.</summary>
    Recorded,

    /// <summary>In the history of a pattern, which tells the topic.</summary>
    PatternRecorded,
}
