using System.Collections.Concurrent;
using Broker.Authorization;
using Broker.Ids;
using Broker.Messages;
using Broker.Meta;
using Broker.Options;
using Broker.Realms;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>
/// The dealer of a realm: who answers which call (WAMP specification, "Remote Procedure Calls"). CALL and YIELD take no lock but the two sessions' gates,
/// unless a call is progressive or its callees limit how many they take. Locks are taken in this order: the dealer's, <see cref="CallTerms.Chunking"/>,
/// <see cref="CallQueue.Lock"/>, one session's gate.
/// </summary>
internal sealed partial class DealerRole
{
    /// <summary>What the dealer announces in WELCOME.</summary>
    public const Features Announced =
        Features.CallCanceling | Features.ProgressiveCallResults | Features.ProgressiveCallInvocations | Features.CallTimeout
        | Features.CallerIdentification | Features.CallTrustLevels | Features.PatternBasedRegistration | Features.SharedRegistration | Features.RegistrationRevocation
        | Features.CallReroute | Features.PayloadPassthruMode | Features.SessionMetaApi | Features.RegistrationMetaApi | Features.TestamentMetaApi;

    private readonly IIdGenerator _random;
    private readonly MetaEvents _events;
    private readonly TimeProvider _time;
    private readonly TimerCallback _onTimeout;
    private readonly CallEnded? _callEnded;
    private readonly Lock _lock = new();
    private readonly RegistrationIndex _index = new();
    private readonly ConcurrentDictionary<long, Registration> _byId = new(); // changed with the lock held
    private readonly RouterIds _routerIds;
    private readonly Refusals _refusals;
    private volatile RealmPolicy _policy;

    /// <param name="policy">How the realm behaves.</param>
    /// <param name="random">Where the invocation policy <c>random</c> draws from.</param>
    /// <param name="routerIds">Where registration ids come from.</param>
    /// <param name="refusals">Counts what is refused.</param>
    /// <param name="events">Tells of registrations that come and go.</param>
    /// <param name="time">The clock of timeouts.</param>
    /// <param name="callEnded">Is told of calls that have ended, or null.</param>
    public DealerRole(
        RealmPolicy policy, IIdGenerator random, RouterIds routerIds, Refusals refusals, MetaEvents events, TimeProvider time, CallEnded? callEnded)
    {
        _callEnded = callEnded;
        _refusals = refusals;
        _routerIds = routerIds;
        _policy = policy;
        _random = random;
        _events = events;
        _time = time;
        _onTimeout = state => TimeOut((PendingCall)state!);
    }

    /// <summary>What <c>timeout</c> counts on the wire.</summary>
    private TimeSpan TimeoutUnit => TimeSpan.FromTicks(Options.TimeoutsInSeconds ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerMillisecond);

    /// <summary>How many registrations there are.</summary>
    public int RegistrationCount => _index.Count;

    private RealmOptions Options => _policy.Options;

    /// <summary>Ends all that a session has registered, is asked and has called. Call after the session is marked as ended.</summary>
    public void RemoveSession(Session session)
    {
        RemoveRegistrations(session);
        PendingCall[] invocations;
        PendingCall[] calls;
        lock (session.Gate)
        {
            invocations = session.Invocations is { } asked ? [.. asked.Values.Where(call => call.TryEnd())] : [];
            calls = session.Calls is { } made ? [.. made.Values.Where(call => call.TryEnd())] : [];
            session.Invocations = null;
            session.Calls = null;
            session.LateChunks = null;
        }

        foreach (var call in invocations)
        {
            AnswerError(call, ErrorUris.Canceled, "The callee has left.", CallOutcome.Gone);
            LeaveQueue(call);
        }

        foreach (var call in calls)
        {
            Tell(call, CallOutcome.Gone);
            Detach(call, FixedDict.KillNoWait);
        }
    }
}
