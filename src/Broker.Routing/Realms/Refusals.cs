namespace Broker.Realms;

/// <summary>Why a realm refuses requests of its sessions.</summary>
public enum RefusalReason
{
    /// <summary>The session has as many subscriptions as it may.</summary>
    SubscriptionLimit,

    /// <summary>The session has as many registrations as it may.</summary>
    RegistrationLimit,

    /// <summary>As many calls of the session wait as may.</summary>
    PendingCallLimit,
}

/// <summary>Counts what a realm has refused since it was made. Thread-safe.</summary>
internal sealed class Refusals
{
    private readonly long[] _counts = new long[Enum.GetValues<RefusalReason>().Length];

    public void Add(RefusalReason reason) => Interlocked.Increment(ref _counts[(int)reason]);

    public long Of(RefusalReason reason) => Volatile.Read(ref _counts[(int)reason]);
}
