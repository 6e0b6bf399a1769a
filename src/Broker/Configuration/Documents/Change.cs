namespace Broker.Configuration.Documents;

/// <summary>A value that two configurations differ in.</summary>
/// <param name="Path">Which key.</param>
/// <param name="Before">The value in the first one, as it may be shown; null: it has none.</param>
/// <param name="After">The value in the second one.</param>
/// <param name="NeedsRestart">Whether it is read once, when the router starts.</param>
internal sealed record Change(string Path, string? Before, string? After, bool NeedsRestart)
{
    /// <summary>All differences.</summary>
    public static IReadOnlyList<Change> Between(IReadOnlyList<EffectiveValue> before, IReadOnlyList<EffectiveValue> after)
    {
        var old = before.ToDictionary(value => value.Path, StringComparer.Ordinal);
        var changes = new List<Change>();
        foreach (var value in after)
        {
            if (!old.Remove(value.Path, out var was))
            {
                changes.Add(new Change(value.Path, null, value.Text, value.NeedsRestart));
            }
            else if (!value.IsSame(was))
            {
                changes.Add(new Change(value.Path, was.Text, value.Text, value.NeedsRestart));
            }
        }

        changes.AddRange(old.Values.Select(value => new Change(value.Path, value.Text, null, value.NeedsRestart)));
        return changes;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Path} {Before ?? "(none)"} -> {After ?? "(none)"}";
}
