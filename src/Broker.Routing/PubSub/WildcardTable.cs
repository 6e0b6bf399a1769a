using System.Collections.Concurrent;
using Broker.Realms;

namespace Broker.PubSub;

/// <summary>
/// Wildcard subscriptions by their text. Patterns with empty components at the same places of as many components form one shape; a topic is looked up
/// once for each shape of its component count, with its own components blanked out where the shape is empty.
/// </summary>
internal sealed class WildcardTable
{
    private readonly ConcurrentDictionary<byte[], Subscription> _subscriptions = new(Utf8Comparer.Instance);
    private readonly ConcurrentDictionary<byte[], Subscription>.AlternateLookup<ReadOnlySpan<byte>> _byUri;
    private readonly Dictionary<WildcardShape, int> _countOfShape = [];
    private WildcardShape[] _shapes = []; // replaced as a whole

    public WildcardTable() => _byUri = _subscriptions.GetAlternateLookup<ReadOnlySpan<byte>>();

    public int Count => _subscriptions.Count;

    /// <summary>The shapes that occur.</summary>
    public ReadOnlySpan<WildcardShape> Shapes => Volatile.Read(ref _shapes);

    public Subscription? Find(ReadOnlySpan<byte> pattern) => _byUri.TryGetValue(pattern, out var subscription) ? subscription : null;

    public void Add(Subscription subscription)
    {
        _subscriptions[subscription.Uri] = subscription;
        var shape = WildcardShape.Of(subscription.Uri);
        _countOfShape[shape] = _countOfShape.GetValueOrDefault(shape) + 1;
        Publish();
    }

    public void Remove(Subscription subscription)
    {
        _subscriptions.TryRemove(subscription.Uri, out _);
        var shape = WildcardShape.Of(subscription.Uri);
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
            Volatile.Write(ref _shapes, [.. _countOfShape.Keys]);
        }
    }
}
