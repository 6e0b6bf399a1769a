using System.Text.Json;
using Broker.Options;
using Broker.Realms;
using Broker.Serialization;

namespace Broker.EndToEnd;

/// <summary>
/// docs/protocol-coverage.md and the tests agree, what the specification demands is tested over each serializer, and nothing is announced in WELCOME that is not
/// tested.
/// </summary>
public sealed class CoverageTests(TestListing tests) : IClassFixture<TestListing>
{
    private readonly CoveragePage _page = CoveragePage.Read();

    [Fact]
    public void Every_statement_has_one_row_with_a_known_strength_and_state()
    {
        Assert.NotEmpty(_page.Rows);
        AssertNone(_page.Rows.CountBy(row => row.Id).Where(id => id.Value > 1).Select(id => $"{id.Key} has {id.Value} rows"));
        AssertNone(_page.Rows.Where(row => !row.HasKnownStrength).Select(row => $"{row.Id} has the unknown strength '{row.Strength}'"));
        AssertNone(_page.Rows.Where(row => !row.HasKnownState).Select(row => $"{row.Id} has the unknown state '{row.State}', or one without its reason"));
    }

    [Fact]
    public void What_is_done_is_tested_by_the_classes_named() =>
        AssertNone(
            from row in _page.Rows
            let found = tests.ClassesOf(row.Id)
            let wrong = row.TestedBy.Where(name => !found.Contains(name)).Select(name => $"names {name}, where no test has its trait")
            let missing = row.IsTested ? found.Except(row.TestedBy).Select(name => $"does not name {name}, where a test has its trait") : []
            let none = row.IsTested && found.Count == 0
                ? new[] { "is done, and no test has its trait: add one, or write 'done, untested: why'" }
                : []
            from fault in wrong.Concat(missing).Concat(none)
            select $"{row.Id} {fault}");

    [Fact]
    public void What_the_specification_demands_is_tested_over_JSON_MessagePack_and_CBOR() =>
        AssertNone(
            from row in _page.Rows
            where row.NeedsEachSerializer && !tests.RunsOverEachSerializer(row.Id)
            select $"{row.Id} is of strength {row.Strength}, and none of its tests is a theory over JSON, MessagePack and CBOR: make it one, or write "
                + "'done, one serializer: why'");

    [Fact]
    public void Every_trait_of_a_test_has_a_row() =>
        AssertNone(tests.Ids.Except(_page.Rows.Select(row => row.Id)).Select(id => $"{id}, which {string.Join(", ", tests.ClassesOf(id))} tests, has no row"));

    [Fact]
    public void Every_feature_announced_in_WELCOME_is_tested()
    {
        Assert.Equal(AnnouncedFeatures(), _page.Features.Select(feature => $"{feature.Role} {feature.Name}").Order());
        AssertNone(_page.Features
            .Where(feature => !_page.Rows.Any(row => row.IsTested && feature.Prefixes.Contains(row.Prefix)))
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
}
