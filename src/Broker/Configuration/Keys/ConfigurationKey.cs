using System.Reflection;

namespace Broker.Configuration.Keys;

/// <summary>A key of a section.</summary>
internal sealed record ConfigurationKey
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where its value is kept.</summary>
    public required PropertyInfo Property { get; init; }

    /// <summary>What its value is made of.</summary>
    public required Shape Shape { get; init; }

    /// <summary>The value when there is none in the configuration.</summary>
    public required object? Default { get; init; }

    /// <summary>Whether a section has to have it.</summary>
    public required bool IsRequired { get; init; }

    /// <summary>Whether it may be <c>null</c>, which means that there is none.</summary>
    public required bool IsNullable { get; init; }

    /// <summary>What else is said of it.</summary>
    public required KeyAttribute Attribute { get; init; }
}
