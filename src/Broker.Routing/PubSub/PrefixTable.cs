using System.Collections.Concurrent;
using Broker.Realms;

namespace Broker.PubSub;

/// <summary>
/// Prefix subscriptions by their text. A topic is looked up once for each length that any prefix has, so that a match costs as many look-ups as there
/// are different lengths, however many prefixes there are.
/// </summary>
internal sealed class PrefixTable
{
    private readonly ConcurrentDictionary<byte[], Subscription> _subscriptions = new(Utf8Comparer.Instance);
    private readonly ConcurrentDictionary<byte[], Subscription>.AlternateLookup<ReadOnlySpan<byte>> _byUri;
    private readonly Dictionary<int, int> _countOfLength = [];
    private int[] _lengths = []; // ascending; replaced as a whole

    public PrefixTable() => _byUri = _subscriptions.GetAlternateLookup<ReadOnlySpan<byte>>();

    public int Count => _subscriptions.Count;

    /// <summary>The lengths that occur, ascending.</summary>
    public ReadOnlySpan<int> Lengths => Volatile.Read(ref _lengths);

    public Subscription? Find(ReadOnlySpan<byte> prefix) => _byUri.TryGetValue(prefix, out var subscription) ? subscription : null;

    public void Add(Subscription subscription)
    {
        _subscriptions[subscription.Uri] = subscription;
        var length = subscription.Uri.Length;
        _countOfLength[length] = _countOfLength.GetValueOrDefault(length) + 1;
        Publish();
    }

    public void Remove(Subscription subscription)
    {
        _subscriptions.TryRemove(subscription.Uri, out _);
        var length = subscription.Uri.Length;
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
