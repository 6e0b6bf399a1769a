namespace Broker.Realms;

/// <summary>Ids of the router's scope (WAMP specification, "IDs"): subscriptions and registrations, unique over all realms of a router. Thread-safe.</summary>
internal sealed class RouterIds
{
    private long _subscription;
    private long _registration;

    /// <summary>The id of a new subscription.</summary>
    public long NextSubscription() => Interlocked.Increment(ref _subscription);

    /// <summary>The id of a new registration.</summary>
    public long NextRegistration() => Interlocked.Increment(ref _registration);
}
