using System.Collections.Concurrent;

namespace Broker.Limits;

/// <summary>Counts how many there are of each; what there is none of takes no room. Thread-safe.</summary>
/// <typeparam name="TKey">What is counted by.</typeparam>
internal sealed class CountTable<TKey>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, int> _counts = new();

    /// <summary>Whether there is none of anything.</summary>
    public bool IsEmpty => _counts.IsEmpty;

    /// <summary>One more.</summary>
    /// <returns>How many there are with it.</returns>
    public int Add(TKey key) => _counts.AddOrUpdate(key, 1, static (_, count) => count + 1);

    /// <summary>One less.</summary>
    public void Remove(TKey key)
    {
        while (_counts.TryGetValue(key, out var count))
        {
            if (count > 1 ? _counts.TryUpdate(key, count - 1, count) : _counts.TryRemove(new KeyValuePair<TKey, int>(key, count)))
            {
                return;
            }
        }
    }
}
