using System.Text.RegularExpressions;

namespace Broker.EndToEnd;

/// <summary>The tables of docs/protocol-coverage.md.</summary>
internal sealed partial record CoveragePage(IReadOnlyList<CoveragePage.Row> Rows, IReadOnlyList<CoveragePage.Feature> Features)
{
    public static CoveragePage Read()
    {
        var tables = File.ReadAllLines(Path.Combine(BuiltFiles.Repository, "docs", "protocol-coverage.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries))
            .ToList();
        return new CoveragePage(
            [.. tables.Where(cells => Id.IsMatch(cells[0])).Select(cells => new Row(cells[0], cells[1], cells[^2], Names(cells[^1])))],
            [
                .. tables.SkipWhile(cells => cells[0] != "feature").Skip(1).TakeWhile(cells => cells[0] != "id")
                    .Select(cells => new Feature(cells[0], cells[1], Names(cells[2]))),
            ]);
    }

    [GeneratedRegex("^[A-Z0-9]+(-[A-Z]+)?-[0-9]{2}$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Id { get; }

    private static string[] Names(string cell) => cell.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What the router announces in WELCOME, and the letters that its statements begin with.</summary>
    internal sealed record Feature(string Name, string Role, IReadOnlyList<string> Prefixes);

    /// <summary>A statement. Its state is that of both ends, or <c>router: ...; client: ...</c>.</summary>
    internal sealed partial record Row(string Id, string Strength, string State, IReadOnlyList<string> TestedBy)
    {
        private IEnumerable<string> Parts => State.Split("; ").Select(part => part.Replace("router: ", "").Replace("client: ", ""));

        public string Prefix => Id[..Id.LastIndexOf('-')];

        /// <summary>Whether it holds, at one end at least, and tests say so.</summary>
        public bool IsTested => Parts.Any(part => part == "done" || part.StartsWith("done, one serializer: ", StringComparison.Ordinal));

        /// <summary>Whether it must be tested over each serializer: the specification demands it, and it depends on the serializer.</summary>
        public bool NeedsEachSerializer => Strength is "M" or "S" && Parts.Contains("done");

        public bool HasKnownState => Parts.All(part => KnownState.IsMatch(part));

        public bool HasKnownStrength => Strength is "M" or "S" or "O" or "X";

        [GeneratedRegex(
            "^(done|not yet|(done, one serializer|done, untested|decided against): [^ ].*)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
        private static partial Regex KnownState { get; }
    }
}
