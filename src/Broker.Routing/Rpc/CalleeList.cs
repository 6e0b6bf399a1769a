using Broker.Ids;
using Broker.Options;

namespace Broker.Rpc;

/// <summary>The callees of one registration in the order in which they registered, at one moment. Only the turn of <c>roundrobin</c> changes.</summary>
internal sealed class CalleeList
{
    private readonly Callee[] _callees;
    private int _turn;

    private CalleeList(Callee[] callees, int turn, CallQueue? queue)
    {
        _callees = callees;
        _turn = turn;
        Queue = queue;
    }

    /// <summary>Nobody.</summary>
    public static CalleeList Empty { get; } = new([], 0, queue: null);

    /// <summary>The callees.</summary>
    public ReadOnlySpan<Callee> All => _callees;

    /// <summary>Where calls wait when every callee is busy; null as long as no callee of the registration has limited how many calls it takes.</summary>
    public CallQueue? Queue { get; }

    /// <summary>These and one more. The queue, once there, stays.</summary>
    public CalleeList With(Callee callee) =>
        new([.. _callees, callee], Turn, Queue ?? (callee.Concurrency > 0 ? new CallQueue() : null));

    /// <summary>These but one. Whose turn it is does not change (SHR-08).</summary>
    public CalleeList Without(Callee callee)
    {
        var at = Array.IndexOf(_callees, callee);
        var turn = Turn;
        return new CalleeList([.. _callees.Where(other => other != callee)], at < turn ? turn - 1 : turn, Queue);
    }

    /// <summary>Chooses who gets a call (SHR-05, RER-03).</summary>
    /// <param name="policy">How.</param>
    /// <param name="random">Where <c>random</c> draws from.</param>
    /// <param name="tried">Callees to be treated as if they were not there, or null.</param>
    /// <returns>Null when all are busy or tried.</returns>
    public Callee? Choose(InvocationPolicy policy, IIdGenerator random, List<Callee>? tried)
    {
        var count = _callees.Length;
        if (count == 0)
        {
            return null;
        }

        return policy switch
        {
            InvocationPolicy.Random => ChooseAny(random, tried),
            InvocationPolicy.Last => ChooseFrom(count - 1, step: -1, tried),
            InvocationPolicy.RoundRobin => ChooseInTurn(tried),
            _ => ChooseFrom(0, step: 1, tried),
        };
    }

    /// <summary>Whether somebody who has not been tried is busy, so that waiting makes sense.</summary>
    public bool IsWorthWaiting(List<Callee>? tried) => Array.Exists(_callees, callee => callee.IsBusy && tried?.Contains(callee) != true);

    private int Turn => _callees.Length == 0 ? 0 : (int)((uint)Volatile.Read(ref _turn) % (uint)_callees.Length);

    private static bool IsFree(Callee callee, List<Callee>? tried) => !callee.IsBusy && tried?.Contains(callee) != true;

    private Callee? ChooseFrom(int first, int step, List<Callee>? tried)
    {
        for (var i = first; i >= 0 && i < _callees.Length; i += step)
        {
            if (IsFree(_callees[i], tried))
            {
                return _callees[i];
            }
        }

        return null;
    }

    private Callee? ChooseInTurn(List<Callee>? tried)
    {
        var count = _callees.Length;
        var turn = (int)((uint)(Interlocked.Increment(ref _turn) - 1) % (uint)count);
        for (var i = 0; i < count; i++)
        {
            var at = (turn + i) % count;
            if (IsFree(_callees[at], tried))
            {
                if (i > 0)
                {
                    Volatile.Write(ref _turn, at + 1); // those passed over had their turn
                }

                return _callees[at];
            }
        }

        Interlocked.Decrement(ref _turn); // nobody had it
        return null;
    }

    private Callee? ChooseAny(IIdGenerator random, List<Callee>? tried)
    {
        var free = 0;
        foreach (var callee in _callees)
        {
            free += IsFree(callee, tried) ? 1 : 0;
        }

        if (free == 0)
        {
            return null;
        }

        var chosen = (int)((random.Next() - 1) % free);
        foreach (var callee in _callees)
        {
            if (IsFree(callee, tried) && chosen-- == 0)
            {
                return callee;
            }
        }

        return null;
    }
}
