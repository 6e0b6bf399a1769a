using System.Collections;
using System.Text.Json;
using Broker.Configuration.Checks;
using Broker.Configuration.Keys;
using Broker.Configuration.Sources;

namespace Broker.Configuration.Documents;

/// <summary>Lists every value of a configuration with its origin, for <c>print-effective</c>, and to see what a reload changes.</summary>
internal static class EffectiveValues
{
    private const string Null = "null";

    /// <summary>
    /// All values, in the order of the description. Keys that this build does not support yet show only where they are configured.
    /// </summary>
    public static IReadOnlyList<EffectiveValue> Of(BrokerConfiguration configuration, ConfigurationNode root) =>
        [.. Section(SectionShape.Root, configuration, root, KeyPath.Root)];

    private static IEnumerable<EffectiveValue> Section(SectionShape shape, object section, ConfigurationNode? node, KeyPath path) =>
        from key in shape.Keys
        let inner = node?.Members.GetValueOrDefault(key.Name)
        from value in Any(key.Shape, key.Property.GetValue(section), inner, path[key.Name], key.Attribute.NeedsRestart)
        select value;

    private static IEnumerable<EffectiveValue> Any(Shape shape, object? value, ConfigurationNode? node, KeyPath path, bool needsRestart)
    {
        var origin = node?.Origin ?? Origin.Default;
        return (shape, value) switch
        {
            (_, null) => [new EffectiveValue(path, Null, Null, origin, needsRestart)],
            (ScalarShape scalar, _) => [Scalar(scalar.Scalar, value, node, path, needsRestart)],
            (SectionShape section, _) => Section(section, value, node, path),
            (ListShape list, IList { Count: > 0 } items) => items.Cast<object>()
                .SelectMany((item, index) => Any(list.Item, item, Part(node, index), path[index], needsRestart)),
            (TableShape table, IDictionary { Count: > 0 } entries) => entries.Keys.Cast<string>()
                .SelectMany(name => Any(table.Item, entries[name], node?.Members.GetValueOrDefault(name), path[name], needsRestart)),
            (ListShape, _) => [new EffectiveValue(path, "[]", "[]", origin, needsRestart)],
            _ => [new EffectiveValue(path, "{}", "{}", origin, needsRestart)],
        };
    }

    /// <summary>Items with a fault are missing in the model: then the numbers do not agree, which matters to nobody.</summary>
    private static ConfigurationNode? Part(ConfigurationNode? node, int index) =>
        node is not null && index < node.Items.Count ? node.Items[index] : null;

    private static EffectiveValue Scalar(Scalar scalar, object value, ConfigurationNode? node, KeyPath path, bool needsRestart)
    {
        var written = scalar.Write(value);
        var content = value switch { Secret secret => secret.Reveal(), TextFile file => $"{file.Path}\0{file.Content}", _ => written };
        var shown = scalar.IsSecret ? Secret.Hidden : value is string && node is not null && References.Holds(node.Text) ? node.Text : written;
        var text = scalar.IsSecret || scalar.Literal != Literal.Text ? shown : JsonSerializer.Serialize(shown, JsonText.Plain);
        return new EffectiveValue(path, text, content, node?.Origin ?? Origin.Default, needsRestart);
    }
}
