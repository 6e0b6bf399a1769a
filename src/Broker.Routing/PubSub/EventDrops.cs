namespace Broker.PubSub;

/// <summary>Counts the events of a realm that were not delivered since it was made. Thread-safe.</summary>
internal sealed class EventDrops
{
    private readonly long[] _counts = new long[Enum.GetValues<DropReason>().Length];

    /// <summary>All of them.</summary>
    public long Total
    {
        get
        {
            var total = 0L;
            for (var reason = 0; reason < _counts.Length; reason++)
            {
                total += Of((DropReason)reason);
            }

            return total;
        }
    }

    public void Add(DropReason reason, int count = 1) => Interlocked.Add(ref _counts[(int)reason], count);

    public long Of(DropReason reason) => Volatile.Read(ref _counts[(int)reason]);
}
