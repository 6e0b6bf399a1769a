namespace Broker.Configuration.Keys;

/// <summary>A value that is never printed.</summary>
/// <param name="value">The value.</param>
internal sealed class Secret(string value)
{
    /// <summary>What is printed in its place.</summary>
    public const string Hidden = "***";

    /// <summary>The value itself, for those who compute with it.</summary>
    public string Reveal() => value;

    /// <inheritdoc/>
    public override string ToString() => Hidden;
}
