namespace Broker.Configuration.Sources;

/// <summary>The environment overrules the file, and flags overrule both.</summary>
public sealed class OverrideTests
{
    private const string TwoListeners = """
        { "listeners": [ { "listen": "127.0.0.1:1001", "path": "/a", "origins": ["https://a.example.com"] }, { "listen": "127.0.0.1:1002" } ] }
        """;

    [Fact]
    public void Flags_go_before_the_environment_and_that_before_the_file()
    {
        const string Json = """{ "limits": { "nesting": 8, "uri_length": 100, "message_size": "1KiB" } }""";
        var flags = new Flags { Sets = ["limits.nesting=10"] };

        var limits = WrittenFile.Read(Json, flags, ("BROKER__LIMITS__NESTING", "9"), ("BROKER__LIMITS__URI_LENGTH", "200")).Configuration.Limits;

        Assert.Equal((10, 200, 1024), (limits.Nesting, limits.UriLength, limits.MessageSize.Bytes));
    }

    [Theory]
    [InlineData("BROKER__LISTENERS__0__PATH", "/wamp", "listeners.0.path", "\"/wamp\"")]
    [InlineData("BROKER__LISTENERS__1__LISTEN", "127.0.0.1:9", "listeners.1.listen", "\"127.0.0.1:9\"")]
    [InlineData("BROKER__LISTENERS__0__ORIGINS__0", "*", "listeners.0.origins.0", "\"*\"")]
    [InlineData("BROKER__LISTENERS__0__ORIGINS", """["https://b.example.com"]""", "listeners.0.origins.0", "\"https://b.example.com\"")]
    [InlineData("BROKER__LOG__LEVELS__Broker.Router", "debug", "log.levels.\"Broker.Router\"", "\"debug\"")]
    [InlineData("BROKER__ALLOW_ANONYMOUS", "true", "allow_anonymous", "true")]
    [InlineData("BROKER__REALMS", """[{ "name": "b" }]""", "realms.0.name", "\"b\"")]
    [InlineData("BROKER__REALMS__0__CALL_TIMEOUT__MAX", "null", "realms.0.call_timeout.max", "null")]
    public void Every_key_has_an_environment_variable(string name, string value, string path, string text)
    {
        var reading = WrittenFile.Read("{}", null, (name, value));

        Assert.Empty(reading.Faults);
        var effective = reading.Values.Single(effective => effective.Path == path);
        Assert.Equal((text, name), (effective.Text, effective.Origin.ToString()));
    }

    [Fact]
    public void Items_of_the_default_lists_can_be_overridden_one_by_one()
    {
        var configuration = WrittenFile.Read("{}", null, ("BROKER__REALMS__0__META_API", "false"), ("BROKER__REALMS__1__NAME", "b")).Configuration;

        Assert.Equal([("realm1", false), ("b", true)], configuration.Realms.Select(realm => (realm.Name, realm.MetaApi)));
    }

    [Fact]
    public void Eleven_items_are_added_in_their_order()
    {
        var origins = Enumerable.Range(0, 11).Select(i => ($"BROKER__LISTENERS__0__ORIGINS__{i}", $"https://h{i}.example.com")).ToArray();

        var reading = WrittenFile.Read("{}", null, origins);

        Assert.Empty(reading.Faults);
        Assert.Equal(origins.Select(origin => origin.Item2), reading.Configuration.Listeners[0].Origins);
    }

    [Theory]
    [InlineData("BROKER__LIMITS__NESTNG", "9", "limits.nestng: there is no such key: did you mean 'nesting'?")]
    [InlineData("BROKER__LIMITS__NESTING__0", "9", "limits.nesting: is a single value and has no parts.")]
    [InlineData("BROKER__LIMITS__NESTING", "many", "limits.nesting: 'many' is no number: write a whole number.")]
    [InlineData("BROKER__LIMITS", "many", "limits: has parts: write them in JSON, or name one of them.")]
    [InlineData("BROKER__LIMITS", """{ "nestng": 9 }""", "limits.nestng: there is no such key: did you mean 'nesting'?")]
    [InlineData("BROKER__REALMS__FIRST", "a", "realms.FIRST: realms is a list: its items have numbers from 0.")]
    [InlineData("BROKER__REALMS__2__NAME", "a", "realms.2: the list has 1 items, so that the next one is 1.")]
    [InlineData("BROKER__ALLOW_ANONYMOUS", "yes", "allow_anonymous: 'yes' is no switch: write true or false.")]
    public void An_environment_variable_that_cannot_be_is_a_fault_that_names_it(string name, string value, string fault) =>
        Assert.Equal($"{name}: {fault}", Assert.Single(WrittenFile.FaultsOf("{}", null, (name, value))));

    [Fact]
    public void Variables_that_are_not_ours_are_left_alone() => Assert.Empty(WrittenFile.FaultsOf("{}", null, ("BROKER_NONSENSE", "1"), ("BROKER__", "1")));

    [Fact]
    public void Addresses_go_to_the_listeners_in_their_order_and_there_are_as_many()
    {
        var one = WrittenFile.Read(TwoListeners, new Flags { Listen = ["127.0.0.1:7"] }).Configuration.Listeners;
        var three = WrittenFile.Read(TwoListeners, new Flags { Listen = ["127.0.0.1:7", "127.0.0.1:8", "127.0.0.1:9"] }).Configuration.Listeners;

        Assert.Equal([("127.0.0.1:7", "/a")], one.Select(listener => (listener.Listen.Text, listener.Path)));
        Assert.Equal(
            [("127.0.0.1:7", "/a"), ("127.0.0.1:8", "/ws"), ("127.0.0.1:9", "/ws")], three.Select(listener => (listener.Listen.Text, listener.Path)));
    }

    [Fact]
    public void Path_and_origins_are_for_all_listeners()
    {
        var listeners = WrittenFile.Read(TwoListeners, new Flags { Path = "/all", Origins = ["*"] }).Configuration.Listeners;

        Assert.All(listeners, listener => Assert.Equal(("/all", "*"), (listener.Path, Assert.Single(listener.Origins))));
    }

    [Fact]
    public void Realms_are_named_where_nothing_else_configures_any()
    {
        var flags = new Flags { Realms = ["a", "b"] };

        Assert.Equal(["a", "b"], WrittenFile.Read("{}", flags).Configuration.Realms.Select(realm => realm.Name));
        Assert.Contains("The realms are configured already (:1)", Assert.Single(WrittenFile.FaultsOf("""{ "realms": [ { "name": "c" } ] }""", flags)));
    }

    [Theory]
    [InlineData("limits.nesting", "--set: 'limits.nesting' has no value: write KEY=VALUE, such as limits.message_size=4MiB.")]
    [InlineData("limits..nesting=9", "--set: 'limits..nesting' is no key: write names with dots between them, such as limits.message_size.")]
    [InlineData("limits.Nesting=9", "--set: limits.Nesting: there is no such key: did you mean 'nesting'?")]
    [InlineData("log.levels.\"a=b", "--set: 'log.levels.\"a' is no key: write names with dots between them, such as limits.message_size.")]
    public void A_flag_that_cannot_be_is_a_fault_that_names_it(string set, string fault) =>
        Assert.Equal(fault, Assert.Single(WrittenFile.FaultsOf("{}", new Flags { Sets = [set] })));

    [Fact]
    public void Names_with_dots_stand_in_quotes()
    {
        var log = WrittenFile.Read("{}", new Flags { Sets = ["log.levels.\"Broker.Router\"=debug"], LogLevel = "Warning" }).Configuration.Log;

        Assert.Equal((LogLevel.Debug, LogLevel.Warning), (log.Levels["Broker.Router"], log.Level));
    }

    [Fact]
    public void Development_opens_the_router_to_everybody_and_to_pages_of_this_machine()
    {
        var reading = WrittenFile.Read(TwoListeners.Replace("127.0.0.1:1002", "0.0.0.0:1002"), new Flags { IsDevelopment = true });

        Assert.Empty(reading.Faults);
        Assert.True(reading.Configuration.AllowAnonymous);
        Assert.Equal(Sections.LogFormat.Console, reading.Configuration.Log.Format);
        Assert.All(reading.Configuration.Listeners, listener => Assert.Contains("http://localhost:*", listener.Origins));
        Assert.Contains("https://a.example.com", reading.Configuration.Listeners[0].Origins);
        Assert.Equal("--dev", reading.Values.Single(value => value.Path == "allow_anonymous").Origin.ToString());
    }
}
