using Broker.Ids;

namespace Broker.Cases;

/// <summary>Ids of the global scope from anywhere in their range, yet the same in each run.</summary>
internal sealed class SeededIds(int seed) : IIdGenerator
{
    private readonly Random _random = new(seed);

    public long Next()
    {
        lock (_random)
        {
            return _random.NextInt64(1, WampId.Max + 1);
        }
    }
}
