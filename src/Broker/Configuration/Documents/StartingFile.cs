using System.Text;
using Broker.Configuration.Checks;
using Broker.Configuration.Keys;

namespace Broker.Configuration.Documents;

/// <summary>The file that <c>init</c> writes: the keys, but those of sections that are off by default, their meaning, and their defaults in comments.</summary>
internal static class StartingFile
{
    private const int Width = 110;

    /// <summary>The text of the file.</summary>
    /// <param name="listeners">The listeners and realms to start with.</param>
    public static string Write(BrokerConfiguration listeners)
    {
        var text = new StringBuilder(
            """
            // The configuration of Broker, a WAMP v2 router. What stands in a comment shows the default, or an example.
            // Check it by: Broker.dll check FILE. Secrets are written ${file:PATH} or ${env:NAME}.
            {
              "$schema": "./broker.schema.json",

            """);
        Keys(text, SectionShape.Root, listeners, "  ");
        return text.Append("}\n").ToString();
    }

    private static void Keys(StringBuilder text, SectionShape section, object value, string indent)
    {
        foreach (var key in section.Keys)
        {
            text.Append('\n');
            foreach (var line in Wrap(Description(key)))
            {
                text.Append($"{indent}// {line}\n");
            }

            Key(text, key, key.Property.GetValue(value), indent);
        }
    }

    private static void Key(StringBuilder text, ConfigurationKey key, object? value, string indent)
    {
        switch (key.Shape)
        {
            case SectionShape section when value is not null:
                text.Append($"{indent}\"{key.Name}\": {{");
                Keys(text, section, value, indent + "  ");
                text.Append($"{indent}}},\n");
                break;
            case ListShape { Item: SectionShape section } when value is IEnumerable<object> items && items.Any():
                text.Append($"{indent}\"{key.Name}\": [\n");
                foreach (var item in items)
                {
                    text.Append($"{indent}  {{");
                    Keys(text, section, item, indent + "    ");
                    text.Append($"{indent}  }},\n");
                }

                text.Append($"{indent}],\n");
                break;
            default:
                var mark = key.IsRequired ? "" : "// ";
                text.Append($"{indent}{mark}\"{key.Name}\": {key.Attribute.Example ?? JsonValues.Text(key.Shape, value)},\n");
                break;
        }
    }

    private static string Description(ConfigurationKey key) =>
        key.Attribute.Description + (key.Attribute.NeedsRestart ? " A change needs a restart." : "");

    private static IEnumerable<string> Wrap(string text)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + word.Length >= Width)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length == 0 ? "" : " ").Append(word);
        }

        yield return line.ToString();
    }
}
