using System.Collections.Concurrent;
using Broker.Ids;
using Broker.Messages;
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
public sealed class Realm
{
    private readonly ConcurrentDictionary<long, Session> _sessions = new();
    private readonly IIdGenerator _globalIds;
    private readonly BrokerRole _broker;
    private readonly DealerRole _dealer;

    /// <summary>An empty realm.</summary>
    /// <param name="name">Its URI.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="globalIds">Where session and publication ids come from.</param>
    /// <param name="time">The clock; by default the system's.</param>
    public Realm(string name, RealmOptions options, IIdGenerator globalIds, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.UriRules.MaxLength, UriRules.Ceiling, nameof(options));
        Name = name;
        _globalIds = globalIds;
        var clock = time ?? TimeProvider.System;
        _broker = new BrokerRole(options, globalIds, clock);
        _dealer = new DealerRole(options, globalIds, clock);
    }

    /// <summary>The roles and features that the router announces in WELCOME.</summary>
    public static RoleSet Roles { get; } = new() { Broker = BrokerRole.Announced, Dealer = DealerRole.Announced };

    /// <summary>The URI.</summary>
    public string Name { get; }

    /// <summary>How many sessions there are.</summary>
    public int SessionCount => _sessions.Count;

    /// <summary>How many subscriptions there are.</summary>
    public int SubscriptionCount => _broker.SubscriptionCount;

    /// <summary>How many registrations there are.</summary>
    public int RegistrationCount => _dealer.RegistrationCount;

    /// <summary>Events that were not delivered because their receiver read too slowly, took no message of that length, or cannot express them.</summary>
    public long EventsDropped => _broker.EventsDropped;

    /// <summary>The broker.</summary>
    internal BrokerRole Broker => _broker;

    /// <summary>Adds a session and queues its WELCOME, before anything else can be queued to it (SES-17).</summary>
    public Session Join(SerializerKind serializer, HelloDetails hello, SessionIdentity identity, WelcomeDetails welcome, IMessageSink sink)
    {
        while (true)
        {
            var session = new Session(_globalIds.Next(), this, serializer, identity, hello.Roles, sink);
            var reply = RoutingScratch.Current.Reply;
            reply.Encode(serializer, new WampMessage
            {
                Type = MessageType.Welcome,
                SessionId = session.Id,
                Dict = ValueEncoder.Encode(serializer, welcome),
            });
            lock (session.Gate)
            {
                if (_sessions.TryAdd(session.Id, session))
                {
                    session.SendLocked(reply);
                    return session;
                }
            }
        }
    }

    /// <summary>Removes a session and all that it holds; what it was asked and what it has called ends. Does nothing the second time.</summary>
    public void Leave(Session session)
    {
        lock (session.Gate)
        {
            if (session.HasEnded)
            {
                return;
            }

            session.HasEnded = true;
        }

        _sessions.TryRemove(session.Id, out _);
        _broker.RemoveSession(session);
        _dealer.RemoveSession(session);
    }

    /// <summary>Takes a registration away from a session (WAMP specification, "Registration Revocation"). Invocations that run go on.</summary>
    /// <param name="registrationId">Which registration.</param>
    /// <param name="session">Whose part in it ends; others that share it keep theirs.</param>
    /// <param name="reason">What the callee is told, if it announced the feature; null for nothing.</param>
    /// <returns>False when the session has no such registration.</returns>
    public bool RevokeRegistration(long registrationId, Session session, string? reason) => _dealer.Revoke(registrationId, session, reason);

    /// <summary>Routes one message of an established session: the one switch over message types.</summary>
    /// <exception cref="WampProtocolException">The message breaks the protocol; the session must end.</exception>
    public void Route(Session session, scoped in WampMessage message)
    {
        switch (message.Type)
        {
            case MessageType.Publish:
                session.TakeRequestId(message.RequestId);
                _broker.Publish(session, message);
                break;
            case MessageType.Subscribe:
                session.TakeRequestId(message.RequestId);
                _broker.Subscribe(session, message);
                break;
            case MessageType.Unsubscribe:
                session.TakeRequestId(message.RequestId);
                _broker.Unsubscribe(session, message);
                break;
            case MessageType.Call:
                if (session.TryTakeRequestId(message.RequestId))
                {
                    _dealer.Call(session, message);
                }
                else
                {
                    _dealer.Continue(session, message);
                }

                break;
            case MessageType.Cancel:
                _dealer.Cancel(session, message);
                break;
            case MessageType.Register:
                session.TakeRequestId(message.RequestId);
                _dealer.Register(session, message);
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
}
