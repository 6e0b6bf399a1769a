namespace Broker.Realms;

/// <summary>How much one session may hold at once; 0: as much as it likes. What is beyond is refused by <c>wamp.error.unavailable</c> and counted.</summary>
public sealed record SessionLimits
{
    /// <summary>Nothing is limited.</summary>
    public static SessionLimits None { get; } = new() { Subscriptions = 0, Registrations = 0, PendingCalls = 0 };

    /// <summary>Subscriptions. 1,024.</summary>
    public int Subscriptions { get; init; } = 1024;

    /// <summary>Registrations. 1,024.</summary>
    public int Registrations { get; init; } = 1024;

    /// <summary>Calls that wait for their final answer. 1,024.</summary>
    public int PendingCalls { get; init; } = 1024;
}
