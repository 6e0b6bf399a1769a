namespace Broker.Patterns;

/// <summary>What the tables of patterns hold: a subscription or a registration.</summary>
internal interface IPatternEntry
{
    /// <summary>The pattern in UTF-8.</summary>
    byte[] Uri { get; }
}
