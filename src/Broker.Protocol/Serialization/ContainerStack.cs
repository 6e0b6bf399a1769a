using System.Runtime.CompilerServices;

namespace Broker.Serialization;

/// <summary>
/// What the binary readers remember of each list and dict around the one that is open: one number per level, in place, so that reading
/// never allocates.
/// </summary>
[InlineArray(DecodeLimits.DepthCeiling)]
internal struct ContainerStack
{
    /// <summary>
    /// The end of the input ends the list: no header announced it. No header can, either: its own bytes count against it.
    /// </summary>
    public const int EndsWithInput = int.MaxValue;

    /// <summary>A break ends the list (CBOR).</summary>
    public const int EndsWithBreak = int.MaxValue - 1;

    private int _remaining;
}
