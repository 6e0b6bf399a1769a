using Broker.Configuration.Documents;

namespace Broker.Configuration.Sources;

/// <summary>A configuration that was read once. Immutable.</summary>
/// <param name="File">The file; null: there was none.</param>
/// <param name="Configuration">The model; only worth something without faults.</param>
/// <param name="Values">Every value, and where it comes from.</param>
/// <param name="Faults">All that is wrong, in the order of the file.</param>
/// <param name="ReferencedFiles">The files that <c>${file:...}</c> names.</param>
internal sealed record ConfigurationReading(
    string? File,
    BrokerConfiguration Configuration,
    IReadOnlyList<EffectiveValue> Values,
    IReadOnlyList<Fault> Faults,
    IReadOnlySet<string> ReferencedFiles)
{
    /// <summary>Whether it can be used.</summary>
    public bool IsValid => Faults.Count == 0;
}
