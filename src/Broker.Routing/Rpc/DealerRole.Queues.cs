using Broker.Realms;
using Broker.Uris;

namespace Broker.Rpc;

/// <content>Calls of registrations whose callees limit how many they take.</content>
internal sealed partial class DealerRole
{
    /// <summary>Sends a call of which callees take a limited number, or lets it wait.</summary>
    private void DispatchInTurn(CallQueue queue, PendingCall call, scoped in CallRequest request)
    {
        lock (queue.Lock)
        {
            call.Queue = queue;
            ServeQueue(call.Registration); // nobody is overtaken
            if (TryDispatch(call, request))
            {
                return;
            }

            // Chunks that follow would have to wait, too: a progressive call is taken at once or not at all.
            if (!request.Options.Progress)
            {
                Keep(call, request);
                call.Terms!.Watch(_time, call, _onTimeout);
                if (queue.TryAdd(call, Options.MaxQueuedCalls))
                {
                    if (call.HasEnded)
                    {
                        queue.Remove(call);
                    }

                    return;
                }
            }
        }

        _refusals.Add(RefusalReason.QueuedCallLimit);
        var text = request.Options.Progress ? "All callees are busy, and a progressive call does not wait." : "All callees are busy, and no more calls may wait.";
        EndCall(call, ErrorUris.Unavailable, text, interrupt: null);
    }

    /// <summary>
    /// Sends waiting calls to the callees that have room, oldest first. To be called when one has become free, has come or has gone. A call that
    /// some callees have refused may have to wait when a younger one has not: it does not hold that up.
    /// </summary>
    /// <param name="registration">Whose calls.</param>
    /// <param name="hasLostCallee">Whether some of the calls may have nobody left who has not refused them.</param>
    private void ServeQueue(Registration registration, bool hasLostCallee = false)
    {
        if (registration.Callees.Queue is not { } queue)
        {
            return;
        }

        lock (queue.Lock)
        {
            for (var place = queue.First; place is not null;)
            {
                var (call, next) = (place.Value, place.Next);
                queue.Remove(call);
                if (!call.HasEnded && !TryDispatch(call, call.Terms!.Request))
                {
                    queue.PutBack(call, next);
                    if (call.Terms.Tried is null && !hasLostCallee)
                    {
                        return; // all are busy, and whoever waits behind it goes on waiting
                    }
                }

                place = next;
            }
        }
    }

    /// <summary>Takes a call that has ended, or goes elsewhere, out of the queue and out of the count of its callee.</summary>
    private void LeaveQueue(PendingCall call)
    {
        if (call.Queue is not { } queue)
        {
            return;
        }

        lock (queue.Lock)
        {
            queue.Remove(call);
            if (Uncount(call))
            {
                ServeQueue(call.Registration);
            }
        }
    }

    private static void Count(PendingCall call, Callee callee)
    {
        if (callee.Concurrency > 0)
        {
            callee.Running++;
            call.CountedBy = callee;
        }
    }

    private static bool Uncount(PendingCall call)
    {
        if (call.CountedBy is not { } callee)
        {
            return false;
        }

        call.CountedBy = null;
        callee.Running--;
        return true;
    }
}
