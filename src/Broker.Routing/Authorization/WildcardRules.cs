using System.Buffers.Binary;
using Broker.Realms;

namespace Broker.Authorization;

/// <summary>
/// The rules for wildcard patterns: a tree of components for each number of them. Literal components are tried before empty ones, so that
/// the first rule found is the one that ranks first. Each node is visited once at most. Immutable; a look-up allocates nothing.
/// </summary>
internal sealed class WildcardRules
{
    private readonly Node?[] _roots; // by number of components

    public WildcardRules(IReadOnlyCollection<(byte[] Pattern, Grants Grants)> rules)
    {
        var split = rules.Select(rule => (Components: Split(rule.Pattern), rule.Grants)).ToList();
        _roots = new Node?[split.Count == 0 ? 0 : split.Max(rule => rule.Components.Length) + 1];
        foreach (var group in split.GroupBy(rule => rule.Components.Length))
        {
            _roots[group.Key] = Build([.. group], depth: 0);
        }
    }

    /// <summary>Whether there are no rules.</summary>
    public bool IsEmpty => _roots.Length == 0;

    /// <summary>What the first rule says that matches a URI; <see cref="Grants.None"/> when none does.</summary>
    public Grants Find(ReadOnlySpan<byte> uri)
    {
        var count = uri.Count((byte)'.') + 1;
        if (count >= _roots.Length || _roots[count] is not { } root)
        {
            return Grants.None;
        }

        Span<Component> components = stackalloc Component[count]; // at most as many as a pattern has
        var start = 0;
        for (var i = 0; i < count; i++)
        {
            var length = uri[start..].IndexOf((byte)'.');
            length = length < 0 ? uri.Length - start : length;
            components[i] = new Component(KeyOf(uri.Slice(start, length)), start, length);
            start += length + 1;
        }

        return Find(root, uri, components);
    }

    private static Grants Find(Node node, ReadOnlySpan<byte> uri, ReadOnlySpan<Component> rest)
    {
        if (rest.IsEmpty)
        {
            return node.Grants;
        }

        if (node.FindLiteral(uri, rest[0]) is { } literal)
        {
            var grants = Find(literal, uri, rest[1..]);
            if (grants != Grants.None)
            {
                return grants;
            }
        }

        return node.Any is { } any ? Find(any, uri, rest[1..]) : Grants.None;
    }

    /// <summary>Equal for equal components, and nearly always different for others: of their first and their last bytes.</summary>
    private static ulong KeyOf(ReadOnlySpan<byte> component)
    {
        var (first, last) = component.Length switch
        {
            >= 8 => (BinaryPrimitives.ReadUInt64LittleEndian(component), BinaryPrimitives.ReadUInt64LittleEndian(component[^8..])),
            >= 4 => (BinaryPrimitives.ReadUInt32LittleEndian(component), BinaryPrimitives.ReadUInt32LittleEndian(component[^4..])),
            >= 1 => (component[0], component[component.Length / 2] | ((ulong)component[^1] << 8)),
            _ => (0UL, 0UL),
        };
        return ((first * 0x9e3779b97f4a7c15) ^ (last * 0xd6e8feb86659fd93)) + (ulong)component.Length;
    }

    private static byte[][] Split(byte[] pattern)
    {
        var components = new List<byte[]>();
        foreach (var range in pattern.AsSpan().Split((byte)'.'))
        {
            components.Add(pattern[range]);
        }

        return [.. components];
    }

    private static Node Build(List<(byte[][] Components, Grants Grants)> rules, int depth)
    {
        if (rules[0].Components.Length == depth)
        {
            return new Node([], any: null, rules[0].Grants);
        }

        var children = rules.GroupBy(rule => rule.Components[depth], Utf8Comparer.Instance).ToDictionary(
            group => group.Key, group => Build([.. group], depth + 1), Utf8Comparer.Instance);
        children.Remove([], out var any);
        return new Node(children, any, Grants.None);
    }

    private readonly record struct Component(ulong Key, int Start, int Length);

    /// <summary>One component of the patterns that are equal up to it.</summary>
    private sealed class Node
    {
        private readonly ulong[] _keys;
        private readonly byte[][] _literals;
        private readonly Node[] _children;

        public Node(Dictionary<byte[], Node> children, Node? any, Grants grants)
        {
            _literals = [.. children.Keys];
            _keys = Array.ConvertAll(_literals, literal => KeyOf(literal));
            _children = Array.ConvertAll(_literals, literal => children[literal]);
            Any = any;
            Grants = grants;
        }

        /// <summary>What follows an empty component, or null.</summary>
        public Node? Any { get; }

        /// <summary>What the pattern says that ends here.</summary>
        public Grants Grants { get; }

        /// <summary>What follows a literal component, or null.</summary>
        public Node? FindLiteral(ReadOnlySpan<byte> uri, Component component)
        {
            for (var at = 0; ; at++)
            {
                var step = _keys.AsSpan(at).IndexOf(component.Key);
                if (step < 0)
                {
                    return null;
                }

                at += step;
                if (uri.Slice(component.Start, component.Length).SequenceEqual(_literals[at]))
                {
                    return _children[at];
                }
            }
        }
    }
}
