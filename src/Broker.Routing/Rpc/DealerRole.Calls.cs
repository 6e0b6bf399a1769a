using Broker.Authorization;
using Broker.Messages;
using Broker.Options;
using Broker.Realms;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Rpc;

/// <content>What callers send: CALL, further chunks of progressive calls, CANCEL.</content>
internal sealed partial class DealerRole
{
    /// <summary>CALL with a new request id (RPC-01, RPC-02) by a caller who may call the procedure.</summary>
    public void Call(Session caller, scoped in WampMessage message, in Decision decision)
    {
        var options = CallOptions.Parse(caller.Serializer, message.Dict);
        RequireAnnounced(caller, options);
        if (_index.Match(message.Uri) is not { } registration || (registration.Match != MatchPolicy.Exact && !Options.UriRules.IsValid(message.Uri)))
        {
            RefuseUnknown(caller, message);
            RememberRefused(caller, message, options);
            return;
        }

        if (options.DiscloseMe && !decision.Discloses && Options.DiscloseCaller == DisclosePolicy.Never)
        {
            caller.SendError(MessageType.Call, message.RequestId, ErrorUris.DiscloseMeDisallowed, "This realm discloses no callers.");
            RememberRefused(caller, message, options);
            return;
        }

        if (options.Shard is { RunMode: "partition", ResourceKey: null })
        {
            caller.SendError(
                MessageType.Call, message.RequestId, ErrorUris.InvalidArgument, "CALL.Options.runmode is partition, which needs an rkey to choose the partition by.");
            RememberRefused(caller, message, options);
            return;
        }

        if (options.KeyLongerThan(Options.UriRules.MaxLength) is { } key)
        {
            var (error, text) = _refusals.AddTooLong(key, Options.UriRules.MaxLength);
            caller.SendError(MessageType.Call, message.RequestId, error, text);
            RememberRefused(caller, message, options);
            return;
        }

        options.DiscloseMe |= decision.Discloses;
        var call = PendingCall.Start(caller, message.RequestId, registration, _callEnded is null ? 0 : _time.GetTimestamp());
        var timeout = EffectiveTimeout(options.Timeout);
        if (options.Progress || timeout > TimeSpan.Zero)
        {
            call.Terms = new CallTerms(message.Uri.ToArray(), options, timeout);
            call.Terms.Start(_time);
        }

        var most = caller.IsOfRouter ? 0 : Options.SessionLimits.PendingCalls;
        bool isRefused;
        lock (caller.Gate)
        {
            if (caller.HasEnded)
            {
                return;
            }

            isRefused = most > 0 && caller.Calls?.Count >= most;
            if (!isRefused)
            {
                (caller.Calls ??= [])[message.RequestId] = call;
            }
        }

        if (isRefused)
        {
            call.Recycle();
            _refusals.Add(RefusalReason.PendingCallLimit);
            caller.SendError(
                MessageType.Call, message.RequestId, ErrorUris.Unavailable, $"{most} calls of the session wait for their answer, as many as may: wait for some.");
            RememberRefused(caller, message, options);
            return;
        }

        scoped CallRequest request = default; // filled in place: a copy has to wait until all fields are written
        request.Procedure = message.Uri;
        request.Payload = message.Payload;
        request.Options = options;
        Dispatch(call, request);
    }

    /// <summary>
    /// CALL by a caller who may not call the procedure, whether there is one or not (AZN-05). Chunks that follow are not asked about
    /// (PCI-18).
    /// </summary>
    public void Refuse(Session caller, scoped in WampMessage message, in Decision decision)
    {
        var options = CallOptions.Parse(caller.Serializer, message.Dict);
        RequireAnnounced(caller, options);
        if (Options.UriRules.IsValid(message.Uri))
        {
            var (error, text) = _refusals.Add(decision);
            caller.SendError(MessageType.Call, message.RequestId, error, text);
        }
        else
        {
            RefuseUnknown(caller, message);
        }

        RememberRefused(caller, message, options);
    }

    /// <summary>CALL with a request id used before: a further chunk of a progressive call (PCI-05..08), or a breach of the protocol (PCI-19).</summary>
    /// <exception cref="WampProtocolException">It is no chunk.</exception>
    public void Continue(Session caller, scoped in WampMessage message)
    {
        var options = CallOptions.Parse(caller.Serializer, message.Dict);
        RequireAnnounced(caller, options);
        PendingCall? call = null;
        lock (caller.Gate)
        {
            if (caller.HasEnded)
            {
                return;
            }

            if (caller.Calls?.TryGetValue(message.RequestId, out call) == true)
            {
                if (call!.Terms is not { IsInputOpen: true } terms || !message.Uri.SequenceEqual(terms.Procedure))
                {
                    throw caller.OutOfSequence(message.RequestId);
                }

                terms.IsInputOpen = options.Progress;
            }
            else if (caller.LateChunks?.TryDiscard(message.RequestId, message.Uri, isLast: !options.Progress) == true)
            {
                return;
            }
            else
            {
                throw caller.OutOfSequence(message.RequestId);
            }
        }

        SendChunk(call, message.Payload, options.Progress);
    }

    /// <summary>CANCEL (CAN-02..11). A call that has ended is none of the caller's any more: nothing happens.</summary>
    public void Cancel(Session caller, scoped in WampMessage message)
    {
        if (!caller.HasRequested(message.RequestId))
        {
            throw new WampProtocolException($"CANCEL names request id {message.RequestId}, which the session has not used.");
        }

        var mode = CancelOptions.Parse(caller.Serializer, message.Dict).Mode;
        PendingCall? call = null;
        lock (caller.Gate)
        {
            if (caller.Calls?.TryGetValue(message.RequestId, out call) != true || (mode == CancelMode.Kill && call!.IsKilled))
            {
                return;
            }

            call!.IsShared = true;
            call.IsKilled |= mode == CancelMode.Kill;
        }

        // A callee that cannot be interrupted, or nobody asked yet: the call ends here and now (CAN-05).
        if (mode == CancelMode.Kill && TryInterrupt(call, FixedDict.Kill))
        {
            return;
        }

        EndCall(call, ErrorUris.Canceled, "The caller has canceled the call.", mode == CancelMode.Skip ? null : FixedDict.KillNoWait, CallOutcome.Canceled);
    }

    /// <summary>Who uses a feature must have announced it (PCI-02, PPT-03).</summary>
    /// <exception cref="WampProtocolException">It has not.</exception>
    public static void RequireAnnounced(Session caller, in CallOptions options)
    {
        if (options.Progress && !caller.CallerFeatures.Has(Features.ProgressiveCallInvocations))
        {
            throw new WampProtocolException("CALL.Options.progress is only for callers that announced progressive_call_invocations.");
        }

        if (options.Passthru?.IsActive == true && !caller.CallerFeatures.Has(Features.PayloadPassthruMode))
        {
            throw new WampProtocolException("CALL.Options.ppt_scheme is only for callers that announced payload_passthru_mode.");
        }
    }

    private void RefuseUnknown(Session caller, scoped in WampMessage message)
    {
        if (Options.UriRules.IsValid(message.Uri))
        {
            caller.SendError(MessageType.Call, message.RequestId, ErrorUris.NoSuchProcedure, "No session has registered this procedure.");
        }
        else
        {
            var (error, text) = _refusals.AddInvalidUri("procedure", message.Uri, Options.UriRules, "not a valid URI");
            caller.SendError(MessageType.Call, message.RequestId, error, text);
        }
    }

    /// <summary>The chunks that follow a progressive CALL that was refused are not to be taken for a breach of the protocol.</summary>
    private void RememberRefused(Session caller, scoped in WampMessage message, in CallOptions options)
    {
        if (!options.Progress)
        {
            return;
        }

        lock (caller.Gate)
        {
            (caller.LateChunks ??= new LateChunks()).Add(message.RequestId, message.Uri.ToArray(), _time);
        }
    }

    /// <summary>The caller's timeout, or the realm's default; not more than the realm allows (CTO-07).</summary>
    private TimeSpan EffectiveTimeout(long asked)
    {
        const long TenYears = 10 * 365 * TimeSpan.TicksPerDay;
        var unit = TimeoutUnit.Ticks;
        var timeout = asked > 0 ? TimeSpan.FromTicks(Math.Min(asked, TenYears / unit) * unit) : Options.DefaultCallTimeout ?? TimeSpan.Zero;
        return Options.MaxCallTimeout is { } longest && (timeout == TimeSpan.Zero || timeout > longest) ? longest : timeout;
    }
}
