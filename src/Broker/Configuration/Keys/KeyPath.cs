using System.Text;

namespace Broker.Configuration.Keys;

/// <summary>
/// Names one value: <c>listeners.0.path</c>, <c>log.levels."Broker.Router"</c>. A component that holds dots stands in quotes.
/// </summary>
internal sealed class KeyPath
{
    private KeyPath(IReadOnlyList<string> components) => Components = components;

    /// <summary>The whole configuration.</summary>
    public static KeyPath Root { get; } = new([]);

    /// <summary>Keys, numbers of list items and names of table entries.</summary>
    public IReadOnlyList<string> Components { get; }

    /// <summary>The path of a part.</summary>
    public KeyPath this[string component] => new([.. Components, component]);

    /// <summary>The path of an item of a list.</summary>
    public KeyPath this[int index] => this[index.ToString(System.Globalization.CultureInfo.InvariantCulture)];

    /// <summary>A path of these components.</summary>
    public static KeyPath Of(IEnumerable<string> components) => new([.. components]);

    /// <summary>Reads the text; null when it is none.</summary>
    public static KeyPath? TryParse(string text)
    {
        var components = new List<string>();
        var at = 0;
        while (true)
        {
            var isQuoted = at < text.Length && text[at] == '"';
            var start = isQuoted ? at + 1 : at;
            var end = text.IndexOf(isQuoted ? '"' : '.', start);
            if (end < 0)
            {
                if (isQuoted)
                {
                    return null;
                }

                end = text.Length;
            }

            components.Add(text[start..end]);
            at = isQuoted ? end + 1 : end;
            if (end == start || (at < text.Length && text[at] != '.'))
            {
                return null;
            }

            if (at == text.Length)
            {
                return new KeyPath(components);
            }

            at++;
        }
    }

    /// <summary>Whether this is <paramref name="pattern"/> or a part of it; <c>*</c> in the pattern stands for any component.</summary>
    public bool IsWithin(KeyPath pattern) =>
        Components.Count >= pattern.Components.Count
        && pattern.Components.Zip(Components).All(pair => pair.First == "*" || pair.First == pair.Second);

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var component in Components)
        {
            text.Append(text.Length == 0 ? "" : ".");
            text.Append(component.Contains('.', StringComparison.Ordinal) ? $"\"{component}\"" : component);
        }

        return text.ToString();
    }
}
