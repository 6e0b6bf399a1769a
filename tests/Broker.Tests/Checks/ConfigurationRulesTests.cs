using Broker.Configuration.Keys;
using Broker.Configuration.Sections;

namespace Broker.Configuration.Checks;

/// <summary>What must hold between the values of a configuration.</summary>
public sealed class ConfigurationRulesTests
{
    private static readonly RealmSection Realm = new()
    {
        Name = "a",
        Roles = [new RoleSection { Name = "device" }],
        Auth = new AuthSection { Anonymous = new AnonymousSection { Role = "device" } },
    };

    [Theory]
    [InlineData("""{ "listeners": [] }""", ":1: listeners: there is no listener, so that nobody could connect.")]
    [InlineData("""{ "realms": [] }""", ":1: realms: there is no realm, so that nobody could join.")]
    [InlineData("""{ "realms": [ { "name": "a" }, { "name": "a" } ] }""", ":1: realms.1.name: another realm has the name a, too.")]
    [InlineData("""{ "listeners": [ { "listen": "127.0.0.1:1" }, { "listen": "127.0.0.1:1" } ] }""", ":1: listeners.1.listen: another listener has the address 127.0.0.1:1, too.")]
    [InlineData("""{ "realms": [ { "name": "a", "history": [ { "uri": "b." } ] } ] }""", ":1: realms.0.history.0.uri: 'b.' is no valid URI for the match policy exact in this realm.")]
    [InlineData("""{ "realms": [ { "name": "a", "uri_rules": "strict", "history": [ { "uri": "B" } ] } ] }""", ":1: realms.0.history.0.uri: 'B' is no valid URI for the match policy exact in this realm.")]
    [InlineData("""{ "realms": [ { "name": "a", "trust_levels": { "calls": [ { "uri": "" } ] } } ] }""", ":1: realms.0.trust_levels.calls.0.uri: '' is no valid URI for the match policy exact in this realm.")]
    [InlineData("""{ "realms": [ { "name": "a", "trust_levels": { "calls": [ { "uri": "..", "match": "prefix" } ] } } ] }""", ":1: realms.0.trust_levels.calls.0.uri: '..' is no valid URI for the match policy prefix in this realm.")]
    [InlineData("""{ "limits": { "outbound": "2MiB", "outbound_total": "1MiB" } }""", ":1: limits.outbound_total: this is less than limits.outbound, 2MiB, which is for one peer.")]
    [InlineData("""{ "realms": [ { "name": "a", "roles": [ { "name": "r" } ] } ] }""", ":1: realms.0.roles: nobody could join: add auth, or a role of the name anonymous.")]
    [InlineData("""{ "realms": [ { "name": "a", "history": [ { "uri": "b" }, { "uri": "b" } ] } ] }""", ":1: realms: The realm 'a': b has two history rules for the match policy Exact.")]
    public void What_contradicts_itself_is_a_fault(string json, string fault) => Assert.Equal(fault, Assert.Single(WrittenFile.FaultsOf(json)));

    [Theory]
    [InlineData("127.0.0.1:1", "127.0.0.1:1")]
    [InlineData("127.0.0.1:1", "localhost:1")]
    [InlineData("unix:/tmp/broker", "unix:/tmp/broker")]
    public void Operators_have_an_address_of_their_own(string clients, string operators) => Assert.Equal(
        $":1: ops.listen: clients connect to {operators}: operators need an address of their own, or none (ops = null).",
        Assert.Single(WrittenFile.FaultsOf($$"""{ "listeners": [ { "listen": "{{clients}}" } ], "ops": { "listen": "{{operators}}" } }""")));

    [Theory]
    [InlineData("""{ "listeners": [ { "listen": "127.0.0.1:9090" } ] }""")] // the default address gives way
    [InlineData("""{ "listeners": [ { "listen": "127.0.0.1:9090" } ], "ops": null }""")]
    [InlineData("""{ "listeners": [ { "listen": "127.0.0.1:0" } ], "ops": { "listen": "127.0.0.1:0" } }""")]
    public void Where_operators_have_no_address_that_somebody_chose_there_is_none_to_be_taken(string json) => Assert.Empty(WrittenFile.FaultsOf(json));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "ticket": null }""")]
    [InlineData("""{ "cookie": {} }""")]
    [InlineData("""{ "procedure": { "uri": "com.example.authenticate", "methods": [] } }""")]
    public void A_realm_that_offers_no_method_is_a_fault(string auth) => Assert.Equal(
        ":1: realms.0.auth: nobody could join: name a method, such as ticket or anonymous, or leave auth out.",
        Assert.Single(WrittenFile.FaultsOf($$"""{ "realms": [ { "name": "a", "roles": [ { "name": "r" } ], "auth": {{auth}} } ] }""")));

    [Theory]
    [InlineData("b", ":1: realms.0.auth.procedure.realm: there is no realm 'b' in which a procedure could be asked.")]
    [InlineData("a")]
    public void A_procedure_that_knows_users_is_in_a_realm_that_there_is(string realm, params string[] faults) => Assert.Equal(faults, WrittenFile.FaultsOf($$"""
        {
          "realms": [
            { "name": "a", "roles": [ { "name": "r" } ], "auth": { "procedure": { "uri": "com.example.who", "methods": [ "ticket" ], "realm": "{{realm}}" } } }
          ]
        }
        """.ReplaceLineEndings(" ")));

    /// <summary>Timers of .NET take 49 days at the most: what is longer would fail when it is needed.</summary>
    [Fact]
    public void Every_duration_has_a_largest_value()
    {
        var durations = Keys(SectionShape.Root, KeyPath.Root).Where(key => key.Scalar.Type == typeof(TimeSpan)).ToList();

        Assert.InRange(durations.Count, 15, 100);
        Assert.Empty(durations.Where(key => key.Scalar.Range.Max is null).Select(key => key.Path.ToString()));
    }

    [Theory]
    [InlineData("limits.authentication_timeout", "60d", "1d")]
    [InlineData("limits.handshake_timeout", "60d", "1d")]
    [InlineData("close_timeout", "10000000d", "1d")]
    [InlineData("realms.0.auth.cookie.max_age", "10000000d", "3650d")]
    [InlineData("realms.0.auth.webhook.timeout", "60d", "1d")]
    [InlineData("realms.0.auth.procedure.timeout", "60d", "1d")]
    [InlineData("realms.0.auth.jwt.clock_skew", "10000000d", "1d")]
    public void A_duration_that_is_too_long_is_a_fault(string key, string value, string most)
    {
        var told = Assert.Single(WrittenFile.FaultsOf(
            """
            { "realms": [ { "name": "a", "roles": [ { "name": "r" } ],
              "auth": { "cookie": {}, "jwt": { "hmac_key": "0123456789abcdef0123456789abcdef" }, "webhook": { "url": "https://a" }, "procedure": { "uri": "b" } } } ] }
            """,
            new Sources.Flags { Sets = [$"{key}={value}"] }));

        Assert.Equal($"--set: {key}: '{value}' is too large: the most is {most}.", told);
    }

    [Theory]
    [InlineData("com.secret.", "com..", true)]
    [InlineData("com.secret.", "com..x", true)]
    [InlineData("com.secret.", "..x", true)]
    [InlineData("com.sec", "com.", true)]
    [InlineData("com.", ".b", true)]
    [InlineData("com.secret.", "com.secret.", false)] // the wildcard says more
    [InlineData("com.", "com..", false)]
    [InlineData("", "com..", false)]
    [InlineData("com.secret.", "com.", false)] // no URI fits both
    [InlineData("com.secret.", "com..open.", true)]
    [InlineData("com.secret.x.", "com..open.", false)]
    public void A_wildcard_that_allows_what_a_closer_prefix_denies_is_warned_of(string prefix, string wildcard, bool isWarned)
    {
        var reading = WrittenFile.Read($$"""
            { "realms": [ { "name": "a", "roles": [ { "name": "anonymous", "permissions": [
              { "uri": "{{prefix}}", "match": "prefix", "allow": { "subscribe": true } },
              { "uri": "{{wildcard}}", "match": "wildcard", "allow": { "subscribe": true, "call": true } } ] } ] } ] }
            """);

        Assert.Empty(reading.Faults);
        Assert.Equal(isWarned ? ["realms.0.roles.0.permissions.1.uri"] : [], reading.Warnings.Select(warning => warning.Path.ToString()));
    }

    [Fact]
    public void A_wildcard_that_allows_no_more_than_the_prefix_is_not_warned_of() => Assert.Empty(WrittenFile.Read("""
        { "realms": [ { "name": "a", "roles": [ { "name": "anonymous", "permissions": [
          { "uri": "com.secret.", "match": "prefix", "allow": { "call": true } },
          { "uri": "com..", "match": "wildcard", "allow": { "call": true } } ] } ] } ] }
        """).Warnings);

    [Theory]
    [InlineData(""" "ticket": {} """, "ticket")]
    [InlineData(""" "ticket": { "users": {} }, "procedure": { "uri": "b", "methods": [ "scram" ] } """, "ticket")]
    [InlineData(""" "ticket": {}, "procedure": { "uri": "b", "methods": [ "ticket" ] } """, null)]
    [InlineData(""" "ticket": { "allow_unencrypted": true }, "jwt": { "hmac_key": "0123456789abcdef0123456789abcdef" } """, null)]
    [InlineData(""" "ticket": {}, "webhook": { "url": "https://a" } """, null)]
    [InlineData(""" "ticket": { "users": { "joe": { "role": "r", "secret": "s" } } } """, null)]
    [InlineData(""" "wampcra": {}, "procedure": { "uri": "b", "methods": [ "ticket" ] } """, "wampcra")]
    [InlineData(""" "wampcra": {}, "procedure": { "uri": "b", "methods": [ "wampcra" ] } """, null)]
    [InlineData(""" "scram": {} """, "scram")]
    [InlineData(""" "scram": {}, "procedure": { "uri": "b", "methods": [ "scram" ] } """, null)]
    [InlineData(""" "cryptosign": {} """, "cryptosign")]
    [InlineData(""" "cryptosign": {}, "procedure": { "uri": "b", "methods": [ "cryptosign" ] } """, null)]
    public void A_method_by_which_nobody_can_join_is_warned_of(string auth, string? warned)
    {
        var reading = WrittenFile.Read($$"""{ "realms": [ { "name": "a", "roles": [ { "name": "r" } ], "auth": { {{auth}} } } ] }""");

        Assert.Empty(reading.Faults);
        Assert.Equal(
            warned is null ? [] : [$"realms.0.auth.{warned}: nobody can join by {warned}: it has no users."],
            reading.Warnings.Select(warning => $"{warning.Path}: {warning.Text}"));
    }

    [Theory]
    [InlineData(""" "cryptosign": { "users": { "joe": { "role": "r", "authorized_keys": [] } } } """, "cryptosign", "authorized_keys")]
    [InlineData(""" "tls": { "users": { "joe": { "role": "r", "fingerprints": [] } } } """, "tls", "fingerprints")]
    public void A_user_that_cannot_join_is_warned_of(string auth, string method, string missing)
    {
        var reading = WrittenFile.Read($$"""{ "realms": [ { "name": "a", "roles": [ { "name": "r" } ], "auth": { {{auth}} } } ] }""");

        Assert.Equal(
            [$"realms.0.auth.{method}.users.joe: joe cannot join: the user has no {missing}."],
            reading.Warnings.Select(warning => $"{warning.Path}: {warning.Text}"));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(""" "role": "r" """, false)]
    public void Certificates_of_which_none_is_known_are_warned_of(string tls, bool isWarned)
    {
        var reading = WrittenFile.Read($$"""{ "realms": [ { "name": "a", "roles": [ { "name": "r" } ], "auth": { "tls": { {{tls}} } } } ] }""");

        Assert.Equal(isWarned ? ["realms.0.auth.tls"] : [], reading.Warnings.Select(warning => warning.Path.ToString()));
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("192.0.2.7", "192.0.2.7/32")]
    [InlineData("2001:db8::1", "2001:db8::1/128")]
    public void A_proxy_is_named_by_its_address_or_its_network(string written, string network)
    {
        var reading = WrittenFile.Read($$"""{ "listeners": [ { "listen": "127.0.0.1:0", "trusted_proxies": [ "{{written}}" ] } ] }""");

        Assert.Empty(reading.Faults);
        Assert.Equal([System.Net.IPNetwork.Parse(network)], reading.Configuration.Listeners[0].TrustedProxies);
    }

    [Theory]
    [InlineData("10")]
    [InlineData("10.8")]
    [InlineData("0x7f.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("010.0.0.0/8")]
    [InlineData("0300.0250.0.0/16")]
    [InlineData("::ffff:10.0.0.0/104")]
    public void A_proxy_is_not_guessed(string written) => Assert.Contains(
        "no network",
        Assert.Single(WrittenFile.FaultsOf($$"""{ "listeners": [ { "listen": "127.0.0.1:0", "trusted_proxies": [ "{{written}}" ] } ] }""")),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "uri": "", "match": "prefix", "allow": { "call": true } }""", true)]
    [InlineData("""{ "uri": "auth.", "match": "prefix", "allow": { "register": true } }, { "uri": "", "match": "prefix", "allow": { "call": true } }""", false)]
    [InlineData("""{ "uri": "auth.who", "allow": { "register": true } }, { "uri": "auth.", "match": "wildcard", "allow": { "call": true } }""", false)]
    [InlineData("""{ "uri": ".who", "match": "wildcard", "allow": { "call": true } }, { "uri": "auth.", "match": "prefix" }""", true)]
    [InlineData("""{ "uri": "auth.who", "allow": { "call": true } }""", true)]
    [InlineData("", false)]
    public void Who_may_ask_the_authenticator_is_warned_of(string rules, bool isWarned)
    {
        var reading = WrittenFile.Read($$"""
            {
              "realms": [
                { "name": "a", "roles": [ { "name": "r" } ], "auth": { "procedure": { "uri": "auth.who", "methods": ["ticket"], "realm": "b" } } },
                { "name": "b", "roles": [ { "name": "admin" }, { "name": "guest", "permissions": [ {{rules}} ] } ], "auth": { "anonymous": { "role": "guest" } } }
              ]
            }
            """);

        Assert.Empty(reading.Faults);
        Assert.Equal(
            isWarned ? ["realms.1.roles.1: guest may call auth.who, which tells the secrets of users: deny that by a rule for this URI."] : [],
            reading.Warnings.Where(warning => warning.Text.Contains("auth.who", StringComparison.Ordinal)).Select(warning => $"{warning.Path}: {warning.Text}"));
    }

    [Fact]
    public void The_hash_of_a_ticket_is_made_by_the_method_ticket() => Assert.EndsWith(
        "write what 'hash-secret --method ticket' prints.",
        Assert.Single(WrittenFile.FaultsOf("""
            { "realms": [ { "name": "a", "roles": [ { "name": "r" } ], "auth": { "ticket": { "users": { "joe": { "role": "r", "hash": "x" } } } } } ] }
            """)),
        StringComparison.Ordinal);

    [Fact]
    public void Port_0_can_be_asked_for_twice() =>
        Assert.Empty(WrittenFile.FaultsOf("""{ "listeners": [ { "listen": "127.0.0.1:0" }, { "listen": "127.0.0.1:0" } ] }"""));

    [Theory]
    [InlineData("0.0.0.0:8080", false, 1)]
    [InlineData("*:8080", false, 1)]
    [InlineData("0.0.0.0:8080", true, 0)]
    [InlineData("127.0.0.1:8080", false, 0)]
    [InlineData("[::1]:8080", false, 0)]
    [InlineData("unix:/tmp/broker", false, 0)]
    public void Everybody_may_join_only_where_that_is_accepted(string address, bool isAccepted, int faults)
    {
        var found = WrittenFile.FaultsOf($$"""{ "listeners": [ { "listen": "{{address}}" } ], "allow_anonymous": {{(isAccepted ? "true" : "false")}} }""");

        Assert.Equal(faults, found.Count);
        Assert.All(found, fault => Assert.Contains($"Everyone who reaches {address} could join realm1 without authentication", fault, StringComparison.Ordinal));
    }

    [Fact]
    public void A_realm_that_authenticates_may_be_reached_from_everywhere()
    {
        Assert.True(ListenAddress.TryParse("0.0.0.0:8080", out var address, out _));
        var configuration = new BrokerConfiguration
        {
            Listeners = [new ListenerSection { Listen = address }],
            Realms = [Realm with { Auth = new AuthSection { Anonymous = new AnonymousSection { Role = "device" } } }],
        };

        Assert.Empty(FaultsOf(configuration));
    }

    [Fact]
    public void Roles_have_different_names() =>
        Assert.Equal(
            "realms.0.roles.1.name: another role of this realm has the name device, too.",
            Assert.Single(FaultsOf(Realm with { Roles = [.. Realm.Roles!, .. Realm.Roles!] })));

    [Fact]
    public void Users_have_roles_that_there_are()
    {
        var auth = new AuthSection
        {
            Anonymous = new AnonymousSection { Role = "guest" },
            Cryptosign = new CryptosignSection
            {
                Users = new Dictionary<string, CryptosignUserSection>
                {
                    ["joe"] = new() { Role = "device", AuthorizedKeys = [] },
                    ["jim@example.com"] = new() { Role = "boss", AuthorizedKeys = [] },
                },
            },
        };

        Assert.Equal(
            [
                "realms.0.auth.anonymous.role: there is no role 'guest' in this realm: it has device.",
                "realms.0.auth.cryptosign.users.\"jim@example.com\".role: there is no role 'boss' in this realm: it has device.",
            ],
            FaultsOf(Realm with { Auth = auth }));
        Assert.Contains("add roles", Assert.Single(FaultsOf(Realm with { Auth = auth, Roles = null })), StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_has_one_secret()
    {
        var secret = new Secret("s");
        var auth = new AuthSection
        {
            Ticket = new TicketSection { Users = new Dictionary<string, TicketUserSection> { ["joe"] = new() { Role = "device" } } },
            Wampcra = new CraSection
            {
                Users = new Dictionary<string, CraUserSection>
                {
                    ["both"] = new() { Role = "device", Secret = secret, Hash = secret },
                    ["right"] = new() { Role = "device", Secret = secret },
                },
            },
            Jwt = new JwtSection(),
        };

        Assert.Equal(
            [
                "realms.0.auth.ticket.users.joe: a user has either secret or hash, and exactly one of them.",
                "realms.0.auth.wampcra.users.both: a user has either secret or hash, and exactly one of them.",
                "realms.0.auth.jwt: no token could be checked: add hmac_key, public_keys, jwks_file or jwks_url.",
            ],
            FaultsOf(Realm with { Auth = auth }));
    }

    [Theory]
    [InlineData("", Uris.MatchPolicy.Prefix, 0)]
    [InlineData("com.example.", Uris.MatchPolicy.Prefix, 0)]
    [InlineData("com..x", Uris.MatchPolicy.Wildcard, 0)]
    [InlineData("", Uris.MatchPolicy.Exact, 1)]
    [InlineData("com..x", Uris.MatchPolicy.Prefix, 1)]
    public void The_empty_prefix_is_a_pattern_for_everything(string uri, Uris.MatchPolicy match, int faults)
    {
        var role = new RoleSection { Name = "device", Permissions = [new PermissionSection { Uri = uri, Match = match }] };

        Assert.Equal(faults, FaultsOf(Realm with { Roles = [role] }).Count);
    }

    private static IEnumerable<(KeyPath Path, Scalar Scalar)> Keys(Shape shape, KeyPath path) => shape switch
    {
        SectionShape section => section.Keys.SelectMany(key => Keys(key.Shape, path[key.Name])),
        ListShape list => Keys(list.Item, path["*"]),
        TableShape table => Keys(table.Item, path["*"]),
        ScalarShape scalar => [(path, scalar.Scalar)],
        _ => [],
    };

    private static List<string> FaultsOf(RealmSection realm)
    {
        Assert.True(ListenAddress.TryParse("127.0.0.1:0", out var address, out _));
        return FaultsOf(new BrokerConfiguration { Listeners = [new ListenerSection { Listen = address }], Realms = [realm] });
    }

    private static List<string> FaultsOf(BrokerConfiguration configuration)
    {
        var faults = new List<string>();
        new ConfigurationRules(configuration, (path, text) => faults.Add($"{path}: {text}"), isOpsChosen: false).Check();
        return faults;
    }
}
