using Broker.Sessions;

namespace Broker.Connections;

/// <content>How much may wait, and who gives way where there is no room.</content>
internal sealed partial class OutboundQueue
{
    /// <summary>Drops the events that wait, for the sake of others, if the peer has not taken anything since.</summary>
    public void DropEventsForOthers(Stall stall)
    {
        lock (Gate)
        {
            if (IsStill(stall))
            {
                _backlog?.DropEvents();
            }
        }
    }

    /// <summary>Ends the session for the sake of others, if the peer has not taken anything since.</summary>
    public void EndForOthers(Stall stall)
    {
        lock (Gate)
        {
            if (IsStill(stall))
            {
                Close("The router has no room left for what waits to be sent, and this peer has read nothing for longest.");
            }
        }
    }

    private bool IsStill(Stall stall) => _isFlushing && !_isClosed && _stalledSince == stall.Since;

    /// <summary>What it takes for one more receiver to keep a message.</summary>
    private static int Cost(OutboundMessage message) => message.IsShared ? 0 : message.Bytes.Length + SharedBytes.Overhead;

    /// <summary>
    /// Has events that give way make room for a message, as far as needed. What the transport takes, or its end, can come of it, too.
    /// </summary>
    /// <param name="length">By how much more will wait.</param>
    /// <param name="cost">How much memory that takes.</param>
    /// <param name="isOthers">Whether others send it to the peer.</param>
    /// <returns>Whether the message may wait.</returns>
    private bool TryMakeRoom(int length, int cost, bool isOthers)
    {
        if (!_isFlushing && !(HasRoom(length, isOthers) && HasMemory(cost, isOthers)))
        {
            Flush(); // a batch can queue more than may wait before its end: what the transport takes now need not wait
        }

        var freed = 0;
        while (true)
        {
            var hasRoom = HasRoom(length, isOthers);
            if (hasRoom && HasMemory(cost, isOthers))
            {
                return true;
            }

            // Memory is used up by others as well: beyond what comes, giving way does not help.
            var dropped = hasRoom && freed >= length ? 0 : _backlog?.DropOldest() ?? 0;
            if (dropped == 0)
            {
                return false;
            }

            freed += dropped;
        }
    }

    /// <summary>
    /// Whether so much more may wait for this peer. What others send to it may use three quarters of the room: the rest is kept for answers
    /// to its own requests, so that others cannot end its session by filling the queue. One message may always wait, however long.
    /// </summary>
    private bool HasRoom(int length, bool isOthers)
    {
        var most = _context.Options.MaxOutboundBytes;
        var room = isOthers ? most - (most / 4) : most;
        return _backlog is null or { Bytes: 0 } || _backlog.Bytes + length <= room;
    }

    /// <summary>
    /// Whether the router has the memory. Where nothing waits and the transport is free, the message will hardly need it, and not for long.
    /// </summary>
    private bool HasMemory(int cost, bool isOthers) =>
        !isOthers || (!_isFlushing && _backlog is null or { Bytes: 0 }) || _budget.HasRoomForOthers(cost);
}
