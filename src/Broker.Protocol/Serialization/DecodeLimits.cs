namespace Broker.Serialization;

/// <summary>Bounds that a decoder holds while it reads bytes from a peer that it does not trust.</summary>
/// <param name="MaxDepth">How many lists and dicts may be open at once, the message list included.</param>
/// <param name="MaxUriLength">The longest URI, in bytes of UTF-8.</param>
public readonly record struct DecodeLimits(int MaxDepth, int MaxUriLength)
{
    /// <summary>The hard upper bound of <see cref="MaxDepth"/>: readers keep their stack of open containers in a fixed buffer.</summary>
    public const int DepthCeiling = 128;

    /// <summary>32 levels, URIs of 512 bytes.</summary>
    public static DecodeLimits Default { get; } = new(MaxDepth: 32, MaxUriLength: 512);
}
