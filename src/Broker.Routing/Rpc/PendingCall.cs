using Broker.Sessions;

namespace Broker.Rpc;

/// <summary>
/// A CALL that waits for its answer. It stands in two tables, the caller's by request id and the callee's by invocation id, each guarded by that session's
/// gate. The answer, CANCEL, the timeout and the end of either session race for it; <see cref="TryEnd"/> lets exactly one of them win, and the winner takes it
/// out of both and tells the caller.
/// </summary>
/// <remarks>
/// Objects are reused by the thread that ends a call by its answer. Whoever else may hold one at that moment has said so before: CANCEL by
/// <see cref="IsShared"/>, everything that outlives a table's gate by <see cref="Terms"/>. Calls that end otherwise are left to the garbage collector.
/// </remarks>
internal sealed class PendingCall
{
    private const int MaxSpares = 256;

    [ThreadStatic]
    private static Stack<PendingCall>? _spares;

    private int _hasEnded;

    private PendingCall()
    {
    }

    /// <summary>Who called.</summary>
    public Session Caller { get; private set; } = null!;

    /// <summary>The id of the CALL.</summary>
    public long RequestId { get; private set; }

    /// <summary>When the CALL came, by the realm's clock.</summary>
    public long Started { get; private set; }

    /// <summary>What answers.</summary>
    public Registration Registration { get; private set; } = null!;

    /// <summary>What has to be remembered beyond this; null for a plain call.</summary>
    public CallTerms? Terms { get; set; }

    /// <summary>Who is asked; null until somebody is. Set before the INVOCATION is queued by whoever moves the call.</summary>
    public Callee? Callee { get; set; }

    /// <summary>The id of the INVOCATION; 0 until it is queued. Guarded by the callee's gate.</summary>
    public long InvocationId { get; set; }

    /// <summary>Whether the callee knows that the caller takes progressive results.</summary>
    public bool ReceivesProgress { get; set; }

    /// <summary>Whether a progressive result has come. Touched by the callee's thread only.</summary>
    public bool HasProgressed { get; set; }

    /// <summary>Whether the callee has been told to stop, and its answer is awaited (CAN-03). Guarded by the callee's gate.</summary>
    public bool IsInterrupted { get; set; }

    /// <summary>Whether the caller has asked for <c>kill</c>. Guarded by the caller's gate.</summary>
    public bool IsKilled { get; set; }

    /// <summary>Whether a thread other than the callee's may hold the object. Set with the caller's gate held, while the call stands in the caller's table.</summary>
    public bool IsShared { get; set; }

    /// <summary>Where the call may be waiting, and who counts it as running; null when no callee limits how many calls it takes.</summary>
    public CallQueue? Queue { get; set; }

    /// <summary>Whose <see cref="Callee.Running"/> counts the call. Guarded by the queue's lock.</summary>
    public Callee? CountedBy { get; set; }

    /// <summary>Whether the call has ended. Once true, it stays.</summary>
    public bool HasEnded => Volatile.Read(ref _hasEnded) != 0;

    /// <summary>A call in no table yet.</summary>
    public static PendingCall Start(Session caller, long requestId, Registration registration, long started)
    {
        var call = _spares is { Count: > 0 } spares ? spares.Pop() : new PendingCall();
        call._hasEnded = 0;
        call.Caller = caller;
        call.RequestId = requestId;
        call.Registration = registration;
        call.Started = started;
        call.Callee = null;
        call.InvocationId = 0;
        call.ReceivesProgress = false;
        call.HasProgressed = false;
        call.IsInterrupted = false;
        call.IsKilled = false;
        call.CountedBy = null;
        return call;
    }

    /// <summary>Whether the call stands in the table of a callee. Call with that session's gate held.</summary>
    public bool StandsWith(Session callee) =>
        callee.Invocations is { } asked && asked.TryGetValue(InvocationId, out var found) && found == this;

    /// <summary>Ends the call, once.</summary>
    /// <returns>True for the one who ended it.</returns>
    public bool TryEnd()
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) != 0)
        {
            return false;
        }

        Terms?.StopWatching();
        return true;
    }

    /// <summary>Gives the object back for reuse, if nobody else can hold it. Only for whoever ended the call by its answer and took it out of both tables.</summary>
    public void Recycle()
    {
        var spares = _spares ??= new Stack<PendingCall>();
        if (Terms is null && Queue is null && !IsShared && spares.Count < MaxSpares)
        {
            Caller = null!;
            Registration = null!;
            Callee = null;
            spares.Push(this);
        }
    }
}
