using Broker.Authorization;
using Broker.Ids;
using Broker.Messages;
using Broker.Meta;
using Broker.Options;
using Broker.PubSub;
using Broker.Realms;
using Broker.Rpc;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Sessions;

/// <summary>
/// A session of a realm as routing sees it: who it is, what it holds, and where messages to it go. What one thread only touches is marked; the rest is
/// guarded by <see cref="Gate"/>.
/// </summary>
public sealed class Session
{
    private readonly IMessageSink _sink;
    private PermissionSet? _permissions;
    private IdSequence _requests; // read loop only
    private LastGrants _lastGrants; // read loop only
    private IdSequence _invocations;

    internal Session(long id, Realm realm, SerializerKind serializer, SessionIdentity identity, RoleSet roles, IMessageSink sink)
    {
        Id = id;
        Realm = realm;
        Serializer = serializer;
        Identity = identity;
        Roles = roles;
        _sink = sink;
    }

    /// <summary>The session id.</summary>
    public long Id { get; }

    /// <summary>The realm it joined.</summary>
    public Realm Realm { get; }

    /// <summary>The serializer of its transport.</summary>
    public SerializerKind Serializer { get; }

    /// <summary>Who it is.</summary>
    public SessionIdentity Identity { get; }

    /// <summary>What it announced.</summary>
    public RoleSet Roles { get; }

    /// <summary>The longest message that its peer takes, in bytes.</summary>
    public int PeerLimit { get; internal set; } = int.MaxValue;

    /// <summary>Whether it is one of the router's own, which no limit of clients holds.</summary>
    internal bool IsOfRouter { get; init; }

    /// <summary>
    /// What its role may do; null: everything, because the realm names no roles. Replaced as a whole when the realm gets other options.
    /// </summary>
    internal PermissionSet? Permissions
    {
        get => Volatile.Read(ref _permissions);
        set => Volatile.Write(ref _permissions, value);
    }

    /// <summary>How much the session may send, as its role has it at this moment; null: as much as it likes.</summary>
    public RateLimit? Rate => Permissions?.Rate;

    /// <summary>Guards the order of messages to the session, and its calls and invocations.</summary>
    internal Lock Gate => _sink.Gate;

    /// <summary>True once it has left: nothing is added to it any more. Guarded by <see cref="Gate"/>.</summary>
    internal bool HasEnded { get; private set; }

    /// <summary>What it subscribed, by subscription id. Guarded by the broker's lock.</summary>
    internal Dictionary<long, Subscriber>? Subscriptions { get; set; }

    /// <summary>What it registered, by registration id. Guarded by the dealer's lock.</summary>
    internal Dictionary<long, Callee>? Registrations { get; set; }

    /// <summary>Its calls that wait for an answer, by request id. Guarded by <see cref="Gate"/>.</summary>
    internal Dictionary<long, PendingCall>? Calls { get; set; }

    /// <summary>How many of its calls wait for an answer. Without the gate: a moment's number, for metrics.</summary>
    internal int PendingCallCount => Calls?.Count ?? 0;

    /// <summary>Invocations it has yet to answer, by invocation id. Guarded by <see cref="Gate"/>.</summary>
    internal Dictionary<long, PendingCall>? Invocations { get; set; }

    /// <summary>Its progressive calls that ended before their last chunk. Guarded by <see cref="Gate"/>.</summary>
    internal LateChunks? LateChunks { get; set; }

    /// <summary>What it announced as a caller.</summary>
    internal Features CallerFeatures => Roles.Caller ?? Features.None;

    /// <summary>What it announced as a callee.</summary>
    internal Features CalleeFeatures => Roles.Callee ?? Features.None;

    /// <summary>What is published when it has ended; usually null. Guarded by <see cref="Gate"/>.</summary>
    internal Testaments? Testaments { get; set; }

    /// <summary>Whether the realm has told of its coming, so that it has to tell of its going. Guarded by the realm.</summary>
    internal bool IsAnnounced { get; set; }

    /// <summary>
    /// Whether an invocation is one that the session has yet to answer to another session. Not those of the router's own, such as the questions of an
    /// authenticator, and none that is not known any more: it may have been one of them.
    /// </summary>
    public bool IsAskedBySession(long invocationId)
    {
        lock (Gate)
        {
            return Invocations?.GetValueOrDefault(invocationId)?.Caller.IsOfRouter == false;
        }
    }

    /// <summary>Asks the connection to end. Call after the session has left its realm, without <see cref="Gate"/>.</summary>
    internal void End(string reason, string? message) => _sink.End(reason, message);

    /// <summary>Whether a decision was made by the rules that the session has at this moment.</summary>
    public bool IsUpToDate(in Decision decision) => Permissions == decision.Permissions;

    /// <summary>Whether the session may do something with a URI.</summary>
    internal Decision Decide(RealmAction action, ReadOnlySpan<byte> uri) =>
        Permissions is { } permissions ? permissions.Decide(action, permissions.Find(uri)) : Decision.Unrestricted;

    /// <summary>
    /// As <see cref="Decide(RealmAction, ReadOnlySpan{byte})"/>, for the URI of the message that is routed next. Read loop only.
    /// </summary>
    internal Decision DecideNext(RealmAction action, ReadOnlySpan<byte> uri) =>
        Permissions is { } permissions ? permissions.Decide(action, _lastGrants.Find(permissions, uri)) : Decision.Unrestricted;

    /// <summary>Whether the session may do something with every URI that a valid pattern matches.</summary>
    internal Decision Decide(RealmAction action, ReadOnlySpan<byte> pattern, MatchPolicy match) =>
        Permissions is { } permissions
            ? new Decision(permissions, action, permissions.Covers(action, pattern, match), discloses: false)
            : Decision.Unrestricted;

    /// <summary>
    /// A decision as the rules of this moment make it. Where these leave it to an authorizer, what was decided before holds on, as it does
    /// for what is held already.
    /// </summary>
    internal Decision Renew(in Decision decision, RealmAction action, ReadOnlySpan<byte> pattern, MatchPolicy match)
    {
        if (Permissions == decision.Permissions)
        {
            return decision;
        }

        var renewed = Decide(action, pattern, match);
        return renewed.Outcome == DecisionOutcome.Unknown ? decision : renewed;
    }

    /// <summary>Whether <see cref="TakeRequestId"/> will take an id. Read loop only.</summary>
    internal bool IsNextRequest(long id) => id == WampId.Next(_requests.Last);

    /// <summary>Takes the id of a request that the session makes.</summary>
    /// <exception cref="WampProtocolException">It is not the one that follows the last (ID-08).</exception>
    internal void TakeRequestId(long id)
    {
        if (!_requests.TryTake(id))
        {
            throw OutOfSequence(id);
        }
    }

    /// <summary>Takes the id of a CALL, if it is the next one; any other may belong to a progressive call.</summary>
    internal bool TryTakeRequestId(long id) => _requests.TryTake(id);

    /// <summary>What to throw for a request id that is not the next one.</summary>
    internal WampProtocolException OutOfSequence(long id) =>
        new($"Request id {id} does not follow {_requests.Last}: request ids count 1, 2, 3 and so on in each session.");

    /// <summary>Whether the session has made a request with this id.</summary>
    internal bool HasRequested(long id) => _requests.HasUsed(id);

    /// <summary>The invocation id that <see cref="TakeInvocationId"/> will take. Call with <see cref="Gate"/> held.</summary>
    internal long PeekInvocationId() => WampId.Next(_invocations.Last);

    /// <summary>Takes the next invocation id. Call with <see cref="Gate"/> held, and queue the INVOCATION before letting go of it (ID-13).</summary>
    internal long TakeInvocationId() => _invocations.Take();

    /// <summary>Whether an INVOCATION with this id was ever sent to the session. Call with <see cref="Gate"/> held.</summary>
    internal bool HasBeenInvoked(long id) => _invocations.HasUsed(id);

    /// <summary>Continues both sequences behind the ids given: lets a test start just before the wrap.</summary>
    internal void ContinueIds(long requests, long invocations)
    {
        _requests = new IdSequence(requests);
        _invocations = new IdSequence(invocations);
    }

    /// <summary>
    /// Queues a message, unless the session has left: what GOODBYE or ABORT ended gets nothing more (SES-33). Call with <see cref="Gate"/>
    /// held.
    /// </summary>
    /// <remarks>
    /// There is no other receiver: the message is cleared, lest memory that it shares with the transport be held until the next one.
    /// </remarks>
    internal SendResult SendLocked(OutboundMessage message, bool isDroppable = false)
    {
        if (HasEnded)
        {
            return SendResult.Queued;
        }

        var result = _sink.Send(message, isDroppable);
        message.Clear();
        return result;
    }

    /// <summary>Queues an EVENT, unless the session has left. Call with <see cref="Gate"/> held.</summary>
    internal void SendEventLocked(OutboundMessage message, EventTerms terms, ReadOnlySpan<byte> topic)
    {
        if (!HasEnded)
        {
            _sink.SendEvent(message, terms, topic);
        }
    }

    /// <summary>Queues retained events, unless the session has left. Call with <see cref="Gate"/> held.</summary>
    internal void SendRetainedLocked(RetainedDelivery? events)
    {
        if (!HasEnded && events is not null)
        {
            _sink.SendRetained(events);
        }
    }

    /// <summary>
    /// Nothing is added to the session any more, and what it has missed is nothing to the next one of its connection. Call with <see
    /// cref="Gate"/> held.
    /// </summary>
    internal void LeaveLocked()
    {
        HasEnded = true;
        _sink.ForgetMissed();
    }

    /// <summary>
    /// Counts an event that the session's serializer cannot express, and has the session told. Call with <see cref="Gate"/> held.
    /// </summary>
    internal void MissEventLocked(EventTerms terms)
    {
        terms.CountDrop(DropReason.Inexpressible);
        if (!HasEnded)
        {
            _sink.MissEvent();
        }
    }

    /// <summary>Encodes and queues a message.</summary>
    internal SendResult Send(scoped in WampMessage message, bool isDroppable = false)
    {
        var reply = RoutingScratch.Current.Reply;
        reply.Encode(Serializer, message);
        lock (Gate)
        {
            return SendLocked(reply, isDroppable);
        }
    }

    /// <summary>Answers a request by ERROR; <paramref name="text"/> becomes the one element of its Arguments.</summary>
    internal void SendError(MessageType requestType, long requestId, string error, string text)
    {
        var scratch = RoutingScratch.Current;
        scratch.Arguments.Clear();
        ValueEncoder.Encode(Serializer, scratch.Arguments, new TextArguments(text));
        Send(new WampMessage
        {
            Type = MessageType.Error,
            RequestType = requestType,
            RequestId = requestId,
            Uri = System.Text.Encoding.UTF8.GetBytes(error),
            Payload = new Payload(scratch.Arguments.Written, 1),
        });
    }
}
