using System.Numerics;
using Broker.Patterns;
using Broker.Sessions;

namespace Broker.PubSub;

/// <summary>
/// Goes through the prefix and wildcard subscriptions that match one topic, without allocating. There is one look-up for each length of a prefix and one for each
/// shape of a wildcard; where there are many of them, filters spare nearly all those that find nothing.
/// </summary>
internal ref struct PatternMatches
{
    /// <summary>From so many lengths or shapes on it pays to ask the filter first.</summary>
    public const int Many = 8;

    private readonly SubscriptionIndex _index;
    private readonly ReadOnlySpan<byte> _topic;
    private readonly ReadOnlySpan<int> _lengths;
    private readonly ReadOnlySpan<WildcardShape> _shapes;
    private int _nextLength;
    private int _nextShape;
    private int _hashedLength;
    private ulong _hash; // of the topic's first bytes; then of its components that were literal in the shape before
    private int _components;
    private ulong _literal;

    public PatternMatches(SubscriptionIndex index, ReadOnlySpan<byte> topic)
    {
        _index = index;
        _topic = topic;
        _lengths = index.Prefixes.Lengths;
        _shapes = index.Wildcards.Shapes;
    }

    /// <summary>The match that <see cref="MoveNext"/> found.</summary>
    public Subscription Current { get; private set; } = null!;

    public readonly PatternMatches GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_nextLength < _lengths.Length && _lengths[_nextLength] <= _topic.Length)
        {
            var length = _lengths[_nextLength++];
            if ((_lengths.Length < Many || MayBePrefix(length)) && _index.Prefixes.Find(_topic[..length]) is { } subscription)
            {
                Current = subscription;
                return true;
            }
        }

        return _shapes.Length > 0 && MoveNextWildcard();
    }

    private bool MoveNextWildcard()
    {
        var scratch = RoutingScratch.Current;
        if (_shapes.Length >= Many)
        {
            return MoveNextOfManyWildcards(scratch);
        }

        while (_nextShape < _shapes.Length)
        {
            if (TryFind(_shapes[_nextShape++], scratch.Blanked))
            {
                return true;
            }
        }

        return false;
    }

    private bool MoveNextOfManyWildcards(RoutingScratch scratch)
    {
        var hashes = scratch.ComponentHashes;
        if (_components == 0)
        {
            HashComponents(hashes);
        }

        var filter = _index.WildcardFilter;
        var shapes = _shapes;
        var hash = _hash;
        var literal = _literal;
        while (_nextShape < shapes.Length)
        {
            var shape = shapes[_nextShape++];
            if (shape.Components != _components)
            {
                continue;
            }

            // Shapes that follow each other differ in few components: only those are added or taken away.
            var next = ~shape.Empty & (ulong.MaxValue >> (64 - _components));
            for (var changed = next ^ literal; changed != 0; changed &= changed - 1)
            {
                var component = BitOperations.TrailingZeroCount(changed);
                hash += (next & (1UL << component)) != 0 ? hashes[component] : 0 - hashes[component];
            }

            literal = next;
            if (filter.MayContain(hash) && TryFind(shape, scratch.Blanked))
            {
                (_hash, _literal) = (hash, literal);
                return true;
            }
        }

        return false;
    }

    private bool TryFind(WildcardShape shape, byte[] blanked)
    {
        var length = shape.Blank(_topic, blanked);
        if (length == 0 || _index.Wildcards.Find(blanked.AsSpan(0, length)) is not { } subscription)
        {
            return false;
        }

        Current = subscription;
        return true;
    }

    private bool MayBePrefix(int length)
    {
        while (_hashedLength < length)
        {
            _hash = PatternFilter.Append(_hash, _topic[_hashedLength++]);
        }

        return _index.PrefixFilter.MayContain(_hash);
    }

    private void HashComponents(ulong[] hashes)
    {
        foreach (var range in _topic.Split((byte)'.'))
        {
            if (_components == WildcardShape.MaxComponents)
            {
                _components++; // more than any pattern has
                break;
            }

            hashes[_components] = PatternFilter.HashComponent(_topic[range], _components);
            _components++;
        }

        _hash = 0;
    }
}
