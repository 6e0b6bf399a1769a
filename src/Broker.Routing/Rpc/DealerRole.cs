using System.Collections.Concurrent;
using Broker.Messages;
using Broker.Meta;
using Broker.Options;
using Broker.Realms;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Rpc;

/// <summary>The dealer of a realm: who answers which call (WAMP specification, "Remote Procedure Calls"). CALL and YIELD take no lock but the two sessions'.</summary>
internal sealed partial class DealerRole
{
    /// <summary>What the dealer announces in WELCOME.</summary>
    public const Features Announced = Features.SessionMetaApi | Features.RegistrationMetaApi | Features.TestamentMetaApi;

    private readonly RealmOptions _options;
    private readonly MetaEvents _events;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<byte[], Registration> _registrations = new(Utf8Comparer.Instance);
    private readonly ConcurrentDictionary<byte[], Registration>.AlternateLookup<ReadOnlySpan<byte>> _byUri;
    private long _lastRegistrationId;

    public DealerRole(RealmOptions options, MetaEvents events, TimeProvider time)
    {
        _options = options;
        _events = events;
        _time = time;
        _byUri = _registrations.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>How many registrations there are.</summary>
    public int RegistrationCount => _registrations.Count;

    /// <summary>REGISTER (REG-01, REG-02): REGISTERED is queued before the first INVOCATION (ORD-06).</summary>
    public void Register(Session session, scoped in WampMessage message)
    {
        var request = RegisterOptions.Parse(session.Serializer, message.Dict);
        if (!_options.UriRules.IsValidPattern(message.Uri, request.Match) || UriRules.IsReserved(message.Uri))
        {
            session.SendError(MessageType.Register, message.RequestId, ErrorUris.InvalidUri, "The procedure is not a valid URI, or is reserved.");
            return;
        }

        if (request.Match != MatchPolicy.Exact || request.Invoke != InvocationPolicy.Single)
        {
            session.SendError(
                MessageType.Register, message.RequestId, ErrorUris.OptionNotAllowed, "This dealer takes exact registrations by a single callee only.");
            return;
        }

        lock (_lock)
        {
            if (session.HasEnded)
            {
                return;
            }

            if (!_byUri.ContainsKey(message.Uri))
            {
                var registration = new Registration(++_lastRegistrationId, message.Uri.ToArray(), session) { Created = _time.GetUtcNow() };
                _byId.Add(registration.Id, registration);
                (session.Registrations ??= []).Add(registration.Id, registration);
                _registrations[registration.Uri] = registration;
                var reply = RoutingScratch.Current.Reply;
                reply.Encode(
                    session.Serializer,
                    new WampMessage { Type = MessageType.Registered, RequestId = message.RequestId, RegistrationId = registration.Id });
                lock (session.Gate)
                {
                    session.SendLocked(reply);
                    registration.IsActive = true;
                }

                _events.OnRegister(session, registration, isNew: true);
                return;
            }
        }

        session.SendError(
            MessageType.Register, message.RequestId, ErrorUris.ProcedureAlreadyExists, "A session has registered this procedure already.");
    }

    /// <summary>UNREGISTER (REG-03..05): invocations that run go on.</summary>
    public void Unregister(Session session, scoped in WampMessage message)
    {
        lock (_lock)
        {
            if (session.Registrations is { } held && held.Remove(message.RegistrationId, out var registration))
            {
                _registrations.TryRemove(registration.Uri, out _);
                _byId.Remove(registration.Id);
                var reply = RoutingScratch.Current.Reply;
                reply.Encode(session.Serializer, new WampMessage { Type = MessageType.Unregistered, RequestId = message.RequestId });
                lock (session.Gate)
                {
                    registration.IsActive = false;
                    session.SendLocked(reply);
                }

                _events.OnUnregister(session, registration, isLast: true);
                return;
            }
        }

        session.SendError(
            MessageType.Unregister, message.RequestId, ErrorUris.NoSuchRegistration, $"The session has no registration {message.RegistrationId}.");
    }

    /// <summary>CALL (RPC-01, RPC-02): the invocation id is taken in the section that queues the INVOCATION (ID-13).</summary>
    public void Call(Session caller, scoped in WampMessage message)
    {
        var request = CallOptions.Parse(caller.Serializer, message.Dict);
        if (request.Progress)
        {
            throw new WampProtocolException("This dealer does not take progressive call invocations: it has not announced them.");
        }

        if (!_byUri.TryGetValue(message.Uri, out var registration))
        {
            RefuseUnknown(caller, message);
            return;
        }

        var callee = registration.Callee;
        var scratch = RoutingScratch.Current;
        if (!scratch.TryTranscode(caller.Serializer, message.Payload, callee.Serializer, out var payload))
        {
            caller.SendError(
                MessageType.Call, message.RequestId, ErrorUris.InvalidArgument, "The callee's serializer cannot express a value of the arguments.");
            return;
        }

        var call = PendingCall.Start(caller, message.RequestId, callee);
        lock (caller.Gate)
        {
            if (caller.HasEnded)
            {
                return;
            }

            (caller.Calls ??= [])[message.RequestId] = call;
        }

        switch (Invoke(registration, call, payload, scratch.Reply))
        {
            case InvokeResult.Invoked:
                break;
            case InvokeResult.CalleeGone:
                Fail(call, ErrorUris.NoSuchProcedure, "No session has registered this procedure.");
                break;
            case InvokeResult.TooLong:
                Fail(call, ErrorUris.PayloadSizeExceeded, "The call is longer than the callee takes.");
                break;
        }
    }

    /// <summary>CANCEL: this dealer has not announced call canceling, so there is nothing to do but to see that the id is one of the caller's.</summary>
    public static void Cancel(Session caller, scoped in WampMessage message)
    {
        if (!caller.HasRequested(message.RequestId))
        {
            throw new WampProtocolException($"CANCEL names request id {message.RequestId}, which the session has not used.");
        }
    }

    /// <summary>YIELD (RPC-04): one RESULT to the caller; a YIELD that comes too late is passed over (PV-09).</summary>
    public static void Yield(Session callee, scoped in WampMessage message)
    {
        if (YieldOptions.Parse(callee.Serializer, message.Dict).Progress)
        {
            RequireInvoked(callee, message.RequestId); // never asked for, so the caller goes on waiting for the final one (PCR-08)
            return;
        }

        if (TakeInvocation(callee, message.RequestId) is not { } call)
        {
            return;
        }

        var scratch = RoutingScratch.Current;
        if (scratch.TryTranscode(callee.Serializer, message.Payload, call.Caller.Serializer, out var payload))
        {
            Answer(call, new WampMessage { Type = MessageType.Result, RequestId = call.RequestId, Payload = payload });
        }
        else
        {
            AnswerError(call, ErrorUris.InvalidArgument, "The caller's serializer cannot express a value of the result.");
        }

        call.Recycle();
    }

    /// <summary>ERROR of type INVOCATION (RPC-04): the same URI and arguments go to the caller.</summary>
    public void InvocationError(Session callee, scoped in WampMessage message)
    {
        if (message.RequestType != MessageType.Invocation)
        {
            throw new WampProtocolException("A client sends ERROR only for an INVOCATION.");
        }

        if (!_options.UriRules.IsValid(message.Uri))
        {
            throw new WampProtocolException("The error URI of ERROR is not a valid URI.");
        }

        if (TakeInvocation(callee, message.RequestId) is not { } call)
        {
            return;
        }

        var scratch = RoutingScratch.Current;
        if (scratch.TryTranscode(callee.Serializer, message.Payload, call.Caller.Serializer, out var payload))
        {
            Answer(call, new WampMessage
            {
                Type = MessageType.Error,
                RequestType = MessageType.Call,
                RequestId = call.RequestId,
                Uri = message.Uri,
                Payload = payload,
            });
        }
        else
        {
            AnswerError(call, ErrorUris.InvalidArgument, "The caller's serializer cannot express a value of the error.");
        }

        call.Recycle();
    }

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
        }

        foreach (var call in invocations)
        {
            AnswerError(call, ErrorUris.Canceled, "The callee has left.");
        }

        foreach (var call in calls)
        {
            lock (call.Callee.Gate)
            {
                call.Callee.Invocations?.Remove(call.InvocationId);
            }
        }
    }

    private void RefuseUnknown(Session caller, scoped in WampMessage message)
    {
        if (_options.UriRules.IsValid(message.Uri))
        {
            caller.SendError(MessageType.Call, message.RequestId, ErrorUris.NoSuchProcedure, "No session has registered this procedure.");
        }
        else
        {
            caller.SendError(MessageType.Call, message.RequestId, ErrorUris.InvalidUri, "The procedure is not a valid URI.");
        }
    }

    private static InvokeResult Invoke(Registration registration, PendingCall call, Payload payload, OutboundMessage invocation)
    {
        var callee = registration.Callee;
        lock (callee.Gate)
        {
            if (callee.HasEnded || !registration.IsActive)
            {
                return InvokeResult.CalleeGone;
            }

            if (call.HasEnded)
            {
                return InvokeResult.Invoked; // the caller left in between: nobody waits
            }

            // The id is used up only by an INVOCATION that is queued: callees see 1, 2, 3 without a hole.
            var id = callee.PeekInvocationId();
            invocation.Encode(callee.Serializer, new WampMessage
            {
                Type = MessageType.Invocation,
                RequestId = id,
                RegistrationId = registration.Id,
                Payload = payload,
            });
            if (callee.SendLocked(invocation) == SendResult.TooLong)
            {
                return InvokeResult.TooLong;
            }

            call.InvocationId = callee.TakeInvocationId();
            (callee.Invocations ??= [])[id] = call;
            return InvokeResult.Invoked;
        }
    }

    /// <summary>Ends a call that never reached its callee.</summary>
    private static void Fail(PendingCall call, string error, string text)
    {
        lock (call.Caller.Gate)
        {
            if (!call.TryEnd())
            {
                return;
            }
        }

        AnswerError(call, error, text);
    }

    /// <summary>Takes the call of an invocation out of the callee's table and ends it; null when another has ended it before.</summary>
    private static PendingCall? TakeInvocation(Session callee, long invocationId)
    {
        lock (callee.Gate)
        {
            if (callee.Invocations is { } asked && asked.Remove(invocationId, out var call))
            {
                return call.TryEnd() ? call : null;
            }

            if (!callee.HasBeenInvoked(invocationId))
            {
                throw new WampProtocolException($"The session has not been sent an INVOCATION {invocationId}.");
            }

            return null;
        }
    }

    private static void RequireInvoked(Session callee, long invocationId)
    {
        lock (callee.Gate)
        {
            if (!callee.HasBeenInvoked(invocationId))
            {
                throw new WampProtocolException($"The session has not been sent an INVOCATION {invocationId}.");
            }
        }
    }

    /// <summary>Takes an ended call out of the caller's table and queues the answer in the same section.</summary>
    private static void Answer(PendingCall call, scoped in WampMessage answer)
    {
        var caller = call.Caller;
        var reply = RoutingScratch.Current.Reply;
        reply.Encode(caller.Serializer, answer);
        SendResult sent;
        lock (caller.Gate)
        {
            caller.Calls?.Remove(call.RequestId);
            sent = caller.SendLocked(reply);
        }

        reply.Clear();

        if (sent == SendResult.TooLong)
        {
            caller.SendError(MessageType.Call, call.RequestId, ErrorUris.PayloadSizeExceeded, "The answer is longer than the caller takes.");
        }
    }

    private static void AnswerError(PendingCall call, string error, string text)
    {
        lock (call.Caller.Gate)
        {
            call.Caller.Calls?.Remove(call.RequestId);
        }

        call.Caller.SendError(MessageType.Call, call.RequestId, error, text);
    }

    private void RemoveRegistrations(Session session)
    {
        lock (_lock)
        {
            if (session.Registrations is not { } held)
            {
                return;
            }

            session.Registrations = null;
            foreach (var registration in held.Values)
            {
                _registrations.TryRemove(registration.Uri, out _);
                _byId.Remove(registration.Id);
                _events.OnUnregister(session, registration, isLast: true);
            }
        }
    }

    private enum InvokeResult
    {
        Invoked,
        CalleeGone,
        TooLong,
    }
}
