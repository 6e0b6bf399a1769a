using Broker.Messages;
using Broker.Options;
using Broker.Realms;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Rpc;

/// <content>From a call to its callee.</content>
internal sealed partial class DealerRole
{
    private enum InvokeResult
    {
        /// <summary>The INVOCATION is queued.</summary>
        Invoked,

        /// <summary>The call has ended before: nobody waits.</summary>
        Ended,

        /// <summary>The callee has left the session or the registration.</summary>
        CalleeGone,

        /// <summary>The INVOCATION is longer than the callee takes.</summary>
        TooLong,

        /// <summary>The callee reads so slowly that its queue has no room for what others ask of it.</summary>
        Busy,

        /// <summary>The callee's serializer cannot express the payload.</summary>
        Inexpressible,

        /// <summary>The callee has not announced what the call needs.</summary>
        Unsupported,
    }

    /// <summary>Sends a call to one of its callees, lets it wait for one, or fails it.</summary>
    private void Dispatch(PendingCall call, scoped in CallRequest request)
    {
        if (call.Registration.Callees.Queue is { } queue)
        {
            DispatchInTurn(queue, call, request);
        }
        else
        {
            TryDispatch(call, request);
        }
    }

    /// <summary>Sends a call to the callee chosen, and to another one where that has gone; fails it when there is none.</summary>
    /// <returns>False when it is worth waiting for a callee.</returns>
    private bool TryDispatch(PendingCall call, scoped in CallRequest request)
    {
        var tried = call.Terms?.Tried;
        var isBusy = false;
        while (true)
        {
            var callees = call.Registration.Callees;
            if (callees.Queue is { } queue && call.Queue is null)
            {
                DispatchInTurn(queue, call, request); // a callee with a limit came a moment ago
                return true;
            }

            if (callees.Choose(call.Registration.Invoke, _random, tried) is not { } callee)
            {
                if (callees.IsWorthWaiting(tried))
                {
                    return false;
                }

                if (isBusy)
                {
                    EndCall(call, ErrorUris.NoAvailableCallee, "The callees of this procedure read too slowly to take the call.", interrupt: null);
                }
                else
                {
                    FailUnanswered(call);
                }

                return true;
            }

            Count(call, callee);
            var result = Invoke(callee, call, request);
            if (result == InvokeResult.Invoked)
            {
                return true;
            }

            Uncount(call);
            switch (result)
            {
                case InvokeResult.CalleeGone or InvokeResult.Busy:
                    isBusy |= result == InvokeResult.Busy;
                    (tried ??= []).Add(callee);
                    continue;
                case InvokeResult.TooLong:
                    EndCall(call, ErrorUris.PayloadSizeExceeded, "The call is longer than the callee takes.", interrupt: null);
                    break;
                case InvokeResult.Inexpressible:
                    EndCall(call, ErrorUris.InvalidArgument, "The callee's serializer cannot express a value of the arguments.", interrupt: null);
                    break;
                case InvokeResult.Unsupported:
                    EndCall(call, ErrorUris.FeatureNotSupported, "The callee has not announced a feature that the call needs.", interrupt: null);
                    break;
            }

            return true;
        }
    }

    private void FailUnanswered(PendingCall call)
    {
        if (call.Terms?.Tried is not null)
        {
            EndCall(call, ErrorUris.NoAvailableCallee, "All callees of this procedure are unavailable.", interrupt: null);
        }
        else if (call.Terms?.HasPayload == true && call.Queue is not null)
        {
            EndCall(call, ErrorUris.Canceled, "The callees have left.", interrupt: null);
        }
        else
        {
            EndCall(call, ErrorUris.NoSuchProcedure, "No session has registered this procedure.", interrupt: null);
        }
    }

    /// <summary>Queues the INVOCATION. The invocation id is taken in the section that queues it (ID-13).</summary>
    private InvokeResult Invoke(Callee callee, PendingCall call, scoped in CallRequest request)
    {
        var session = callee.Session;
        var scratch = RoutingScratch.Current;
        if (!IsSupported(callee, request.Options))
        {
            return InvokeResult.Unsupported;
        }

        if (!scratch.TryTranscode(call.Caller.Serializer, request.Payload, session.Serializer, out var payload))
        {
            return InvokeResult.Inexpressible;
        }

        Prepare(callee, call, request);
        var invocation = scratch.Reply;
        lock (session.Gate)
        {
            if (session.HasEnded || !callee.IsActive)
            {
                return InvokeResult.CalleeGone;
            }

            if (call.HasEnded)
            {
                return InvokeResult.Ended;
            }

            // The id is used up only by an INVOCATION that is queued: callees see 1, 2, 3 without a hole.
            var id = session.PeekInvocationId();
            invocation.Encode(session.Serializer, new WampMessage
            {
                Type = MessageType.Invocation,
                RequestId = id,
                RegistrationId = callee.Registration.Id,
                Dict = scratch.Details.Written,
                Payload = payload,
            });
            invocation.IsConfidential = call.Caller.IsOfRouter;

            // A caller must not end a slow callee's session by filling its queue: then the call fails instead.
            switch (session.SendLocked(invocation, isDroppable: true))
            {
                case SendResult.TooLong:
                    return InvokeResult.TooLong;
                case SendResult.Dropped:
                    return InvokeResult.Busy;
            }

            call.InvocationId = session.TakeInvocationId();
            (session.Invocations ??= [])[id] = call;
            return InvokeResult.Invoked;
        }
    }

    /// <summary>Who takes chunks must be able to stop, and who cannot unseal a payload is not to get it (PCI-04, PPT-05).</summary>
    private static bool IsSupported(Callee callee, in CallOptions options) =>
        (!options.Progress || callee.Features.Has(Features.ProgressiveCallInvocations | Features.CallCanceling))
        && (options.Passthru?.IsActive != true || callee.Features.Has(Features.PayloadPassthruMode));

    /// <summary>Points the call at a callee, sees to its timeout, and writes the Details of its INVOCATION.</summary>
    private void Prepare(Callee callee, PendingCall call, scoped in CallRequest request)
    {
        if (callee.Features.Has(Features.CallReroute) && callee.Registration.Invoke != InvocationPolicy.Single)
        {
            Keep(call, request);
        }

        var isTimeoutForwarded = false;
        if (call.Terms is { } terms)
        {
            isTimeoutForwarded = callee.TakesTimeout && !terms.IsWatched && terms.Timeout > TimeSpan.Zero;
            if (!isTimeoutForwarded)
            {
                terms.Watch(_time, call, _onTimeout);
            }
        }

        call.Callee = callee;
        call.ReceivesProgress =
            request.Options.ReceiveProgress && callee.CanProgress && call.Caller.CallerFeatures.Has(Features.ProgressiveCallResults);
        var details = RoutingScratch.Current.Details;
        details.Clear();
        var isDisclosed = request.Options.DiscloseMe || callee.DisclosesCaller || Options.DiscloseCaller == DisclosePolicy.Always;
        if (callee.WantsNoDetails && !isDisclosed && !isTimeoutForwarded && !call.ReceivesProgress && !request.Options.HasDetails)
        {
            return;
        }

        var identity = call.Caller.Identity;
        var written = new InvocationDetails
        {
            Caller = new DisclosedPeer
            {
                Session = isDisclosed ? call.Caller.Id : 0,
                AuthId = isDisclosed ? identity.AuthId : null,
                AuthRole = isDisclosed ? identity.AuthRole : null,
                TrustLevel = callee.Features.Has(Features.CallTrustLevels)
                    ? _policy.CallTrustLevels.Find(request.Procedure, identity.AuthRole)
                    : null,
            },
            Timeout = isTimeoutForwarded ? (long)Math.Ceiling(call.Terms!.Timeout / TimeoutUnit) : 0,
            ReceiveProgress = call.ReceivesProgress,
            Progress = request.Options.Progress,
            Shard = request.Options.Shard,
            Passthru = request.Options.Passthru,
        };
        ValueEncoder.Encode(
            callee.Session.Serializer, details, new CallDetails(callee.Registration.Match == MatchPolicy.Exact ? default : request.Procedure, written));
    }

    /// <summary>Keeps what a call asks, so that it can wait, or be sent again.</summary>
    private static void Keep(PendingCall call, scoped in CallRequest request)
    {
        call.Terms ??= new CallTerms(request.Procedure.ToArray(), request.Options, TimeSpan.Zero);
        call.Terms.Keep(request.Payload);
    }

    /// <summary>Sends a further chunk to the callee that got the first (PCI-08).</summary>
    private void SendChunk(PendingCall call, Payload chunk, bool isProgressive)
    {
        var terms = call.Terms!;
        var scratch = RoutingScratch.Current;
        var result = SendResult.Queued;
        bool isExpressible;
        lock (terms.Chunking)
        {
            var session = call.Callee!.Session;
            isExpressible = scratch.TryTranscode(call.Caller.Serializer, chunk, session.Serializer, out var payload);
            if (isExpressible)
            {
                lock (session.Gate)
                {
                    if (!call.StandsWith(session) || call.IsInterrupted)
                    {
                        return; // ended, or told to stop: late chunks are discarded (PCI-20, PCI-23)
                    }

                    scratch.Reply.Encode(session.Serializer, new WampMessage
                    {
                        Type = MessageType.Invocation,
                        RequestId = call.InvocationId,
                        RegistrationId = call.Registration.Id,
                        Dict = isProgressive ? FixedDict.ProgressiveInvocation.For(session.Serializer) : default,
                        Payload = payload,
                    });
                    result = session.SendLocked(scratch.Reply, isDroppable: true);
                    terms.Chunks++;
                }
            }
        }

        if (!isExpressible)
        {
            EndCall(call, ErrorUris.InvalidArgument, "The callee's serializer cannot express a value of the arguments.", FixedDict.KillNoWait);
        }
        else if (result == SendResult.TooLong)
        {
            EndCall(call, ErrorUris.PayloadSizeExceeded, "The call is longer than the callee takes.", FixedDict.KillNoWait);
        }
        else if (result == SendResult.Dropped)
        {
            EndCall(call, ErrorUris.NoAvailableCallee, "The callee reads too slowly to take the call.", FixedDict.KillNoWait);
        }
    }
}
