namespace Broker.Uris;

/// <summary>How the URI of a subscription or registration matches topics or procedures (WAMP specification, "Pattern-based Subscriptions").</summary>
public enum MatchPolicy : byte
{
    /// <summary><c>exact</c>, the default: the same URI.</summary>
    Exact,

    /// <summary><c>prefix</c>: every URI that starts with this text.</summary>
    Prefix,

    /// <summary><c>wildcard</c>: as many components; an empty one matches any.</summary>
    Wildcard,
}
