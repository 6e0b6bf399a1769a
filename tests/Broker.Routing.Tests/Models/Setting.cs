using Broker.Authorization;
using Broker.Realms;
using Broker.Uris;

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

    /// <summary>What each role may do; null: everything.</summary>
    public ModelRoles? Roles { get; init; }

    public RealmOptions ToOptions() => new()
    {
        Roles = Roles is null ? null : [.. Roles.Rules.Select(role => new RoleOptions { Name = role.Key, Permissions = [.. role.Value.Select(ToRule)] })],
        DiscloseCaller = Callers,
        DisclosePublisher = Publishers,
        DefaultCallTimeout = Time(DefaultTimeout),
        MaxCallTimeout = Time(MaxTimeout),
        Retention = new RetentionOptions { MaxAge = Time(RetainedFor), MaxRestrictedPerTopic = RestrictedPerTopic },
        MaxQueuedCalls = MaxQueued,
        SessionLimits = new SessionLimits { Subscriptions = MaxHeld, Registrations = MaxHeld, PendingCalls = MaxHeld },
        MetaApi = false,
    };

    private static PermissionRule ToRule(ModelRule rule) => new()
    {
        Uri = rule.Uri,
        Match = Enum.Parse<MatchPolicy>(rule.Match, ignoreCase: true),
        AllowCall = rule.Rights.HasFlag(ModelRights.Call),
        AllowRegister = rule.Rights.HasFlag(ModelRights.Register),
        AllowPublish = rule.Rights.HasFlag(ModelRights.Publish),
        AllowSubscribe = rule.Rights.HasFlag(ModelRights.Subscribe),
        DiscloseCaller = rule.Rights.HasFlag(ModelRights.DiscloseCaller),
        DisclosePublisher = rule.Rights.HasFlag(ModelRights.DisclosePublisher),
    };

    private static TimeSpan? Time(int milliseconds) => milliseconds == 0 ? null : TimeSpan.FromMilliseconds(milliseconds);
}
