using System.Text.RegularExpressions;

namespace Broker.EndToEnd;

/// <summary>docs/security.md names tests that exist, and each row of its threat model at least one.</summary>
public sealed partial class SecurityPageTests(TestListing tests) : IClassFixture<TestListing>
{
    private readonly string[] _lines = File.ReadAllLines(Path.Combine(BuiltFiles.Repository, "docs", "security.md"));

    [Fact]
    public void Each_threat_is_shown_to_be_defended_by_tests_that_exist()
    {
        var rows = _lines
            .SkipWhile(line => line != "| entry point | threat | defence | shown by |").Skip(2)
            .TakeWhile(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries))
            .ToList();

        Assert.True(rows.Count > 10, "The table of threats is not where it was.");
        Assert.All(rows, cells =>
        {
            Assert.Equal(4, cells.Length);
            var names = cells[3].Split(", ").Select(name => name.Trim('`')).ToList();
            Assert.All(names, name => Assert.True(tests.Classes.Contains(name), $"'{cells[0]}' names {name}, which is no test class."));
        });
    }

    [Fact]
    public void Every_class_of_tests_that_the_page_names_exists()
    {
        var named = _lines.SelectMany(line => ClassName.Matches(line).Select(match => match.Groups["name"].Value)).ToHashSet();

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(tests.Classes));
    }

    [GeneratedRegex("`(?<name>[A-Z][A-Za-z0-9]*Tests)`", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ClassName { get; }
}
