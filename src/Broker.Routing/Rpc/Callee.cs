using Broker.Options;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>One session's part in one registration.</summary>
internal sealed class Callee(Session session, Registration registration, RegisterOptions options)
{
    /// <summary>Who registered.</summary>
    public Session Session { get; } = session;

    /// <summary>What.</summary>
    public Registration Registration { get; } = registration;

    /// <summary>What it announced.</summary>
    public Features Features { get; } = session.Roles.Callee ?? Features.None;

    /// <summary>Whether it wants to know who calls (CID-05).</summary>
    public bool DisclosesCaller { get; } = options.DiscloseCaller;

    /// <summary>Whether it sees to timeouts itself (CTO-05).</summary>
    public bool TakesTimeout { get; } = options.ForwardTimeout && (session.Roles.Callee ?? Features.None).Has(Features.CallTimeout);

    /// <summary>How many calls of the registration it takes at once; 0 for any number.</summary>
    public long Concurrency { get; } = options.Concurrency;

    /// <summary>How many it has; counted only with a <see cref="Concurrency"/>. Guarded by the lock of the registration's <see cref="CallQueue"/>.</summary>
    public long Running { get; set; }

    /// <summary>Whether it takes no more calls for now. Guarded as <see cref="Running"/> is.</summary>
    public bool IsBusy => Concurrency > 0 && Running >= Concurrency;

    /// <summary>Whether the INVOCATION of a plain call has no Details.</summary>
    public bool WantsNoDetails { get; } =
        registration.Match == MatchPolicy.Exact && !options.DiscloseCaller && !(session.Roles.Callee ?? Features.None).Has(Features.CallTrustLevels);

    /// <summary>Whether its calls may get progressive results: only who can be interrupted may send them (PCR-03).</summary>
    public bool CanProgress => Features.Has(Features.ProgressiveCallResults | Features.CallCanceling);

    /// <summary>
    /// True from REGISTERED to UNREGISTERED, and changed in the section that queues them: an INVOCATION is queued only while this is true (ORD-06, REG-05).
    /// Guarded by the session's gate.
    /// </summary>
    public bool IsActive { get; set; }
}
