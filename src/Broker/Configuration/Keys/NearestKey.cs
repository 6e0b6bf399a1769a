namespace Broker.Configuration.Keys;

/// <summary>Finds what somebody who wrote an unknown key may have meant.</summary>
internal static class NearestKey
{
    /// <summary>
    /// What to say about an unknown key of a section: the nearest one there, or where it belongs, or which ones there are.
    /// </summary>
    /// <param name="section">The section.</param>
    /// <param name="name">What was written.</param>
    public static string Suggest(SectionShape section, string name)
    {
        var nearest = section.Keys.Select(key => key.Name).MinBy(key => Distance(key, name.ToLowerInvariant()));
        if (nearest is not null && Distance(nearest, name.ToLowerInvariant()) <= Math.Max(2, name.Length / 3))
        {
            return $"did you mean '{nearest}'?";
        }

        return Find(SectionShape.Root, KeyPath.Root, name) is { } elsewhere
            ? $"did you mean '{elsewhere}'?"
            : $"the keys here are {string.Join(", ", section.Keys.Select(key => key.Name))}.";
    }

    /// <summary>Where in the whole configuration there is a key of this very name; lists and tables show as <c>*</c>.</summary>
    private static KeyPath? Find(Shape shape, KeyPath path, string name) => shape switch
    {
        SectionShape section => section.Find(name) is { } key
            ? path[key.Name]
            : section.Keys.Select(inner => Find(inner.Shape, path[inner.Name], name)).FirstOrDefault(found => found is not null),
        ListShape list => Find(list.Item, path["*"], name),
        TableShape table => Find(table.Item, path["*"], name),
        _ => null,
    };

    /// <summary>How many characters have to be inserted, removed, replaced or swapped with their neighbour (Damerau-Levenshtein).</summary>
    private static int Distance(string from, string to)
    {
        var rows = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                var isSame = from[i - 1] == to[j - 1];
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + (isSame ? 0 : 1));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[from.Length, to.Length];
    }
}
