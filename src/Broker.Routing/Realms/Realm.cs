using Broker.Authorization;
using Broker.Ids;
using Broker.Messages;
using Broker.Meta;
using Broker.Options;
using Broker.PubSub;
using Broker.Rpc;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Realms;

/// <summary>
/// A routing domain (WAMP specification, "Realms, Sessions and Transports"): its sessions, its broker and its dealer. Thread-safe: each session's messages
/// are routed by one thread at a time, those of different sessions at once.
/// </summary>
public sealed partial class Realm
{
    private const Features MetaFeatures =
        Features.SessionMetaApi | Features.SubscriptionMetaApi | Features.RegistrationMetaApi | Features.TestamentMetaApi
        | Features.EventHistory; // whose only procedure is one of the meta API

    private readonly SessionTable _sessions = new();
    private readonly IIdGenerator _globalIds;
    private readonly BrokerRole _broker;
    private readonly DealerRole _dealer;
    private readonly MetaProcedures _procedures;
    private readonly Lock _presence = new(); // on_join and on_leave of a session leave in this order
    private readonly Refusals _refusals = new();
    private RealmPolicy _policy;

    /// <summary>An empty realm.</summary>
    /// <param name="name">Its URI.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="globalIds">Where session and publication ids come from.</param>
    /// <param name="time">The clock; by default the system's.</param>
    /// <param name="ports">What it tells and asks those around it; null: nothing.</param>
    public Realm(string name, RealmOptions options, IIdGenerator globalIds, TimeProvider? time = null, RouterPorts? ports = null)
        : this(name, new RealmPolicy(options), globalIds, new RouterIds(), time, ports ?? new RouterPorts())
    {
    }

    internal Realm(string name, RealmPolicy policy, IIdGenerator globalIds, RouterIds routerIds, TimeProvider? time, RouterPorts ports)
    {
        Name = name;
        _policy = policy;
        _globalIds = globalIds;
        var clock = time ?? TimeProvider.System;
        _broker = new BrokerRole(policy, globalIds, routerIds, _refusals, clock);
        _dealer = new DealerRole(policy, globalIds, routerIds, _refusals, _broker.Events, clock, ports.CallEnded);
        _procedures = new MetaProcedures(clock);
        new SessionProcedures(this).AddTo(_procedures);
        new AuthorizerProcedures(this, ports.ForgetDecisions).AddTo(_procedures);
        new TestamentProcedures(this).AddTo(_procedures);
        var removal = new RemovalArguments(this);
        new SubscriptionProcedures(_broker, removal).AddTo(_procedures);
        new RegistrationProcedures(_dealer, removal).AddTo(_procedures);
    }

    /// <summary>The roles and features that the router can announce in WELCOME.</summary>
    public static RoleSet Roles { get; } = new() { Broker = BrokerRole.Announced, Dealer = DealerRole.Announced };

    /// <summary>The roles and features that this realm announces: <see cref="Roles"/> without what its options turn off.</summary>
    public RoleSet AnnouncedRoles => Options.MetaApi
        ? Roles
        : Roles with { Broker = Roles.Broker & ~MetaFeatures, Dealer = Roles.Dealer & ~MetaFeatures };

    /// <summary>The URI.</summary>
    public string Name { get; }

    /// <summary>How many sessions there are.</summary>
    public int SessionCount => _sessions.Count;

    /// <summary>How many subscriptions there are.</summary>
    public int SubscriptionCount => _broker.SubscriptionCount;

    /// <summary>How many calls wait for their final answer. Looks at all sessions.</summary>
    public int PendingCallCount => Sessions.Sum(session => session.PendingCallCount);

    /// <summary>How many registrations there are.</summary>
    public int RegistrationCount => _dealer.RegistrationCount;

    /// <summary>How many events were not delivered to a subscriber since the realm was made, for whatever reason.</summary>
    public long EventsDropped => _broker.Drops.Total;

    /// <summary>How many events were not delivered for one reason.</summary>
    public long EventsDroppedFor(DropReason reason) => _broker.Drops.Of(reason);

    /// <summary>How many events were forgotten because there was no room for more bytes.</summary>
    public long EventsForgottenFrom(EventStore store) => _broker.Forgotten.Of(store);

    /// <summary>About how many bytes retained events take.</summary>
    public long RetainedBytes => _broker.RetainedBytes;

    /// <summary>How many that may be.</summary>
    public long RetainedLimit => Options.Retention.MaxBytes;

    /// <summary>About how many bytes the histories take.</summary>
    public long HistoryBytes => _broker.HistoryBytes;

    /// <summary>How many that may be, all together.</summary>
    public long HistoryLimit => Options.History.Sum(rule => rule.MaxBytes);

    /// <summary>How many requests were refused for a reason since the realm was made, unacknowledged PUBLISHes included.</summary>
    public long RefusalsOf(RefusalReason reason) => _refusals.Of(reason);

    /// <summary>Counts a request that a meta procedure refuses.</summary>
    internal void Refuse(RefusalReason reason) => _refusals.Add(reason);

    /// <summary>The options of this moment.</summary>
    internal RealmOptions Options => Volatile.Read(ref _policy).Options;

    /// <summary>The broker.</summary>
    internal BrokerRole Broker => _broker;

    /// <summary>The sessions, in no order. Those that come or go meanwhile may or may not show.</summary>
    internal IEnumerable<Session> Sessions => _sessions.All;

    /// <summary>An id for a session that is about to join, which nobody else is likely to draw.</summary>
    public long DrawSessionId() => _globalIds.Next();

    /// <summary>Adds a session and queues its WELCOME, before anything else can be queued to it (SES-17).</summary>
    public Session Join(SerializerKind serializer, HelloDetails hello, SessionIdentity identity, WelcomeDetails welcome, IMessageSink sink) =>
        Join(DrawSessionId(), serializer, hello, identity, welcome, sink);

    /// <summary>
    /// Adds a session under an id from <see cref="DrawSessionId"/>, or under another one if that is taken by now. If the realm closes
    /// meanwhile, or has not got the role (any more: ask <see cref="HasRole"/> before), the session is ended at once.
    /// </summary>
    /// <param name="id">The id.</param>
    /// <param name="serializer">The serializer of its transport.</param>
    /// <param name="hello">Its HELLO.Details.</param>
    /// <param name="identity">Who it is.</param>
    /// <param name="welcome">What WELCOME tells it.</param>
    /// <param name="sink">Where messages to it go.</param>
    /// <param name="peerLimit">The longest message that its peer takes, in bytes; <paramref name="sink"/> refuses longer ones in any case.</param>
    public Session Join(
        long id, SerializerKind serializer, HelloDetails hello, SessionIdentity identity, WelcomeDetails welcome, IMessageSink sink, int peerLimit = int.MaxValue)
    {
        while (true)
        {
            var policy = Volatile.Read(ref _policy);
            var session = new Session(id, this, serializer, identity, hello.Roles, sink)
            {
                Permissions = policy.PermissionsOf(identity.AuthRole),
                PeerLimit = peerLimit,
            };
            var reply = RoutingScratch.Current.Reply;
            reply.Encode(serializer, new WampMessage
            {
                Type = MessageType.Welcome,
                SessionId = session.Id,
                Dict = ValueEncoder.Encode(serializer, welcome),
            });
            lock (session.Gate)
            {
                if (!_sessions.TryAdd(session))
                {
                    id = DrawSessionId();
                    continue;
                }

                session.SendLocked(reply);
            }

            lock (_presence)
            {
                if (!session.HasEnded) // killed already: nobody learns that it was there
                {
                    session.IsAnnounced = true;
                    _broker.Events.OnJoin(session);
                }
            }

            Settle(session, policy);
            return session;
        }
    }

    /// <summary>Removes a session and all that it holds; what it was asked and what it has called ends. Does nothing the second time.</summary>
    public void Leave(Session session) => TryLeave(session, isQuiet: false);

    /// <summary>The session with an id, or null.</summary>
    internal Session? FindSession(long id) => _sessions.Find(id);

    /// <summary>How many sessions have one of these authroles.</summary>
    internal int CountSessions(IReadOnlySet<string> authRoles) => _sessions.CountOf(authRoles);

    /// <summary>Removes a session and has its connection end it by GOODBYE (SME-10, SME-15). Any thread may call this.</summary>
    /// <param name="session">The session.</param>
    /// <param name="reason">The reason of GOODBYE.</param>
    /// <param name="message">One sentence for the peer, or null.</param>
    /// <param name="isQuiet">Without its testaments and <c>on_leave</c> (SME-13).</param>
    /// <returns>False when it has left already.</returns>
    internal bool TryKill(Session session, string reason, string? message, bool isQuiet)
    {
        if (!TryLeave(session, isQuiet))
        {
            return false;
        }

        session.End(reason, message);
        return true;
    }

    /// <summary>Takes a registration away from a session (WAMP specification, "Registration Revocation"). Invocations that run go on.</summary>
    /// <param name="registrationId">Which registration.</param>
    /// <param name="session">Whose part in it ends; others that share it keep theirs.</param>
    /// <param name="reason">What the callee is told, if it announced the feature; null for nothing.</param>
    /// <returns>False when the session has no such registration.</returns>
    public bool RevokeRegistration(long registrationId, Session session, string? reason) => _dealer.Revoke(registrationId, session, reason);

    /// <summary>Takes a subscription away from a session (WAMP specification, "Subscription Revocation").</summary>
    /// <param name="subscriptionId">Which subscription.</param>
    /// <param name="session">Who loses it; others that hold it keep it.</param>
    /// <param name="reason">What the subscriber is told, if it announced the feature; null for nothing.</param>
    /// <returns>False when the session has no such subscription.</returns>
    public bool RevokeSubscription(long subscriptionId, Session session, string? reason) => _broker.Revoke(session, subscriptionId, reason);

    /// <summary>
    /// Routes one message of an established session, if its role may do what the message asks for. Authorizers are not asked: see <see
    /// cref="Decide"/>.
    /// </summary>
    /// <exception cref="WampProtocolException">The message breaks the protocol; the session must end.</exception>
    public void Route(Session session, scoped in WampMessage message) => Route(session, message, Decide(session, message));

    /// <summary>Routes one message of an established session: the one switch over message types.</summary>
    /// <param name="session">The session.</param>
    /// <param name="message">The message.</param>
    /// <param name="decision">What <see cref="Decide"/> said of this message, settled where it was unknown. Messages of a session are
    /// routed in their order (ORD-07).</param>
    /// <exception cref="WampProtocolException">The message breaks the protocol; the session must end.</exception>
    public void Route(Session session, scoped in WampMessage message, in Decision decision)
    {
        if (session.HasEnded)
        {
            return; // killed: what its peer sends until it reads GOODBYE is passed over
        }

        switch (message.Type)
        {
            case MessageType.Publish:
                session.TakeRequestId(message.RequestId);
                _broker.Publish(session, message, decision);
                break;
            case MessageType.Subscribe:
                session.TakeRequestId(message.RequestId);
                _broker.Subscribe(session, message, decision);
                break;
            case MessageType.Unsubscribe:
                session.TakeRequestId(message.RequestId);
                _broker.Unsubscribe(session, message);
                break;
            case MessageType.Call:
                if (!session.TryTakeRequestId(message.RequestId))
                {
                    _dealer.Continue(session, message);
                }
                else if (!decision.IsAllowed)
                {
                    _dealer.Refuse(session, message, decision);
                }
                else if (UriRules.IsReserved(message.Uri))
                {
                    _procedures.Call(session, message, decision, Options);
                }
                else
                {
                    _dealer.Call(session, message, decision);
                }

                break;
            case MessageType.Cancel:
                _dealer.Cancel(session, message);
                break;
            case MessageType.Register:
                session.TakeRequestId(message.RequestId);
                _dealer.Register(session, message, decision);
                break;
            case MessageType.Unregister:
                session.TakeRequestId(message.RequestId);
                _dealer.Unregister(session, message);
                break;
            case MessageType.Yield:
                _dealer.Yield(session, message);
                break;
            case MessageType.Error:
                _dealer.InvocationError(session, message);
                break;
            default:
                if (!message.IsExtension)
                {
                    throw new WampProtocolException($"A client does not send {message.Type.ToString().ToUpperInvariant()} in an established session.");
                }

                break;
        }
    }

    /// <summary>Subscriptions and registrations go first, then testaments are published, then <c>on_leave</c> (TST-09).</summary>
    private bool TryLeave(Session session, bool isQuiet)
    {
        Testaments? testaments;
        lock (session.Gate)
        {
            if (session.HasEnded)
            {
                return false;
            }

            session.LeaveLocked();
            testaments = session.Testaments;
            session.Testaments = null;
        }

        _sessions.Remove(session);
        _broker.RemoveSession(session);
        _dealer.RemoveSession(session);
        if (!isQuiet)
        {
            testaments?.Publish(_broker, session);
        }

        lock (_presence)
        {
            if (session.IsAnnounced && !isQuiet)
            {
                _broker.Events.OnLeave(session);
            }
        }

        return true;
    }
}
