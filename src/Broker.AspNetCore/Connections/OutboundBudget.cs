using Broker.Hosting;
using Broker.Sessions;

namespace Broker.Connections;

/// <summary>
/// The memory that what waits for all peers together may take (<see cref="WampRouterOptions.MaxOutboundBytesTotal"/>). What others send to
/// a peer may use three quarters of it and waits no more beyond that, but for one message for which nothing has to wait. When such messages and
/// replies, which are never dropped, use up the rest, those peers give way whose transports have taken nothing for longest: first the events that wait
/// for them, then their sessions. So who reads is not disturbed by who does not. Thread-safe.
/// </summary>
internal sealed class OutboundBudget(RouterContext context) : IThreadPoolWorkItem
{
    /// <summary>Those who differ by less have taken nothing for as long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private int _isScheduled;

    /// <summary>The memory taken; what several peers share is counted once.</summary>
    public ByteCount Held { get; } = new();

    /// <summary>The most.</summary>
    public long Limit => context.Options.MaxOutboundBytesTotal is > 0 and var limit ? limit : long.MaxValue;

    /// <summary>Whether something that others send to a peer may wait.</summary>
    /// <param name="bytes">What it would add.</param>
    public bool HasRoomForOthers(int bytes) => Held.Value + bytes <= Limit - (Limit / 4);

    /// <summary>
    /// Sees to it that what waits now does not use more than there is. To be called with a peer's gate held: ends sessions on another thread.
    /// </summary>
    public void Enforce()
    {
        if (Held.Value > Limit && Interlocked.Exchange(ref _isScheduled, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        // A full fence: the look at what is held must not come before others can see that they have to schedule again.
        Interlocked.Exchange(ref _isScheduled, 0);
        if (Held.Value <= Limit)
        {
            return;
        }

        var stalled = Stalled();
        foreach (var (queue, stall) in stalled)
        {
            if (Held.Value <= Limit)
            {
                return;
            }

            queue.DropEventsForOthers(stall);
        }

        foreach (var (queue, stall) in stalled)
        {
            if (Held.Value <= Limit)
            {
                return;
            }

            queue.EndForOthers(stall);
        }
    }

    /// <summary>The peers for which something waits, those first that have taken nothing for longest; of those who differ by little, those first for which most waits.</summary>
    private List<(OutboundQueue Queue, Stall Stall)> Stalled()
    {
        var stalled = new List<(OutboundQueue Queue, Stall Stall)>();
        foreach (var connection in context.Connections.All)
        {
            if (connection.Outbound.Stall is { Bytes: > 0 } stall)
            {
                stalled.Add((connection.Outbound, stall));
            }
        }

        // Who reads steadily may look stalled for a moment, as sockets take what they take in large steps.
        var now = context.Time.GetTimestamp();
        long SpansOf(Stall stall) => context.Time.GetElapsedTime(stall.Since, now).Ticks / Patience.Ticks;
        stalled.Sort((one, other) => SpansOf(other.Stall).CompareTo(SpansOf(one.Stall)) is not 0 and var longer
            ? longer
            : other.Stall.Bytes.CompareTo(one.Stall.Bytes));
        return stalled;
    }
}
