using Broker.Hosting;
using Broker.Sessions;

namespace Broker.Connections;

/// <summary>
/// The memory that what waits for all peers together may take (<see cref="WampRouterOptions.MaxOutboundBytesTotal"/>). What others send to
/// a peer may use three quarters of it and waits no more beyond that. Replies are never dropped: when they use up the rest, sessions end,
/// first the one whose transport has taken nothing for longest although replies wait for it. So who reads is not disturbed by who does not.
/// Thread-safe.
/// </summary>
internal sealed class OutboundBudget(RouterContext context) : IThreadPoolWorkItem
{
    private int _isScheduled;

    /// <summary>The memory taken; what several peers share is counted once.</summary>
    public ByteCount Held { get; } = new();

    /// <summary>The most.</summary>
    public long Limit => context.Options.MaxOutboundBytesTotal is > 0 and var limit ? limit : long.MaxValue;

    /// <summary>Whether something that others send to a peer may wait.</summary>
    /// <param name="bytes">What it would add.</param>
    public bool HasRoomForOthers(int bytes) => Held.Value + bytes <= Limit - (Limit / 4);

    /// <summary>
    /// Sees to it that replies that wait now do not use more than there is. To be called with a peer's gate held: ends sessions on another
    /// thread.
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
        while (Held.Value > Limit && FindSlowest() is { } slowest)
        {
            slowest.Outbound.EndForOthers();
        }
    }

    private WampConnection? FindSlowest()
    {
        WampConnection? slowest = null;
        var most = default(Stall);
        foreach (var connection in context.Connections.All)
        {
            if (connection.Outbound.Stall is { ReplyBytes: > 0 } stall && (slowest is null || stall.IsWorseThan(most)))
            {
                (slowest, most) = (connection, stall);
            }
        }

        return slowest;
    }
}
