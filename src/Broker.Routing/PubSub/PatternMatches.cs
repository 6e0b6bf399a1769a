using Broker.Patterns;
using Broker.Uris;

namespace Broker.PubSub;

/// <summary>Goes through the prefix and wildcard subscriptions that match one topic, without allocating.</summary>
internal ref struct PatternMatches
{
    private readonly PrefixTable<Subscription> _prefixes;
    private readonly WildcardTable<Subscription> _wildcards;
    private readonly ReadOnlySpan<byte> _topic;
    private readonly ReadOnlySpan<int> _lengths;
    private readonly ReadOnlySpan<WildcardShape> _shapes;
    private int _nextLength;
    private int _nextShape;

    public PatternMatches(PrefixTable<Subscription> prefixes, WildcardTable<Subscription> wildcards, ReadOnlySpan<byte> topic)
    {
        _prefixes = prefixes;
        _wildcards = wildcards;
        _topic = topic;
        _lengths = prefixes.Lengths;
        _shapes = wildcards.Shapes;
    }

    /// <summary>The match that <see cref="MoveNext"/> found.</summary>
    public Subscription Current { get; private set; } = null!;

    public readonly PatternMatches GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_nextLength < _lengths.Length && _lengths[_nextLength] <= _topic.Length)
        {
            if (_prefixes.Find(_topic[.._lengths[_nextLength++]]) is { } subscription)
            {
                Current = subscription;
                return true;
            }
        }

        return _shapes.Length > 0 && MoveNextWildcard();
    }

    private bool MoveNextWildcard()
    {
        Span<byte> blanked = stackalloc byte[UriRules.Ceiling];
        while (_nextShape < _shapes.Length)
        {
            var length = _shapes[_nextShape++].Blank(_topic, blanked);
            if (length > 0 && _wildcards.Find(blanked[..length]) is { } subscription)
            {
                Current = subscription;
                return true;
            }
        }

        return false;
    }
}
