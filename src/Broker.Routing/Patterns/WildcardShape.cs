using Broker.Uris;

namespace Broker.Patterns;

/// <summary>Which components of a wildcard pattern are empty.</summary>
/// <param name="Components">How many components there are.</param>
/// <param name="Empty">Bit i is set when component i is empty. Components from the 64th on must be literal or the pattern is refused.</param>
internal readonly record struct WildcardShape(int Components, ulong Empty) : IComparable<WildcardShape>
{
    /// <summary>The most components that a pattern can have.</summary>
    public const int MaxComponents = 64;

    /// <summary>Whether a pattern has more components than can be matched.</summary>
    public static bool HasTooManyComponents(ReadOnlySpan<byte> pattern, MatchPolicy match) =>
        match == MatchPolicy.Wildcard && pattern.Count((byte)'.') >= MaxComponents;

    public static WildcardShape Of(ReadOnlySpan<byte> pattern)
    {
        var components = 0;
        var empty = 0UL;
        foreach (var component in pattern.Split((byte)'.'))
        {
            if (component.Start.Value == component.End.Value)
            {
                empty |= 1UL << components;
            }

            components++;
        }

        return new WildcardShape(components, empty);
    }

    /// <summary>By the number of components; then, as calls are routed (PBR-05), at the first component where they differ the literal goes first.</summary>
    public int CompareTo(WildcardShape other)
    {
        if (Components != other.Components)
        {
            return Components.CompareTo(other.Components);
        }

        var difference = Empty ^ other.Empty;
        return difference == 0 ? 0 : (Empty & (difference & (~difference + 1))) == 0 ? -1 : 1;
    }

    /// <summary>Writes <paramref name="uri"/> with the components blanked out that this shape has empty.</summary>
    /// <param name="uri">The URI.</param>
    /// <param name="blanked">At least as long as the uri.</param>
    /// <returns>How many bytes were written; 0 when the uri has another number of components.</returns>
    public int Blank(ReadOnlySpan<byte> uri, Span<byte> blanked)
    {
        var length = 0;
        var component = 0;
        while (true)
        {
            var dot = uri.IndexOf((byte)'.');
            var text = dot < 0 ? uri : uri[..dot];
            if (component >= Components)
            {
                return 0;
            }

            if ((Empty & (1UL << component)) == 0)
            {
                text.CopyTo(blanked[length..]);
                length += text.Length;
            }

            component++;
            if (dot < 0)
            {
                return component == Components ? length : 0;
            }

            blanked[length++] = (byte)'.';
            uri = uri[(dot + 1)..];
        }
    }
}
