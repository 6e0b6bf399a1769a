using Broker.Configuration.Keys;

namespace Broker.Configuration.Sources;

/// <summary>A value from the environment or the command line that takes the place of what the file says.</summary>
/// <param name="Path">The key.</param>
/// <param name="Text">The value: text as it would stand in quotes, or JSON for a list, a table or a section.</param>
/// <param name="Origin">Where it was given.</param>
/// <param name="IgnoreCase">Whether keys may be in capitals.</param>
internal sealed record Override(KeyPath Path, string Text, Origin Origin, bool IgnoreCase = false)
{
    private const string Prefix = "BROKER__";
    private const string Separator = "__";

    /// <summary>What the environment overrides: <c>BROKER__SECTION__KEY</c>, numbers for items of lists.</summary>
    public static IReadOnlyList<Override> FromEnvironment(IReadOnlyDictionary<string, string> environment) =>
    [
        .. from variable in environment
           where variable.Key.StartsWith(Prefix, StringComparison.Ordinal) && variable.Key.Length > Prefix.Length
           let path = KeyPath.Of(variable.Key[Prefix.Length..].Split(Separator))
           orderby path.Components.Count, SortKey(path)
           select new Override(path, variable.Value, new Origin(variable.Key), IgnoreCase: true),
    ];

    /// <summary>The name of the environment variable for a key.</summary>
    public static string EnvironmentName(KeyPath path) =>
        Prefix + string.Join(Separator, path.Components.Select(component => component.ToUpperInvariant()));

    /// <summary>Whole lists come before their items, and item 2 before item 10: each may add the next one.</summary>
    private static string SortKey(KeyPath path) =>
        string.Join('\0', path.Components.Select(component => int.TryParse(component, out var number) ? $"{number:D10}" : component));
}
