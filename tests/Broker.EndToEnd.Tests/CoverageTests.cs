using System.Text.Json;
using System.Text.RegularExpressions;
using Broker.Options;
using Broker.Realms;
using Broker.Serialization;

namespace Broker.EndToEnd;

/// <summary>docs/protocol-coverage.md and the tests agree, and nothing is announced in WELCOME that is not tested.</summary>
public sealed class CoverageTests
{
    private readonly CoveragePage _page = CoveragePage.Read();
    private readonly TraitIndex _traits = TraitIndex.Read();

    [Fact]
    public void Every_statement_has_one_row_with_a_known_state()
    {
        Assert.NotEmpty(_page.Rows);
        AssertNone(_page.Rows.CountBy(row => row.Id).Where(id => id.Value > 1).Select(id => $"{id.Key} has {id.Value} rows"));
        AssertNone(_page.Rows.Where(row => !row.HasKnownState).Select(row => $"{row.Id} has the unknown state '{row.State}'"));
    }

    [Fact]
    public void What_is_done_is_tested_by_the_classes_named()
    {
        var faults =
            from row in _page.Rows
            let faulty = row.TestedBy.Where(name => !_traits.ClassesOf(row.Id).Contains(name)).ToList()
            where (row.IsDone && row.TestedBy.Count == 0) || faulty.Count > 0
            select faulty.Count == 0
                ? $"{row.Id} is done but names no test: write 'done, untested', or add a test with its trait"
                : $"{row.Id} names {string.Join(", ", faulty)}, where no test has its trait";
        AssertNone(faults);
    }

    [Fact]
    public void Every_trait_of_a_test_has_a_row() =>
        AssertNone(_traits.Ids.Except(_page.Rows.Select(row => row.Id)).Select(id => $"{id}, which {string.Join(", ", _traits.ClassesOf(id))} tests, has no row"));

    [Fact]
    public void Every_feature_announced_in_WELCOME_is_tested()
    {
        Assert.Equal(AnnouncedFeatures(), _page.Features.Select(feature => $"{feature.Role} {feature.Name}").Order());
        AssertNone(_page.Features
            .Where(feature => !_page.Rows.Any(row => row.IsDone && row.TestedBy.Count > 0 && feature.Prefixes.Contains(row.Prefix)))
            .Select(feature => $"{feature.Name} has no row that is done and tested among {string.Join(", ", feature.Prefixes)}"));
    }

    /// <summary>Fails with all of them, each on a line.</summary>
    private static void AssertNone(IEnumerable<string> faults)
    {
        var lines = faults.ToList();
        Assert.True(lines.Count == 0, string.Join('\n', lines));
    }

    /// <summary>The roles and features as clients see them: <c>broker pattern_based_subscription</c>.</summary>
    private static IEnumerable<string> AnnouncedFeatures()
    {
        using var welcome = JsonDocument.Parse(ValueEncoder.Encode(SerializerKind.Json, new WelcomeDetails { Roles = Realm.Roles }));
        return
        [
            .. from role in welcome.RootElement.GetProperty("roles").EnumerateObject()
               where role.Value.TryGetProperty("features", out _)
               from feature in role.Value.GetProperty("features").EnumerateObject()
               let name = $"{role.Name} {feature.Name}"
               orderby name
               select name,
        ];
    }

    /// <summary>The tables of the page.</summary>
    private sealed record CoveragePage(IReadOnlyList<Row> Rows, IReadOnlyList<Feature> Features)
    {
        public static CoveragePage Read()
        {
            var tables = File.ReadAllLines(Path.Combine(BuiltFiles.Repository, "docs", "protocol-coverage.md"))
                .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
                .Select(line => line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries))
                .ToList();
            return new CoveragePage(
                [.. tables.Where(cells => TraitIndex.IsId(cells[0])).Select(cells => new Row(cells[0], cells[^2], Names(cells[^1])))],
                [.. tables.SkipWhile(cells => cells[0] != "feature").Skip(1).TakeWhile(cells => cells[0] != "id").Select(cells => new Feature(cells[0], cells[1], Names(cells[2])))]);
        }

        private static string[] Names(string cell) => cell.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    private sealed record Feature(string Name, string Role, IReadOnlyList<string> Prefixes);

    /// <summary>A statement. Its state is that of both ends, or <c>router: ...; client: ...</c>.</summary>
    private sealed record Row(string Id, string State, IReadOnlyList<string> TestedBy)
    {
        private IEnumerable<string> Parts => State.Split("; ").Select(part => part.Replace("router: ", "").Replace("client: ", ""));

        public string Prefix => Id[..Id.LastIndexOf('-')];

        public bool IsDone => Parts.Contains("done");

        public bool HasKnownState => State.StartsWith("decided against: ", StringComparison.Ordinal)
            || Parts.All(part => part is "done" or "done, untested" or "not yet");
    }

    /// <summary>The ids that tests carry as <c>[Trait("wamp", "PUB-02")]</c>, on a method or its class, or in the rows of a theory, and the classes.</summary>
    private sealed class TraitIndex
    {
        private static readonly Regex Id = new("^[A-Z0-9]+(-[A-Z]+)?-[0-9]{2}$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);
        private static readonly Regex ClassName = new("^([a-z]+ )*class (?<name>\\w+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);
        private static readonly Regex TraitValue = new("Trait\\(\"wamp\", *\"(?<id>[^\"]*)\"\\)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);
        private static readonly Regex QuotedId = new("\"(?<id>[A-Z0-9]+-[0-9]{2})\"", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);
        private readonly Dictionary<string, SortedSet<string>> _classes = [];

        public IEnumerable<string> Ids => _classes.Keys;

        public static bool IsId(string text) => Id.IsMatch(text);

        public static TraitIndex Read()
        {
            var index = new TraitIndex();
            var separator = Path.DirectorySeparatorChar;
            foreach (var file in Directory.EnumerateFiles(Path.Combine(BuiltFiles.Repository, "tests"), "*.cs", SearchOption.AllDirectories))
            {
                if (!file.Contains($"{separator}obj{separator}", StringComparison.Ordinal) && !file.EndsWith($"{nameof(CoverageTests)}.cs", StringComparison.Ordinal))
                    index.Add(File.ReadAllLines(file));
            }

            Assert.NotEmpty(index._classes);
            return index;
        }

        public IReadOnlySet<string> ClassesOf(string id) => _classes.TryGetValue(id, out var classes) ? classes : new HashSet<string>();

        // Types of a file start at the margin, and so do their attributes.
        private void Add(string[] lines)
        {
            var isPerRow = lines.Any(line => line.Contains(".WithTrait(\"wamp\"", StringComparison.Ordinal));
            var ofNextClass = new List<string>();
            var current = "";
            foreach (var line in lines)
            {
                if (ClassName.Match(line) is { Success: true } name)
                {
                    current = name.Groups["name"].Value;
                    ofNextClass.ForEach(id => Add(id, current));
                    ofNextClass.Clear();
                }

                var ids = TraitValue.Matches(line).Concat(isPerRow ? QuotedId.Matches(line) : []).Select(match => match.Groups["id"].Value);
                if (line.StartsWith('['))
                    ofNextClass.AddRange(ids);
                else
                    ids.ToList().ForEach(id => Add(id, current));
            }
        }

        private void Add(string id, string name)
        {
            if (!_classes.TryGetValue(id, out var classes))
                _classes.Add(id, classes = []);
            classes.Add(name);
        }
    }
}
