using System.Globalization;

namespace Broker.Configuration.Sources;

/// <summary>Where a value comes from.</summary>
/// <param name="Source">A file, the name of an environment variable, a flag, or <c>default</c>.</param>
/// <param name="Line">The line of the file, from 1; 0 where there are no lines.</param>
internal sealed record Origin(string Source, int Line = 0)
{
    /// <summary>Nobody said anything.</summary>
    public static Origin Default { get; } = new("default");

    /// <inheritdoc/>
    public override string ToString() => Line == 0 ? Source : string.Create(CultureInfo.InvariantCulture, $"{Source}:{Line}");
}
