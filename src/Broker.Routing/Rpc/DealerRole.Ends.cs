using Broker.Messages;
using Broker.Options;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Rpc;

/// <content>How calls end: each for one reason, and with one message to the caller (RPC-05, CAN-11).</content>
internal sealed partial class DealerRole
{
    /// <summary>Ends a call by ERROR, unless something else has ended it, and takes it away from its callee.</summary>
    /// <param name="call">The call.</param>
    /// <param name="error">What the caller is told.</param>
    /// <param name="text">The same in a sentence.</param>
    /// <param name="interrupt">What the callee is told; null for nothing.</param>
    /// <param name="outcome">How the call ended.</param>
    private void EndCall(PendingCall call, string error, string text, FixedDict? interrupt, CallOutcome outcome = CallOutcome.Error)
    {
        if (call.TryEnd())
        {
            AnswerError(call, error, text, outcome);
            Detach(call, interrupt);
        }
    }

    /// <summary>Runs on a timer's thread (CTO-02..04).</summary>
    private void TimeOut(PendingCall call)
    {
        if (!call.HasEnded && call.Terms!.IsExpired(_time))
        {
            EndCall(call, ErrorUris.Timeout, "The call took too long.", FixedDict.TimedOut, CallOutcome.Timeout);
        }
    }

    /// <summary>Takes an ended call out of the callee's table and the queue, and sends INTERRUPT if the callee takes it and has not got one before.</summary>
    private void Detach(PendingCall call, FixedDict? interrupt)
    {
        if (call.Callee?.Session is { } session)
        {
            lock (session.Gate)
            {
                if (call.StandsWith(session))
                {
                    session.Invocations!.Remove(call.InvocationId);
                    if (interrupt is not null && !call.IsInterrupted)
                    {
                        SendInterrupt(call, interrupt);
                    }
                }
            }
        }

        LeaveQueue(call);
    }

    /// <summary>Sends INTERRUPT for a call that goes on until the callee answers.</summary>
    /// <returns>False when nobody has been asked, or the callee takes no INTERRUPT, or has no room for it.</returns>
    private static bool TryInterrupt(PendingCall call, FixedDict interrupt)
    {
        if (call.Callee?.Session is not { } session)
        {
            return false;
        }

        lock (session.Gate)
        {
            if (!call.StandsWith(session) || !SendInterrupt(call, interrupt))
            {
                return false;
            }

            call.IsInterrupted = true;
            return true;
        }
    }

    /// <summary>
    /// Call with the callee's gate held. Callers must not end a slow callee's session by canceling or leaving: without room it is not told, and answers in vain.
    /// </summary>
    private static bool SendInterrupt(PendingCall call, FixedDict interrupt)
    {
        var session = call.Callee!.Session;
        if (!call.Callee.Features.Has(Features.CallCanceling))
        {
            return false;
        }

        var message = RoutingScratch.Current.Reply;
        message.Encode(session.Serializer, new WampMessage
        {
            Type = MessageType.Interrupt,
            RequestId = call.InvocationId,
            Dict = interrupt.For(session.Serializer),
        });
        return session.SendLocked(message, isDroppable: true) != SendResult.Dropped;
    }

    /// <summary>Takes an ended call out of the caller's table and queues the answer in the same section.</summary>
    private void Answer(PendingCall call, scoped in WampMessage answer, CallOutcome outcome)
    {
        var caller = call.Caller;
        var reply = RoutingScratch.Current.Reply;
        reply.Encode(caller.Serializer, answer);
        SendResult sent;
        lock (caller.Gate)
        {
            RemoveFromCaller(call);
            sent = caller.SendLocked(reply);
        }

        Tell(call, sent == SendResult.TooLong ? CallOutcome.Error : outcome);
        if (sent == SendResult.TooLong)
        {
            caller.SendError(MessageType.Call, call.RequestId, ErrorUris.PayloadSizeExceeded, "The answer is longer than the caller takes.");
        }
    }

    private void AnswerError(PendingCall call, string error, string text, CallOutcome outcome)
    {
        Tell(call, outcome);
        lock (call.Caller.Gate)
        {
            RemoveFromCaller(call);
        }

        call.Caller.SendError(MessageType.Call, call.RequestId, error, text);
    }

    private void Tell(PendingCall call, CallOutcome outcome) => _callEnded?.Invoke(outcome, _time.GetElapsedTime(call.Started));

    /// <summary>Call with the caller's gate held.</summary>
    private void RemoveFromCaller(PendingCall call)
    {
        var caller = call.Caller;
        caller.Calls?.Remove(call.RequestId);
        if (call.Terms is { IsInputOpen: true } terms && !caller.HasEnded)
        {
            (caller.LateChunks ??= new LateChunks()).Add(call.RequestId, terms.Procedure, _time);
        }
    }
}
