using Broker.Uris;

namespace Broker.Authorization;

/// <summary>
/// The URIs that a pattern matches, as a set: what each component must be, or start with, and whether more components may follow. Such sets
/// can be intersected and compared without looking at any URI. Immutable.
/// </summary>
internal sealed class UriSet
{
    private readonly Component[] _components;
    private readonly bool _isOpen;

    private UriSet(Component[] components, bool isOpen) => (_components, _isOpen) = (components, isOpen);

    /// <summary>The URIs that a valid pattern matches.</summary>
    public static UriSet Of(ReadOnlySpan<byte> pattern, MatchPolicy match)
    {
        var components = new List<Component>();
        foreach (var range in pattern.Split((byte)'.'))
        {
            var text = pattern[range].ToArray();
            components.Add(new Component(text, IsWhole: match != MatchPolicy.Wildcard || text.Length > 0));
        }

        if (match == MatchPolicy.Prefix)
        {
            components[^1] = components[^1] with { IsWhole = false };
        }

        return new UriSet([.. components], isOpen: match == MatchPolicy.Prefix);
    }

    /// <summary>The URIs that are in both; null when there are none.</summary>
    public UriSet? Intersect(UriSet other)
    {
        var (longer, shorter) = _components.Length >= other._components.Length ? (this, other) : (other, this);
        if (longer._components.Length > shorter._components.Length && !shorter._isOpen)
        {
            return null;
        }

        for (var i = 0; i < shorter._components.Length; i++)
        {
            if (!longer._components[i].Overlaps(shorter._components[i]))
            {
                return null;
            }
        }

        var both = longer._components.ToArray();
        for (var i = 0; i < shorter._components.Length; i++)
        {
            both[i] = both[i].Intersect(shorter._components[i]);
        }

        return new UriSet(both, longer._isOpen && shorter._isOpen);
    }

    /// <summary>Whether every URI of the other set is in this one.</summary>
    public bool Contains(UriSet other)
    {
        if (_isOpen ? other._components.Length < _components.Length : other._isOpen || other._components.Length != _components.Length)
        {
            return false;
        }

        for (var i = 0; i < _components.Length; i++)
        {
            if (!_components[i].Contains(other._components[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What one component may be.</summary>
    /// <param name="Text">Its text, or how it starts; empty: it may be any.</param>
    /// <param name="IsWhole">Whether <paramref name="Text"/> is all of it.</param>
    private readonly record struct Component(byte[] Text, bool IsWhole)
    {
        public bool Overlaps(Component other) =>
            (!IsWhole && other.Text.AsSpan().StartsWith(Text))
            || (!other.IsWhole && Text.AsSpan().StartsWith(other.Text))
            || Text.AsSpan().SequenceEqual(other.Text);

        /// <summary>Call for components that overlap.</summary>
        public Component Intersect(Component other) => IsWhole || (!other.IsWhole && Text.Length >= other.Text.Length) ? this : other;

        public bool Contains(Component other) =>
            IsWhole ? other.IsWhole && Text.AsSpan().SequenceEqual(other.Text) : other.Text.AsSpan().StartsWith(Text);
    }
}
