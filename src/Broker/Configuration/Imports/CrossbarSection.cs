using System.Text.Json;
using System.Text.Json.Nodes;

namespace Broker.Configuration.Imports;

/// <summary>A dict of Crossbar.io's configuration. What nobody takes out of it is reported as left out.</summary>
/// <param name="node">The dict; null: there is none.</param>
/// <param name="path">Where it is.</param>
/// <param name="notes">Where reports go.</param>
internal sealed class CrossbarSection(JsonObject? node, string path, List<string> notes)
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>Where it is, for notes.</summary>
    public string Path => path;

    /// <summary>Whether it is there.</summary>
    public bool Exists => node is not null;

    /// <summary>The names in it.</summary>
    public IReadOnlyList<string> Names => node is null ? [] : [.. node.Select(member => member.Key)];

    /// <summary>Text, or null.</summary>
    public string? Text(string name) => Take(name) is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A number, or null.</summary>
    public long? Number(string name)
    {
        var value = Take(name);
        if (value is JsonValue written && written.TryGetValue<long>(out var number))
        {
            return number;
        }

        if (value is not null)
        {
            notes.Add($"{path}.{name}: was left out, for it is no whole number that can be used.");
        }

        return null;
    }

    /// <summary>Whether it says <c>true</c>.</summary>
    public bool Switch(string name) => Take(name)?.GetValueKind() == JsonValueKind.True;

    /// <summary>A dict; one that is not there is empty.</summary>
    public CrossbarSection Section(string name) => new(Take(name) as JsonObject, $"{path}.{name}", notes);

    /// <summary>The dicts of a list.</summary>
    public IReadOnlyList<CrossbarSection> Sections(string name) =>
    [
        .. from item in (Take(name) as JsonArray ?? []).Index()
           select new CrossbarSection(item.Item as JsonObject, $"{path}.{name}[{item.Index}]", notes),
    ];

    /// <summary>The texts of a list, or of one text.</summary>
    public IReadOnlyList<string> Texts(string name) => Take(name) switch
    {
        JsonArray list => [.. list.Where(item => item?.GetValueKind() == JsonValueKind.String).Select(item => item!.GetValue<string>())],
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        _ => [],
    };

    /// <summary>Passes over keys that need no place in our configuration.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            _taken.Add(name);
        }
    }

    /// <summary>Says something about this dict.</summary>
    public void Note(string text) => notes.Add($"{path}: {text}");

    /// <summary>Reports what nobody took.</summary>
    public void NoteRest()
    {
        foreach (var name in Names.Where(name => !_taken.Contains(name)))
        {
            notes.Add($"{path}.{name}: was left out.");
        }
    }

    private JsonNode? Take(string name)
    {
        _taken.Add(name);
        return node?[name];
    }
}
