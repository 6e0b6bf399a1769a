using Broker.Configuration.Keys;

namespace Broker.Configuration.Checks;

/// <summary>Nothing that is configured is silently ignored.</summary>
public sealed class NotYetTests
{
    [Fact]
    public void A_key_that_nothing_serves_yet_is_a_fault_with_its_line()
    {
        var faults = WrittenFile.FaultsOf("""
            {
              "limits": { "outbound": "1MiB" },
              "realms": [ { "name": "a", "retention": { "max_event": "1KiB" } } ]
            }
            """);

        Assert.Equal([":3: realms.0.retention.max_event: this is not supported by this build yet: leave it out."], faults);
    }

    [Fact]
    public void So_is_one_from_the_environment() =>
        Assert.Equal(
            "BROKER__REALMS__0__RETENTION__MAX_EVENT: realms.0.retention.max_event: this is not supported by this build yet: leave it out.",
            Assert.Single(WrittenFile.FaultsOf("{}", null, ("BROKER__REALMS__0__RETENTION__MAX_EVENT", "1KiB"))));

    [Fact]
    public void Null_asks_for_nothing() =>
        Assert.Empty(WrittenFile.FaultsOf("""{ "ops": null, "realms": [ { "name": "a", "auth": { "ticket": null, "anonymous": { "role": "r" } }, "roles": [ { "name": "r", "authorizer": null } ] } ] }""", null, ("BROKER__OPS", "null")));

    /// <summary>A name that is in no section would protect nothing.</summary>
    [Fact]
    public void Every_entry_of_the_list_is_a_key() => Assert.All(NotYet.Paths, path => Assert.True(Exists(SectionShape.Root, path.Components), path.ToString()));

    private static bool Exists(Shape shape, IEnumerable<string> path) => !path.Any() || shape switch
    {
        SectionShape section => section.Find(path.First()) is { } key && Exists(key.Shape, path.Skip(1)),
        ListShape list => path.First() == "*" && Exists(list.Item, path.Skip(1)),
        TableShape table => path.First() == "*" && Exists(table.Item, path.Skip(1)),
        _ => false,
    };
}
