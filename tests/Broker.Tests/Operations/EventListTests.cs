using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Broker.Operations;

/// <summary>The lists of log entries in docs/operations.md are complete.</summary>
public sealed partial class EventListTests
{
    [Fact]
    public void Every_event_id_of_the_router_is_listed_and_no_other_is()
    {
        var logged = new[] { "Broker", "Broker.AspNetCore" }
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(Repository(), "src", project), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => Logged().Matches(File.ReadAllText(file)))
            .Select(match => int.Parse(match.Groups["id"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture))
            .ToList();

        Assert.NotEmpty(logged);
        Assert.Equal(logged.Distinct().Count(), logged.Count);
        Assert.Equal(logged.Order(), Listed().Order());
    }

    /// <summary>The rows whose first column has nothing but numbers.</summary>
    private static IEnumerable<int> Listed() =>
        from line in File.ReadLines(Path.Combine(Repository(), "docs", "operations.md"))
        where Row().IsMatch(line)
        from id in line.Split('|')[1].Split(',')
        select int.Parse(id, System.Globalization.CultureInfo.InvariantCulture);

    private static string Repository([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..");

    [GeneratedRegex(@"\[LoggerMessage\(\s*(EventId = )?(?<id>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Logged();

    [GeneratedRegex(@"^\| \d+(, \d+)* \|", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Row();
}
