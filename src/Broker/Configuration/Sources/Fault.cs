using Broker.Configuration.Keys;

namespace Broker.Configuration.Sources;

/// <summary>What is wrong with a configuration, in one sentence that says what to write instead. Never holds a secret.</summary>
/// <param name="Origin">Where it is.</param>
/// <param name="Path">Which key; the root where it is none.</param>
/// <param name="Text">What is wrong.</param>
internal sealed record Fault(Origin Origin, KeyPath Path, string Text)
{
    /// <summary>One line, without control characters, which could steer a terminal.</summary>
    public override string ToString()
    {
        var line = Path.Components.Count == 0 ? $"{Origin}: {Text}" : $"{Origin}: {Path}: {Text}";
        return string.Concat(line.Select(c => char.IsControl(c) ? '?' : c));
    }
}
