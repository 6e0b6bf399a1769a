using Broker.Realms;

namespace Broker.Models;

/// <summary>How the realm of a case behaves.</summary>
internal sealed record Setting
{
    public DisclosePolicy Callers { get; init; }

    public DisclosePolicy Publishers { get; init; }

    /// <summary>The timeout of calls that ask for none, in milliseconds; 0: none.</summary>
    public int DefaultTimeout { get; init; }

    /// <summary>The longest timeout, in milliseconds; 0: there is none.</summary>
    public int MaxTimeout { get; init; }

    /// <summary>How long events are retained, in milliseconds; 0: for ever.</summary>
    public int RetainedFor { get; init; }

    /// <summary>How many black- or whitelisted events are retained for each topic.</summary>
    public int RestrictedPerTopic { get; init; } = 16;

    /// <summary>How many calls of a registration may wait for a callee with room.</summary>
    public int MaxQueued { get; init; } = 100;

    /// <summary>How many subscriptions, registrations and pending calls a session may have, each; 0: as many as it likes.</summary>
    public int MaxHeld { get; init; }

    public RealmOptions ToOptions() => new()
    {
        DiscloseCaller = Callers,
        DisclosePublisher = Publishers,
        DefaultCallTimeout = Time(DefaultTimeout),
        MaxCallTimeout = Time(MaxTimeout),
        Retention = new RetentionOptions { MaxAge = Time(RetainedFor), MaxRestrictedPerTopic = RestrictedPerTopic },
        MaxQueuedCalls = MaxQueued,
        SessionLimits = new SessionLimits { Subscriptions = MaxHeld, Registrations = MaxHeld, PendingCalls = MaxHeld },
        MetaApi = false,
    };

    private static TimeSpan? Time(int milliseconds) => milliseconds == 0 ? null : TimeSpan.FromMilliseconds(milliseconds);
}
