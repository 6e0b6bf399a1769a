namespace Broker.Configuration.Keys;

/// <summary>What a value of the configuration is made of.</summary>
internal abstract record Shape;

/// <summary>A value without parts.</summary>
/// <param name="Scalar">Its kind.</param>
internal sealed record ScalarShape(Scalar Scalar) : Shape;

/// <summary>Values in a row, known by their numbers from 0.</summary>
/// <param name="Item">What each is.</param>
internal sealed record ListShape(Shape Item) : Shape;

/// <summary>Values with freely chosen names.</summary>
/// <param name="Item">What each is.</param>
/// <param name="Names">What the names are.</param>
internal sealed record TableShape(Shape Item, string Names) : Shape;

/// <summary>Values with fixed names.</summary>
/// <param name="Type">The record that holds them.</param>
/// <param name="Keys">The names, and what each value is.</param>
internal sealed record SectionShape(Type Type, IReadOnlyList<ConfigurationKey> Keys) : Shape
{
    /// <summary>The whole file.</summary>
    public static SectionShape Root { get; } = ShapeBuilder.Section(typeof(BrokerConfiguration));

    /// <summary>The key of a name, or null.</summary>
    public ConfigurationKey? Find(string name, bool ignoreCase = false) => Keys.FirstOrDefault(
        key => string.Equals(key.Name, name, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal));
}
