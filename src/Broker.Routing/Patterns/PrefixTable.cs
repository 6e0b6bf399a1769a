using System.Collections.Concurrent;
using Broker.Realms;

namespace Broker.Patterns;

/// <summary>
/// Prefixes by their text. A URI is looked up once for each length that any prefix has, so that a match costs as many look-ups as there
/// are different lengths, however many prefixes there are.
/// </summary>
/// <typeparam name="TEntry">What is found.</typeparam>
internal sealed class PrefixTable<TEntry>
    where TEntry : class, IPatternEntry
{
    private readonly ConcurrentDictionary<byte[], TEntry> _entries = new(Utf8Comparer.Instance);
    private readonly ConcurrentDictionary<byte[], TEntry>.AlternateLookup<ReadOnlySpan<byte>> _byUri;
    private readonly Dictionary<int, int> _countOfLength = [];
    private int[] _lengths = []; // ascending; replaced as a whole

    public PrefixTable() => _byUri = _entries.GetAlternateLookup<ReadOnlySpan<byte>>();

    public int Count => _entries.Count;

    /// <summary>The lengths that occur, ascending.</summary>
    public ReadOnlySpan<int> Lengths => Volatile.Read(ref _lengths);

    public TEntry? Find(ReadOnlySpan<byte> prefix) => _byUri.TryGetValue(prefix, out var entry) ? entry : null;

    public void Add(TEntry entry)
    {
        _entries[entry.Uri] = entry;
        var length = entry.Uri.Length;
        _countOfLength[length] = _countOfLength.GetValueOrDefault(length) + 1;
        Publish();
    }

    public void Remove(TEntry entry)
    {
        _entries.TryRemove(entry.Uri, out _);
        var length = entry.Uri.Length;
        if (--_countOfLength[length] == 0)
        {
            _countOfLength.Remove(length);
        }

        Publish();
    }

    private void Publish()
    {
        if (_lengths.Length != _countOfLength.Count)
        {
            Volatile.Write(ref _lengths, [.. _countOfLength.Keys.Order()]);
        }
    }
}
