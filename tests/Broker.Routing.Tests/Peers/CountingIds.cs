using Broker.Ids;

namespace Broker.Peers;

/// <summary>Ids of the global scope that a test can foretell: they count up from 1001.</summary>
internal sealed class CountingIds : IIdGenerator
{
    private long _last = 1000;

    public long Next() => Interlocked.Increment(ref _last);
}
