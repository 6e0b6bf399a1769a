namespace Broker.LoadTest.Scenarios;

/// <summary>What one receiver has of each sender: whether messages come in order, and which are missing. Written by the receiver's thread only.</summary>
/// <param name="senders">How many senders there are.</param>
/// <param name="first">The number of the first one that this receiver hears.</param>
internal sealed class ArrivalOrder(int senders, int first = 0)
{
    private readonly long[] _next = new long[senders];
    private long _received;
    private long _outOfOrder;

    /// <summary>How many messages came.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>How many came behind a later one, or twice.</summary>
    public long OutOfOrder => Volatile.Read(ref _outOfOrder);

    /// <summary>Takes one message.</summary>
    /// <returns>By how many the sender's sequence moved on: 1, more when messages were passed over, 0 when it is late or came before.</returns>
    public long Take(in Stamp stamp)
    {
        Volatile.Write(ref _received, _received + 1);
        var index = stamp.Sender - first;
        if ((uint)index >= (uint)_next.Length || stamp.Sequence < _next[index])
        {
            Volatile.Write(ref _outOfOrder, _outOfOrder + 1);
            return 0;
        }

        var moved = stamp.Sequence + 1 - _next[index];
        _next[index] = stamp.Sequence + 1;
        return moved;
    }
}
