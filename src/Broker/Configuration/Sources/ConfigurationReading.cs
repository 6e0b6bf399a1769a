using Broker.Configuration.Documents;

namespace Broker.Configuration.Sources;

/// <summary>A configuration that was read once. Immutable.</summary>
/// <param name="File">The file; null: there was none.</param>
/// <param name="Configuration">The model; only worth something without faults.</param>
/// <param name="Values">Every value, and where it comes from.</param>
/// <param name="Faults">All that is wrong, in the order of the file.</param>
/// <param name="Warnings">What can be as it is, but may not be meant.</param>
/// <param name="ReferencedFiles">The files that it names, by <c>${file:...}</c> or by a key whose value they are.</param>
internal sealed record ConfigurationReading(
    string? File,
    BrokerConfiguration Configuration,
    IReadOnlyList<EffectiveValue> Values,
    IReadOnlyList<Fault> Faults,
    IReadOnlyList<Fault> Warnings,
    IReadOnlySet<string> ReferencedFiles)
{
    /// <summary>Whether it can be used.</summary>
    public bool IsValid => Faults.Count == 0;
}
