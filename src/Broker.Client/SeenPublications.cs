using Broker.Client.Sessions;

namespace Broker.Client;

/// <summary>
/// Has an event handed over once, though several subscriptions match its topic and the router sends it for each (WAMP specification,
/// "Pattern-based Subscription"): subscriptions with the same instance as their <see cref="SubscribeOptions.Seen"/> share what they have
/// seen. Whichever comes first gets the event. Thread-safe; may be shared by clients of one router.
/// </summary>
/// <example>
/// <code>
/// var seen = new SeenPublications();
/// await client.SubscribeAsync("com.acme.", handler, SubscribeOptions.Prefix with { Seen = seen });
/// await client.SubscribeAsync("com..alarm", handler, SubscribeOptions.Wildcard with { Seen = seen });
/// </code>
/// </example>
public sealed class SeenPublications
{
    private readonly Lock _lock = new();
    private readonly RecentIds _ids;

    /// <param name="capacity">How many publication ids are remembered: the last so many, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public SeenPublications(int capacity = 4096)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _ids = new RecentIds(capacity);
    }

    /// <summary>How many publication ids are remembered.</summary>
    public int Capacity => _ids.Capacity;

    /// <summary>Notes a publication.</summary>
    /// <returns>False when it was seen before.</returns>
    internal bool TryAdd(long publicationId)
    {
        lock (_lock)
        {
            return _ids.Add(publicationId);
        }
    }
}
