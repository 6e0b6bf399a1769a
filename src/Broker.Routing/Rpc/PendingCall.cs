using Broker.Sessions;

namespace Broker.Rpc;

/// <summary>
/// A CALL that waits for its answer. It stands in two tables, the caller's by request id and the callee's by invocation id, each guarded by that session's
/// gate. The end of either session and the answer race for it; <see cref="TryEnd"/> lets exactly one of them win, and the winner takes it out of both.
/// </summary>
/// <remarks>
/// Objects are reused by the thread that ends a call by its answer: at that moment nobody else can hold one, because the others only look while they hold the
/// gate of a table that has it. Calls that end otherwise are left to the garbage collector.
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

    /// <summary>Who is asked.</summary>
    public Session Callee { get; private set; } = null!;

    /// <summary>The id of the INVOCATION; 0 until it is queued. Guarded by the callee's gate.</summary>
    public long InvocationId { get; set; }

    /// <summary>Whether the call has ended. Once true, it stays.</summary>
    public bool HasEnded => Volatile.Read(ref _hasEnded) != 0;

    /// <summary>A call in no table yet.</summary>
    public static PendingCall Start(Session caller, long requestId, Session callee)
    {
        var call = _spares is { Count: > 0 } spares ? spares.Pop() : new PendingCall();
        call._hasEnded = 0;
        call.Caller = caller;
        call.RequestId = requestId;
        call.Callee = callee;
        call.InvocationId = 0;
        return call;
    }

    /// <summary>Ends the call, once. Call with the gate of a session held in whose table the call stands.</summary>
    /// <returns>True for the one who ended it.</returns>
    public bool TryEnd() => Interlocked.Exchange(ref _hasEnded, 1) == 0;

    /// <summary>Gives the object back for reuse. Only for whoever ended the call by its answer and took it out of both tables.</summary>
    public void Recycle()
    {
        var spares = _spares ??= new Stack<PendingCall>();
        if (spares.Count < MaxSpares)
        {
            Caller = null!;
            Callee = null!;
            spares.Push(this);
        }
    }
}
