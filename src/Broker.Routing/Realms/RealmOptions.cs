using Broker.Authorization;
using Broker.Options;
using Broker.Uris;

namespace Broker.Realms;

/// <summary>How a realm behaves.</summary>
public sealed record RealmOptions
{
    /// <summary>What URIs may look like.</summary>
    public UriRules UriRules { get; init; } = UriRules.Default;

    /// <summary>
    /// What the sessions of each <c>authrole</c> may do; sessions of other roles are not taken. Null: everybody may do everything but what
    /// <see cref="AllowMetaKill"/> is for.
    /// </summary>
    public IReadOnlyList<RoleOptions>? Roles { get; init; }

    /// <summary>
    /// Procedures of the realm that say who users are, in whichever realm, such as <c>ProcedureOptions.Procedure</c>. As with the authorizers of the roles, only
    /// a rule lets a session register them: no authorizer is asked who may.
    /// </summary>
    public IReadOnlyList<string> DecidingProcedures { get; init; } = [];

    /// <summary>Whether callees learn who calls (<c>disclose_me</c> of CALL, <c>disclose_caller</c> of REGISTER).</summary>
    public DisclosePolicy DiscloseCaller { get; init; }

    /// <summary>The trust levels of calls; the first rule that fits counts. None: no trust level is told.</summary>
    public IReadOnlyList<TrustLevelRule> CallTrustLevels { get; init; } = [];

    /// <summary>The timeout of calls that ask for none; null: they may take as long as they like.</summary>
    public TimeSpan? DefaultCallTimeout { get; init; }

    /// <summary>The longest timeout of a call, also of those that ask for none; null: there is no longest.</summary>
    public TimeSpan? MaxCallTimeout { get; init; }

    /// <summary>
    /// Whether <c>timeout</c> of CALL and INVOCATION counts seconds, as with Crossbar.io, and not milliseconds: for clients that were
    /// written for it. It holds for all sessions of the realm.
    /// </summary>
    public bool TimeoutsInSeconds { get; init; }

    /// <summary>How many calls of one registration may wait for callees that limit how many they take at once. 100.</summary>
    public int MaxQueuedCalls { get; init; } = 100;

    /// <summary>
    /// What happens to EVENTs for a peer that reads too slowly, unless its subscription says otherwise (<c>_slow_consumer</c> of
    /// SUBSCRIBE).
    /// </summary>
    public SlowConsumerPolicy SlowConsumer { get; init; }

    /// <summary>How much one session may hold at once.</summary>
    public SessionLimits SessionLimits { get; init; } = new();

    /// <summary>Whether the realm tells of itself by the meta procedures and meta events of the specification, and takes testaments.</summary>
    public bool MetaApi { get; init; } = true;

    /// <summary>
    /// Whether sessions may end others by <c>wamp.session.kill</c>, <c>kill_by_authid</c>, <c>kill_by_authrole</c> and <c>kill_all</c>, and
    /// take from others what they hold by <c>wamp.registration.remove_callee</c> and <c>wamp.subscription.remove_subscriber</c>, or have
    /// decisions forgotten by <c>_broker.authorizer.forget_decisions</c>. Off: every session of the realm could, and callers get
    /// <c>wamp.error.not_authorized</c> (SME-18). With <see cref="Roles"/> it means nothing: these procedures need a rule that names them.
    /// </summary>
    public bool AllowMetaKill { get; init; }

    /// <summary>How many testaments a session may leave, both scopes together.</summary>
    public int MaxTestaments { get; init; } = 32;

    /// <summary>How many bytes of topics, payloads and options the testaments of a session may hold.</summary>
    public int MaxTestamentBytes { get; init; } = 256 * 1024;

    /// <summary>Whether subscribers learn who published (<c>disclose_me</c> of PUBLISH).</summary>
    public DisclosePolicy DisclosePublisher { get; init; }

    /// <summary>The trust levels of publications; the first rule that fits counts. None: no trust level is told.</summary>
    public IReadOnlyList<TrustLevelRule> PublicationTrustLevels { get; init; } = [];

    /// <summary>How many retained events are kept.</summary>
    public RetentionOptions Retention { get; init; } = new();

    /// <summary>The topics and patterns whose events are recorded.</summary>
    public IReadOnlyList<HistoryRule> History { get; init; } = [];
}
