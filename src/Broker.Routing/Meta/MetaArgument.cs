using Broker.Serialization;

namespace Broker.Meta;

/// <summary>One argument of a call to a meta procedure.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Integer">Its value, if it is an integer of 64 bits.</param>
/// <param name="Text">Its value, if it is a string.</param>
/// <param name="Encoded">Where it stands in the payload.</param>
internal readonly record struct MetaArgument(TokenType Type, long? Integer, string? Text, Range Encoded)
{
    /// <summary>Whether it was left out, or is null, which means the same.</summary>
    public bool IsAbsent => Type is TokenType.None or TokenType.Null;
}
