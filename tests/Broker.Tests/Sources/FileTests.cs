using System.Text;

namespace Broker.Configuration.Sources;

/// <summary>The configuration file: what is read from it, and how its faults are told: all of them, with file, line and remedy.</summary>
public sealed class FileTests
{
    [Fact]
    public void Comments_and_commas_behind_the_last_item_are_fine()
    {
        var reading = WrittenFile.Read("""
            // a comment
            {
              "$schema": "./broker.schema.json", /* another */
              "limits": { "message_size": "4MiB", },
              "realms": [ { "name": "com.example.realm", }, ],
            }
            """);

        Assert.Empty(reading.Faults);
        Assert.Equal(4 * 1024 * 1024, reading.Configuration.Limits.MessageSize.Bytes);
        Assert.Equal("com.example.realm", Assert.Single(reading.Configuration.Realms).Name);
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over() => Assert.Empty(WrittenFile.FaultsOf("\uFEFF{}"));

    [Fact]
    public void Without_any_key_the_router_listens_on_loopback_with_one_realm()
    {
        var configuration = WrittenFile.Read("{}").Configuration;

        Assert.Equal("127.0.0.1:8080", Assert.Single(configuration.Listeners).Listen.Text);
        Assert.Equal("realm1", Assert.Single(configuration.Realms).Name);
        Assert.False(configuration.AllowAnonymous);
    }

    [Theory]
    [InlineData("""{ "limts": {} }""", "did you mean 'limits'?")]
    [InlineData("""{ "limits": { "mesage_size": "1MiB" } }""", "did you mean 'message_size'?")]
    [InlineData("""{ "limits": { "messagesize": "1MiB" } }""", "did you mean 'message_size'?")]
    [InlineData("""{ "limits": { "Nesting": 8 } }""", "did you mean 'nesting'?")]
    [InlineData("""{ "message_size": "1MiB" }""", "did you mean 'limits.message_size'?")]
    [InlineData("""{ "listeners": [ { "listen": "127.0.0.1:0", "somewhere": 1 } ] }""", "the keys here are listen, path, tls, origins, hosts, trusted_proxies.")]
    public void An_unknown_key_is_a_fault_that_names_the_nearest_one(string json, string suggestion) =>
        Assert.EndsWith($"there is no such key: {suggestion}", Assert.Single(WrittenFile.FaultsOf(json)), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "close_timeout": 2 }""", "close_timeout: this must be a duration: write a whole number and its unit, ms, s, m, h or d, such as 20s, in quotes.")]
    [InlineData("""{ "close_timeout": "2" }""", "close_timeout: '2' is no duration: write a whole number and its unit, ms, s, m, h or d, such as 20s.")]
    [InlineData("""{ "close_timeout": "0s" }""", "close_timeout: '0s' is too small: the least is 1ms.")]
    [InlineData("""{ "limits": { "message_size": 1024 } }""", "limits.message_size: this must be a size: write a whole number and its unit, B, KiB, MiB or GiB, such as 4MiB, in quotes.")]
    [InlineData("""{ "limits": { "message_size": "17MiB" } }""", "limits.message_size: '17MiB' is too large: the most is 16MiB.")]
    [InlineData("""{ "limits": { "message_size": "1MB" } }""", "limits.message_size: '1MB' is no size: write a whole number and its unit, B, KiB, MiB or GiB, such as 4MiB.")]
    [InlineData("""{ "limits": { "nesting": "8" } }""", "limits.nesting: this must be a number: write a whole number, without quotes.")]
    [InlineData("""{ "limits": { "nesting": 8.5 } }""", "limits.nesting: '8.5' is no number: write a whole number.")]
    [InlineData("""{ "limits": { "nesting": 3 } }""", "limits.nesting: '3' is too small: the least is 4.")]
    [InlineData("""{ "allow_anonymous": "true" }""", "allow_anonymous: this must be a switch: write true or false, without quotes.")]
    [InlineData("""{ "allow_anonymous": null }""", "allow_anonymous: this cannot be null: leave the key out for its default.")]
    [InlineData("""{ "log": { "level": "loud" } }""", "log.level: 'loud' is no log level: write trace, debug, info, warning, error, critical or none.")]
    [InlineData("""{ "log": { "levels": { "Broker.Router": "loud" } } }""", "log.levels.\"Broker.Router\": 'loud' is no log level: write trace, debug, info, warning, error, critical or none.")]
    [InlineData("""{ "log": [] }""", "log: this must be a section: { ... }.")]
    [InlineData("""{ "realms": {} }""", "realms: this must be a list: [ ... ].")]
    [InlineData("""{ "realms": [ { "name": "wamp.own" } ] }""", "realms.0.name: 'wamp.own' is no realm: write a URI, such as com.example.realm, that does not start with wamp.")]
    [InlineData("""{ "realms": [ {} ] }""", "realms.0: the key 'name' is missing.")]
    [InlineData("""{ "realms": [ { "name": "a", "uri_rules": "tight" } ] }""", "realms.0.uri_rules: 'tight' is no choice: write loose or strict.")]
    [InlineData("""{ "listeners": [ { "listen": "example:80" } ] }""", "listeners.0.listen: 'example' is no IP address, 'localhost' or '*'.")]
    [InlineData("""{ "listeners": [ { "listen": "127.0.0.1:0", "origins": ["example.com"] } ] }""", "listeners.0.origins.0: 'example.com' is no origin: write scheme, host and port as browsers send them, such as https://app.example.com, https://*.example.com, http://localhost:*, or *.")]
    public void A_value_that_cannot_be_is_a_fault_that_says_what_to_write(string json, string fault) =>
        Assert.Equal($":1: {fault}", Assert.Single(WrittenFile.FaultsOf(json)));

    [Fact]
    public void All_faults_are_told_in_the_order_of_the_lines()
    {
        var faults = WrittenFile.FaultsOf("""
            {
              "realms": [
                { "name": "no uri" },
                { "nme": "a" }
              ],
              "limits": {
                "nesting": 1000,
                "nestin": 1
              },
              "limits": {}
            }
            """);

        Assert.Collection(
            faults,
            fault => Assert.StartsWith(":3: realms.0.name: 'no uri' is no realm", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith(":4: realms.1.nme: there is no such key: did you mean 'name'?", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith(":4: realms.1: the key 'name' is missing.", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith(":7: limits.nesting: '1000' is too large", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith(":8: limits.nestin: there is no such key: did you mean 'nesting'?", fault, StringComparison.Ordinal),
            fault => Assert.Equal(":10: limits: This key is there twice; the first one is in line 6.", fault));
    }

    [Theory]
    [InlineData("{\n\n  oops }", ":3: This is no JSON: ")]
    [InlineData("{\n", ":2: This is no JSON: ")]
    [InlineData("", ":1: This is no JSON: ")]
    [InlineData("{}\n{}", ":2: This is no JSON: ")]
    [InlineData("\n[]", ":2: This must be a section: { ... }.")]
    public void What_is_no_JSON_is_told_with_its_line(string text, string start) =>
        Assert.StartsWith(start, Assert.Single(WrittenFile.FaultsOf(text)), StringComparison.Ordinal);

    [Fact]
    public void Text_that_is_not_UTF_8_is_told()
    {
        var faults = new List<Fault>();

        JsonFile.Read([(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}'], "a.json", hasLines: true, faults);

        Assert.Equal("a.json:1: This text is not in UTF-8.", Assert.Single(faults).ToString());
    }

    [Theory]
    [InlineData("""{ "a": "a\ud800b" }""")]
    [InlineData("""{ "a\udfff": "b" }""")]
    public void Half_a_surrogate_pair_is_told(string json) =>
        Assert.StartsWith(":1: Half of a surrogate pair", Assert.Single(WrittenFile.FaultsOf(json)), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_not_there_is_told()
    {
        var source = new ConfigurationSource("/nowhere/broker.json", new Dictionary<string, string>(), new Flags());

        Assert.Equal("/nowhere/broker.json: the file does not exist.", Assert.Single(source.Read().Faults).ToString());
    }

    /// <summary>Whatever stands in the file, it is read or refused, never more.</summary>
    [Fact]
    public void Damaged_files_are_refused_and_nothing_else()
    {
        var file = Encoding.UTF8.GetBytes(
            """{ "listeners": [ { "listen": "127.0.0.1:0", "origins": ["*"] } ], "log": { "levels": { "a": "info" } }, "realms": [ { "name": "a", "history": [ { "uri": "b" } ] } ] }""");
        for (var at = 0; at < file.Length; at += 3)
        {
            foreach (var replacement in "{}[]\":,x0\\\n"u8)
            {
                var damaged = file.ToArray();
                damaged[at] = replacement;
                var reading = WrittenFile.Read(Encoding.UTF8.GetString(damaged));
                Assert.All(reading.Faults, fault => Assert.DoesNotContain(fault.ToString(), char.IsControl));
            }
        }
    }
}
