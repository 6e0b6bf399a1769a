using Broker.Uris;

namespace Broker.Realms;

/// <summary>How a realm behaves.</summary>
public sealed record RealmOptions
{
    /// <summary>What URIs may look like.</summary>
    public UriRules UriRules { get; init; } = UriRules.Default;
}
