using Broker.Options;
using Broker.Uris;

namespace Broker.Client;

/// <summary>PUBLISH.Options.</summary>
/// <remarks>The lists decide who of the subscribers gets the event: one that is there and empty excludes nobody, or makes nobody eligible.</remarks>
public sealed record PublishOptions
{
    internal static PublishOptions Default { get; } = new();

    /// <summary>
    /// Whether the publisher itself gets no event though it is subscribed (<c>exclude_me</c>; WAMP specification, "Publisher Exclusion"). True by
    /// default.
    /// </summary>
    public bool ExcludeMe { get; init; } = true;

    /// <summary>Session ids that get no event (<c>exclude</c>; WAMP specification, "Subscriber Black- and Whitelisting"). Null: not said.</summary>
    public IReadOnlyCollection<long>? Exclude { get; init; }

    /// <summary>Authids that get no event (<c>exclude_authid</c>). Null: not said.</summary>
    public IReadOnlyCollection<string>? ExcludeAuthId { get; init; }

    /// <summary>Authroles that get no event (<c>exclude_authrole</c>). Null: not said.</summary>
    public IReadOnlyCollection<string>? ExcludeAuthRole { get; init; }

    /// <summary>The only session ids that may get the event (<c>eligible</c>). Null: any.</summary>
    public IReadOnlyCollection<long>? Eligible { get; init; }

    /// <summary>The only authids that may get the event (<c>eligible_authid</c>). Null: any.</summary>
    public IReadOnlyCollection<string>? EligibleAuthId { get; init; }

    /// <summary>The only authroles that may get the event (<c>eligible_authrole</c>). Null: any.</summary>
    public IReadOnlyCollection<string>? EligibleAuthRole { get; init; }

    /// <summary>Whether subscribers are told who published (<c>disclose_me</c>; WAMP specification, "Publisher Identification").</summary>
    public bool DiscloseMe { get; init; }

    /// <summary>Whether the router keeps the event for who subscribes later (<c>retain</c>; WAMP specification, "Event Retention").</summary>
    public bool Retain { get; init; }

    /// <summary>
    /// How the arguments are packed, so that the router passes them on unread (<c>ppt_*</c>; WAMP specification, "Payload Passthru Mode"):
    /// the scheme of one of <see cref="WampClientOptions.PayloadCodecs"/> and, if the codec is to know more, serializer, cipher and key id.
    /// Null: not at all.
    /// </summary>
    public PassthruOptions? Passthru { get; init; }

    internal bool HasLists => (Exclude ?? Eligible) is not null || (ExcludeAuthId ?? ExcludeAuthRole ?? EligibleAuthId ?? EligibleAuthRole) is not null;
}

/// <summary>SUBSCRIBE.Options.</summary>
public sealed record SubscribeOptions
{
    /// <summary>How the topic matches (<c>match</c>; WAMP specification, "Pattern-based Subscription"). Exact by default.</summary>
    public MatchPolicy Match { get; init; }

    /// <summary>
    /// Whether the last event that the router has kept comes first, with <see cref="WampEvent.Retained"/> set (<c>get_retained</c>; WAMP specification,
    /// "Event Retention"). Other handlers of the same topic that asked for it, too, get it again.
    /// </summary>
    public bool GetRetained { get; init; }

    /// <summary>
    /// Publications that this subscription does not hand over again; it notes those that it does. Subscriptions that share one get each
    /// publication once. Null: every EVENT is handed over.
    /// </summary>
    public SeenPublications? Seen { get; init; }

    /// <summary>
    /// What the router does with events of this subscription while this client reads too slowly (<c>_slow_consumer</c>, a key of Broker's
    /// own that others ignore). Of several handlers of the same topic, the last one that says it counts. Null: what the realm says.
    /// </summary>
    public SlowConsumerPolicy? SlowConsumer { get; init; }

    /// <summary>Every topic that starts with the given text.</summary>
    public static SubscribeOptions Prefix { get; } = new() { Match = MatchPolicy.Prefix };

    /// <summary>Every topic of as many components, where an empty one stands for any.</summary>
    public static SubscribeOptions Wildcard { get; } = new() { Match = MatchPolicy.Wildcard };

    internal static SubscribeOptions Default { get; } = new();
}

/// <summary>CALL.Options.</summary>
public sealed record CallOptions
{
    /// <summary>
    /// How long the result may take, and each progressive result behind the one before; in the place of <see cref="WampClientOptions.RequestTimeout"/>.
    /// If the router announces <c>call_timeout</c> it is told, in whole milliseconds, and keeps the time; this client then waits a second longer before
    /// it gives up itself. See <see cref="WampClientOptions.TimeoutsInSeconds"/>, too. Null: not said.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// What becomes of the call when its token is canceled (WAMP specification, "Call Canceling"). Without meaning where the router does not announce
    /// <c>call_canceling</c>: there the call is given up on this side only.
    /// </summary>
    public CancelMode CancelMode { get; init; }

    /// <summary>Whether the callee is told who calls (<c>disclose_me</c>; WAMP specification, "Caller Identification").</summary>
    public bool DiscloseMe { get; init; }

    /// <summary>
    /// How the arguments are packed, so that the router passes them on unread (<c>ppt_*</c>; WAMP specification, "Payload Passthru Mode"):
    /// the scheme of one of <see cref="WampClientOptions.PayloadCodecs"/> and, if the codec is to know more, serializer, cipher and key id.
    /// A callee of this SDK answers in kind; what came is told by <see cref="WampResult.Passthru"/>. Null: not at all.
    /// </summary>
    public PassthruOptions? Passthru { get; init; }

    internal static CallOptions Default { get; } = new();
}

/// <summary>REGISTER.Options.</summary>
public sealed record RegisterOptions
{
    /// <summary>How the procedure matches (<c>match</c>; WAMP specification, "Pattern-based Registration"). Exact by default.</summary>
    public MatchPolicy Match { get; init; }

    /// <summary>
    /// Which of several callees gets a call (<c>invoke</c>; WAMP specification, "Shared Registration"). Single by default. A procedure that throws a
    /// <see cref="WampException"/> of <c>wamp.error.unavailable</c> has the router ask the next callee, where it announces <c>call_reroute</c>.
    /// </summary>
    public InvocationPolicy Invoke { get; init; }

    /// <summary>Whether every caller is to be disclosed (<c>disclose_caller</c>; WAMP specification, "Caller Identification").</summary>
    public bool DiscloseCaller { get; init; }

    /// <summary>
    /// Whether this client, not the router, keeps the time that callers allow (<c>forward_timeout</c>; WAMP specification, "Call Timeout"). When it is
    /// over, the handler's token is canceled and the caller gets <c>wamp.error.timeout</c>.
    /// </summary>
    public bool ForwardTimeout { get; init; }

    /// <summary>
    /// How many calls of this registration the router may have this callee answer at once (<c>_concurrency</c>, a key of Broker's own that others
    /// ignore). 0, the default: any number.
    /// </summary>
    public int Concurrency { get; init; }
}
