using Broker.Messages;
using Broker.Options;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Rpc;

/// <content>What callees send: YIELD and ERROR.</content>
internal sealed partial class DealerRole
{
    /// <summary>YIELD (RPC-04): one RESULT to the caller; a YIELD that comes too late is passed over (PV-09).</summary>
    public void Yield(Session callee, scoped in WampMessage message)
    {
        var options = YieldOptions.Parse(callee.Serializer, message.Dict);
        if (options.Passthru?.IsActive == true && !callee.CalleeFeatures.Has(Features.PayloadPassthruMode))
        {
            throw new WampProtocolException("YIELD.Options.ppt_scheme is only for callees that announced payload_passthru_mode.");
        }

        if (options.Progress)
        {
            YieldProgress(callee, message, options);
            return;
        }

        if (TakeInvocation(callee, message.RequestId) is not { } call)
        {
            return;
        }

        var scratch = RoutingScratch.Current;
        if (IsSealedFor(call.Caller, options.Passthru))
        {
            RefuseSealed(callee, message.RequestId);
            AnswerError(call, ErrorUris.FeatureNotSupported, "The caller has not announced payload_passthru_mode.", CallOutcome.Error);
        }
        else if (scratch.TryTranscode(callee.Serializer, message.Payload, call.Caller.Serializer, out var payload))
        {
            scratch.Details.Clear();
            if (options.Passthru?.IsActive == true)
            {
                ValueEncoder.Encode(call.Caller.Serializer, scratch.Details, new ResultDetails { Passthru = options.Passthru });
            }

            Answer(call, new WampMessage { Type = MessageType.Result, RequestId = call.RequestId, Dict = scratch.Details.Written, Payload = payload }, CallOutcome.Result);
        }
        else
        {
            AnswerError(call, ErrorUris.InvalidArgument, "The caller's serializer cannot express a value of the result.", CallOutcome.Error);
        }

        LeaveQueue(call);
        call.Recycle();
    }

    /// <summary>ERROR of type INVOCATION (RPC-04): the same URI and arguments go to the caller.</summary>
    public void InvocationError(Session callee, scoped in WampMessage message)
    {
        if (message.RequestType != MessageType.Invocation)
        {
            throw new WampProtocolException("A client sends ERROR only for an INVOCATION.");
        }

        if (!Options.UriRules.IsValid(message.Uri))
        {
            throw new WampProtocolException("The error URI of ERROR is not a valid URI.");
        }

        var passthru = ErrorDetails.Parse(callee.Serializer, message.Dict).Passthru;
        if (message.Uri.SequenceEqual("wamp.error.unavailable"u8) && TryReroute(callee, message.RequestId))
        {
            return;
        }

        if (TakeInvocation(callee, message.RequestId) is not { } call)
        {
            return;
        }

        AnswerByError(call, callee, message, passthru);
        LeaveQueue(call);
        call.Recycle();
    }

    /// <summary>A progressive YIELD (PCR-06..08): a progressive RESULT at once, if the caller asked for it; the time it may take starts again (PCR-15).</summary>
    private void YieldProgress(Session callee, scoped in WampMessage message, in YieldOptions options)
    {
        PendingCall? call = null;
        lock (callee.Gate)
        {
            if (callee.Invocations?.TryGetValue(message.RequestId, out call) != true)
            {
                RequireInvoked(callee, message.RequestId);
                return;
            }
        }

        if (!call!.ReceivesProgress)
        {
            return;
        }

        call.HasProgressed = true;
        call.Terms?.Start(_time);
        var caller = call.Caller;
        var scratch = RoutingScratch.Current;
        if (IsSealedFor(caller, options.Passthru))
        {
            RefuseSealed(callee, message.RequestId);
            EndCall(call, ErrorUris.FeatureNotSupported, "The caller has not announced payload_passthru_mode.", FixedDict.KillNoWait);
            return;
        }

        if (!scratch.TryTranscode(callee.Serializer, message.Payload, caller.Serializer, out var payload))
        {
            EndCall(call, ErrorUris.InvalidArgument, "The caller's serializer cannot express a value of the result.", FixedDict.KillNoWait);
            return;
        }

        var details = FixedDict.ProgressiveResult.For(caller.Serializer);
        if (options.Passthru?.IsActive == true)
        {
            scratch.Details.Clear();
            ValueEncoder.Encode(caller.Serializer, scratch.Details, new ResultDetails { Progress = true, Passthru = options.Passthru });
            details = scratch.Details.Written;
        }

        scratch.Reply.Encode(
            caller.Serializer, new WampMessage { Type = MessageType.Result, RequestId = call.RequestId, Dict = details, Payload = payload });
        SendResult sent;
        lock (caller.Gate)
        {
            // A callee must not end a slow caller's session by filling its queue: then the call fails instead.
            sent = call.HasEnded ? SendResult.Queued : caller.SendLocked(scratch.Reply, isDroppable: true);
        }

        if (sent == SendResult.TooLong)
        {
            EndCall(call, ErrorUris.PayloadSizeExceeded, "A progressive result is longer than the caller takes.", FixedDict.KillNoWait);
        }
        else if (sent == SendResult.Dropped)
        {
            EndCall(call, ErrorUris.Canceled, "The caller reads too slowly to take the progressive results.", FixedDict.KillNoWait);
        }
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

            RequireInvoked(callee, invocationId);
            return null;
        }
    }

    /// <summary>Call with the callee's gate held.</summary>
    private static void RequireInvoked(Session callee, long invocationId)
    {
        if (!callee.HasBeenInvoked(invocationId))
        {
            throw new WampProtocolException($"The session has not been sent an INVOCATION {invocationId}.");
        }
    }

    private static bool IsSealedFor(Session caller, PassthruOptions? passthru) =>
        passthru?.IsActive == true && !caller.CallerFeatures.Has(Features.PayloadPassthruMode);

    /// <summary>A sealed result for a caller that cannot unseal it: both ends are told (PPT-06).</summary>
    private static void RefuseSealed(Session callee, long invocationId) =>
        callee.SendError(MessageType.Invocation, invocationId, ErrorUris.FeatureNotSupported, "The caller has not announced payload_passthru_mode.");

    /// <summary>Passes a callee's ERROR on. Of a sealed one, a caller that cannot unseal it gets the URI alone.</summary>
    private void AnswerByError(PendingCall call, Session callee, scoped in WampMessage message, PassthruOptions? passthru)
    {
        var scratch = RoutingScratch.Current;
        var isSealed = IsSealedFor(call.Caller, passthru);
        if (!scratch.TryTranscode(callee.Serializer, isSealed ? default : message.Payload, call.Caller.Serializer, out var payload))
        {
            AnswerError(call, ErrorUris.InvalidArgument, "The caller's serializer cannot express a value of the error.", CallOutcome.Error);
            return;
        }

        scratch.Details.Clear();
        if (passthru?.IsActive == true && !isSealed)
        {
            ValueEncoder.Encode(call.Caller.Serializer, scratch.Details, new ErrorDetails { Passthru = passthru });
        }

        Answer(call, new WampMessage
        {
            Type = MessageType.Error,
            RequestType = MessageType.Call,
            RequestId = call.RequestId,
            Dict = scratch.Details.Written,
            Uri = message.Uri,
            Payload = payload,
        }, OutcomeOf(message.Uri));
    }

    private static CallOutcome OutcomeOf(ReadOnlySpan<byte> error) =>
        error.SequenceEqual("wamp.error.canceled"u8) ? CallOutcome.Canceled
        : error.SequenceEqual("wamp.error.timeout"u8) ? CallOutcome.Timeout
        : CallOutcome.Error;
}
