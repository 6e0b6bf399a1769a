using Broker.Options;
using Broker.Sessions;
using Broker.Uris;

namespace Broker.Rpc;

/// <content>Callees that cannot take a call now (WAMP specification, "Call Rerouting").</content>
internal sealed partial class DealerRole
{
    /// <summary>A callee says that it cannot take the call: another one is asked (RER-02..08).</summary>
    /// <returns>False when the ERROR is to be treated like any other.</returns>
    private bool TryReroute(Session callee, long invocationId)
    {
        PendingCall? call = null;
        lock (callee.Gate)
        {
            if (callee.Invocations?.TryGetValue(invocationId, out call) != true)
            {
                return false;
            }
        }

        if (call!.HasProgressed || !call.Callee!.Features.Has(Features.CallReroute))
        {
            return false;
        }

        if (call.Registration.Invoke == InvocationPolicy.Single)
        {
            return TryFailUnavailable(callee, call);
        }

        if (call.Terms is not { HasPayload: true } terms)
        {
            return false;
        }

        lock (terms.Chunking)
        {
            if (terms.Chunks > 1)
            {
                return false;
            }

            lock (callee.Gate)
            {
                if (call.IsInterrupted || !call.StandsWith(callee))
                {
                    return false;
                }

                callee.Invocations!.Remove(invocationId);
            }

            (terms.Tried ??= []).Add(call.Callee);
            LeaveQueue(call);
            call.Queue = null;
            Dispatch(call, terms.Request);
        }

        return true;
    }

    private bool TryFailUnavailable(Session callee, PendingCall call)
    {
        lock (callee.Gate)
        {
            if (call.IsInterrupted || !call.StandsWith(callee))
            {
                return false;
            }
        }

        EndCall(call, ErrorUris.NoAvailableCallee, "The only callee of this procedure is unavailable.", interrupt: null);
        return true;
    }
}
