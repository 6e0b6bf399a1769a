namespace Broker.Configuration.Keys;

/// <summary>
/// Makes a property of a section a key of the configuration. Its name is the property's in snake_case, its type the property's, its default
/// the property's in a new section, and <c>required</c> says that there is none: parsing, JSON Schema, documentation and the starting file
/// all come from here.
/// </summary>
/// <param name="description">What it is, in a sentence or two.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class KeyAttribute(string description) : Attribute
{
    /// <summary>What it is.</summary>
    public string Description { get; } = description;

    /// <summary>The least value, as it is written in the file; null: none.</summary>
    public string? Min { get; init; }

    /// <summary>The largest value, as it is written in the file; null: none.</summary>
    public string? Max { get; init; }

    /// <summary>What the text must look like; of a list, that of its items.</summary>
    public TextFormat Format { get; init; }

    /// <summary>Whether the value is read once, when the router starts: a reload that changes it is refused.</summary>
    public bool NeedsRestart { get; init; }

    /// <summary>An example in JSON, for keys whose default shows nothing.</summary>
    public string? Example { get; init; }

    /// <summary>Of a table of freely named entries: what the names are.</summary>
    public string Names { get; init; } = "NAME";
}
