using System.Collections.Concurrent;
using Broker.Realms;

namespace Broker.Patterns;

/// <summary>
/// Wildcard patterns by their text. Patterns with empty components at the same places of as many components form one shape; a URI is looked up
/// once for each shape of its component count, with its own components blanked out where the shape is empty.
/// </summary>
/// <typeparam name="TEntry">What is found.</typeparam>
internal sealed class WildcardTable<TEntry>
    where TEntry : class, IPatternEntry
{
    private readonly ConcurrentDictionary<byte[], TEntry> _entries = new(Utf8Comparer.Instance);
    private readonly ConcurrentDictionary<byte[], TEntry>.AlternateLookup<ReadOnlySpan<byte>> _byUri;
    private readonly Dictionary<WildcardShape, int> _countOfShape = [];
    private WildcardShape[] _shapes = []; // replaced as a whole

    public WildcardTable() => _byUri = _entries.GetAlternateLookup<ReadOnlySpan<byte>>();

    public int Count => _entries.Count;

    /// <summary>The shapes that occur, those that are tried first for a call (PBR-05) first.</summary>
    public ReadOnlySpan<WildcardShape> Shapes => Volatile.Read(ref _shapes);

    public TEntry? Find(ReadOnlySpan<byte> pattern) => _byUri.TryGetValue(pattern, out var entry) ? entry : null;

    public void Add(TEntry entry)
    {
        _entries[entry.Uri] = entry;
        var shape = WildcardShape.Of(entry.Uri);
        _countOfShape[shape] = _countOfShape.GetValueOrDefault(shape) + 1;
        Publish();
    }

    public void Remove(TEntry entry)
    {
        _entries.TryRemove(entry.Uri, out _);
        var shape = WildcardShape.Of(entry.Uri);
        if (--_countOfShape[shape] == 0)
        {
            _countOfShape.Remove(shape);
        }

        Publish();
    }

    private void Publish()
    {
        if (_shapes.Length != _countOfShape.Count)
        {
            Volatile.Write(ref _shapes, [.. _countOfShape.Keys.Order()]);
        }
    }
}
