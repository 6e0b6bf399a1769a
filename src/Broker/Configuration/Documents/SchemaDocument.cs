using System.Text.Json.Nodes;
using Broker.Configuration.Checks;
using Broker.Configuration.Keys;

namespace Broker.Configuration.Documents;

/// <summary>The JSON Schema of the file, for editors.</summary>
internal static class SchemaDocument
{
    /// <summary>The name of the file that is shipped.</summary>
    public const string FileName = "broker.schema.json";

    // A value that is filled in when the file is read can be anything.
    private const string Reference = @"\$\{";

    /// <summary>The text of the schema.</summary>
    public static string Write()
    {
        var root = Section(SectionShape.Root);
        root.Insert(0, "$schema", "http://json-schema.org/draft-07/schema#");
        root.Insert(1, "title", "The configuration of Broker, a WAMP v2 router");
        root["properties"]!.AsObject().Insert(0, "$schema", new JsonObject { ["type"] = "string" });
        return root.ToJsonString(JsonText.Indented) + "\n";
    }

    private static JsonObject Section(SectionShape section)
    {
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false };
        var required = section.Keys.Where(key => key.IsRequired).Select(key => JsonValue.Create(key.Name)).ToArray();
        if (required.Length > 0)
        {
            schema["required"] = new JsonArray(required);
        }

        schema["properties"] = new JsonObject(
            section.Keys.Select(key => KeyValuePair.Create(key.Name, (JsonNode?)Property(key))));
        return schema;
    }

    private static JsonObject Property(ConfigurationKey key)
    {
        var value = Value(key.Shape);
        var schema = key.IsNullable ? new JsonObject { ["anyOf"] = new JsonArray(value, new JsonObject { ["type"] = "null" }) } : value;
        schema.Insert(0, "description", Description(key));
        if (!key.IsRequired && key.Shape is ScalarShape)
        {
            schema["default"] = JsonValues.Of(key.Shape, key.Default);
        }

        return schema;
    }

    private static string Description(ConfigurationKey key) =>
        key.Attribute.Description + (key.Attribute.NeedsRestart ? " A change needs a restart." : "");

    private static JsonObject Value(Shape shape) => shape switch
    {
        SectionShape section => Section(section),
        ListShape list => new JsonObject { ["type"] = "array", ["items"] = Value(list.Item) },
        TableShape table => new JsonObject { ["type"] = "object", ["additionalProperties"] = Value(table.Item) },
        ScalarShape scalar => Scalar(scalar.Scalar),
        _ => throw new InvalidOperationException($"{shape} is no shape."),
    };

    private static JsonObject Scalar(Scalar scalar)
    {
        if (scalar.Literal == Literal.Text && scalar.Schema["enum"] is null)
        {
            return scalar.Schema["pattern"] is { } pattern
                ? new JsonObject { ["type"] = "string", ["pattern"] = $"{pattern}|{Reference}" }
                : new JsonObject { ["type"] = "string" };
        }

        var literal = scalar.Literal switch
        {
            Literal.Number => new JsonObject { ["type"] = "integer" },
            Literal.Boolean => new JsonObject { ["type"] = "boolean" },
            _ => scalar.Schema.DeepClone().AsObject(),
        };
        if (scalar is { Literal: Literal.Number, Range: { Min: { } min } })
        {
            literal["minimum"] = JsonValues.Of(scalar, min);
        }

        if (scalar is { Literal: Literal.Number, Range: { Max: { } max } })
        {
            literal["maximum"] = JsonValues.Of(scalar, max);
        }

        return new JsonObject { ["anyOf"] = new JsonArray(literal, new JsonObject { ["type"] = "string", ["pattern"] = Reference }) };
    }
}
