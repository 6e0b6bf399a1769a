using Broker.Configuration.Sources;

namespace Broker.Configuration.Documents;

/// <summary>Every value is shown with its origin, and compared with that of another reading.</summary>
public sealed class EffectiveValuesTests
{
    [Fact]
    public void Every_value_is_there_with_its_origin()
    {
        using var file = new WrittenFile("""
            {
              "limits": {
                "nesting": 9
              },
              "log": { "levels": { "Broker.Router": "debug" } }
            }
            """);

        var values = file.Read(new Flags { Path = "/p" }, ("BROKER__CLOSE_TIMEOUT", "5s")).Values;

        Assert.Equal(("9", $"{file.Name}:3"), Find(values, "limits.nesting"));
        Assert.Equal(("\"debug\"", $"{file.Name}:5"), Find(values, "log.levels.\"Broker.Router\""));
        Assert.Equal(("\"5s\"", "BROKER__CLOSE_TIMEOUT"), Find(values, "close_timeout"));
        Assert.Equal(("\"/p\"", "--path"), Find(values, "listeners.0.path"));
        Assert.Equal(("\"127.0.0.1:8080\"", "default"), Find(values, "listeners.0.listen"));
        Assert.Equal(("[]", "default"), Find(values, "listeners.0.origins"));
        Assert.Equal(("null", "default"), Find(values, "realms.0.call_timeout.max"));
        Assert.Equal(("\"64KiB\"", "default"), Find(values, "realms.0.retention.max_event"));
        Assert.Equal(("\"127.0.0.1:9090\"", "default"), Find(values, "ops.listen"));
    }

    /// <summary>Secrets may be in texts; numbers, sizes and durations are none.</summary>
    [Fact]
    public void What_a_reference_stands_for_is_shown_unless_it_is_a_text()
    {
        using var file = new WrittenFile("""
            { "limits": { "message_size": "${env:SIZE}", "nesting": "${env:NESTING}" }, "realms": [ { "name": "${env:NAME}" } ] }
            """);

        var values = file.Read(new Flags(), ("SIZE", "2MiB"), ("NESTING", "9"), ("NAME", "com.example")).Values;

        Assert.Equal("\"2MiB\"", Find(values, "limits.message_size").Text);
        Assert.Equal("9", Find(values, "limits.nesting").Text);
        Assert.Equal("\"${env:NAME}\"", Find(values, "realms.0.name").Text);
    }

    [Fact]
    public void Every_value_shown_can_be_set()
    {
        var values = WrittenFile.Read("""{ "log": { "levels": { "Broker.Router": "debug" } } }""").Values;

        var flags = new Flags { Sets = [.. values.Select(value => $"{value.Path}={value.Text.Trim('"')}")] };
        var again = WrittenFile.Read("{}", flags);

        Assert.Empty(again.Faults);
        Assert.Empty(Change.Between(values, again.Values));
    }

    [Fact]
    public void Two_readings_differ_by_their_changes()
    {
        var before = WrittenFile.Read("""{ "limits": { "nesting": 9 }, "listeners": [ { "listen": "127.0.0.1:0", "origins": ["*"] } ] }""").Values;
        var after = WrittenFile.Read("""{ "close_timeout": "2000ms", "listeners": [ { "listen": "127.0.0.1:0", "path": "/p" } ] }""").Values;

        Assert.Equal(
            [
                "listeners.0.path \"/ws\" -> \"/p\"",
                "listeners.0.origins (none) -> []",
                "limits.nesting 9 -> 32",
                "listeners.0.origins.0 \"*\" -> (none)",
            ],
            Change.Between(before, after).Select(change => change.ToString()));
        Assert.Equal(["listeners.0.path"], Change.Between(before, after).Where(change => change.NeedsRestart).Select(change => change.Path));
    }

    [Fact]
    public void A_secret_that_changes_is_a_change_that_does_not_show_it()
    {
        const string Json = """{ "realms": [ { "name": "a", "auth": { "ticket": { "users": { "joe": { "role": "r", "secret": "${env:S}" } } } } } ] }""";

        var changes = Change.Between(WrittenFile.Read(Json, null, ("S", "old")).Values, WrittenFile.Read(Json, null, ("S", "new")).Values);

        Assert.Equal("realms.0.auth.ticket.users.joe.secret *** -> ***", Assert.Single(changes).ToString());
    }

    private static (string Text, string Origin) Find(IEnumerable<EffectiveValue> values, string path)
    {
        var found = values.Single(value => value.Path == path);
        return (found.Text, found.Origin.ToString());
    }
}
