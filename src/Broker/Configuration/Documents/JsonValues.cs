using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;
using Broker.Configuration.Keys;

namespace Broker.Configuration.Documents;

/// <summary>Writes values of the model as they are written in the file.</summary>
internal static class JsonValues
{
    /// <summary>The value in JSON.</summary>
    public static JsonNode? Of(Shape shape, object? value) => (shape, value) switch
    {
        (_, null) => null,
        (ScalarShape scalar, _) => Of(scalar.Scalar, value),
        (ListShape list, _) => new JsonArray([.. ((IEnumerable)value).Cast<object>().Select(item => Of(list.Item, item))]),
        (TableShape table, _) => new JsonObject(
            from entry in ((IDictionary)value).Cast<DictionaryEntry>()
            select KeyValuePair.Create((string)entry.Key, Of(table.Item, entry.Value))),
        (SectionShape section, _) => new JsonObject(
            section.Keys.Select(key => KeyValuePair.Create(key.Name, Of(key.Shape, key.Property.GetValue(value))))),
        _ => throw new InvalidOperationException($"{shape} is no shape."),
    };

    /// <summary>The scalar in JSON.</summary>
    public static JsonNode Of(Scalar scalar, object value) => scalar.Literal switch
    {
        Literal.Number => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        Literal.Boolean => JsonValue.Create((bool)value),
        _ => JsonValue.Create(scalar.Write(value)),
    };

    /// <summary>The value in JSON, on one line.</summary>
    public static string Text(Shape shape, object? value) => Of(shape, value)?.ToJsonString(JsonText.Plain) ?? "null";
}
