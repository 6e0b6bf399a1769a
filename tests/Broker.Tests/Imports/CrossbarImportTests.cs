using System.Text;
using System.Text.Json;

namespace Broker.Configuration.Imports;

/// <summary>A configuration of Crossbar.io becomes ours; what differs and what was left out is told.</summary>
public sealed class CrossbarImportTests
{
    private const string Node = """
        {
          "$schema": "https://raw.githubusercontent.com/crossbario/crossbar/master/crossbar.json",
          "version": 2,
          "controller": {},
          "workers": [
            {
              "type": "router",
              "options": { "pythonpath": [".."] },
              "realms": [
                {
                  "name": "realm1",
                  "options": { "uri_check": "strict", "enable_meta_api": false, "event_dispatching_chunk_size": 50 },
                  "store": { "type": "memory", "event-history": [ { "uri": "com.example.counter", "limit": 100 } ] },
                  "roles": [
                    {
                      "name": "anonymous",
                      "permissions": [
                        {
                          "uri": "com.example.",
                          "match": "prefix",
                          "allow": { "call": true, "register": false, "publish": false, "subscribe": true },
                          "disclose": { "caller": true, "publisher": false },
                          "cache": true,
                          "validate": { "call": "schema" }
                        },
                        { "uri": "com.old.*", "publish": true, "subscribe": false }
                      ]
                    },
                    { "name": "frontend", "authorizer": "com.example.authorize" }
                  ]
                }
              ],
              "transports": [
                {
                  "type": "web",
                  "endpoint": {
                    "type": "tcp",
                    "port": 8080,
                    "backlog": 1024,
                    "tls": { "certificate": "server.crt", "key": "server.key", "ca_certificates": ["ca.crt"], "ciphers": "X" }
                  },
                  "paths": {
                    "/": { "type": "static", "directory": ".." },
                    "ws": {
                      "type": "websocket",
                      "serializers": ["json"],
                      "options": {
                        "allowed_origins": ["https://*.example.com"],
                        "max_message_size": 1048576,
                        "auto_ping_interval": 10000,
                        "auto_ping_timeout": 5000,
                        "open_handshake_timeout": 2500,
                        "close_handshake_timeout": 1000,
                        "fail_by_drop": true
                      },
                      "auth": {
                        "anonymous": { "type": "static", "role": "anonymous" },
                        "ticket": { "type": "static", "principals": { "joe": { "ticket": "ticket-of-joe", "role": "frontend" }, "lost": { "ticket": "t", "role": "nobody" } } },
                        "wampcra": {
                          "type": "static",
                          "users": {
                            "plain": { "secret": "s", "role": "frontend" },
                            "salted": { "secret": "AAAAAAAAAAAAAAAAAAAAAA==", "salt": "salt123", "iterations": 100, "keylen": 16, "role": "frontend" }
                          }
                        },
                        "scram": {
                          "type": "static",
                          "principals": {
                            "carol": {
                              "kdf": "pbkdf2", "iterations": 4096, "salt": "c2FsdA==", "role": "frontend",
                              "stored-key": "0000000000000000000000000000000000000000000000000000000000000000",
                              "server-key": "1111111111111111111111111111111111111111111111111111111111111111"
                            },
                            "argon": { "kdf": "argon2id-13", "iterations": 4096, "memory": 512, "salt": "c2FsdA==", "role": "frontend" }
                          }
                        },
                        "cryptosign": {
                          "type": "static",
                          "principals": {
                            "client01": { "realm": "realm1", "role": "frontend", "authorized_keys": ["545efb0a2192db8d43f118e9bf9aee081466e1ef36c708b96ee6f62dddad9122"] }
                          }
                        },
                        "cookie": {}
                      }
                    }
                  }
                },
                { "type": "rawsocket", "endpoint": { "type": "unix", "path": "/tmp/sock" }, "serializers": ["cbor"], "auth": { "ticket": { "type": "dynamic", "authenticator": "com.example.authenticate" } } },
                { "type": "stream", "endpoint": { "type": "tcp", "port": 1 } }
              ]
            },
            { "type": "container", "components": [] }
          ]
        }
        """;

    private readonly CrossbarImport _import = CrossbarImport.Read("config.json", Encoding.UTF8.GetBytes(Node));

    [Fact]
    public void Realms_roles_and_permissions_keep_their_meaning()
    {
        AssertJson(
            """
            [
              {
                "uri": "com.example.", "match": "prefix", "allow": { "call": true, "subscribe": true },
                "disclose": { "caller": true, "publisher": false }, "cache": true
              },
              { "uri": "com.old.", "match": "prefix", "allow": { "publish": true } }
            ]
            """,
            "realms", "0", "roles", "0", "permissions");
        AssertJson("""{ "name": "frontend", "authorizer": "com.example.authorize" }""", "realms", "0", "roles", "1");
        AssertJson("\"strict\"", "realms", "0", "uri_rules");
        AssertJson("false", "realms", "0", "meta_api");
        AssertJson("""{ "in_seconds": true }""", "realms", "0", "call_timeout");
        AssertJson("""[ { "uri": "com.example.counter", "max_events": 100 } ]""", "realms", "0", "history");
    }

    [Fact]
    public void Transports_become_listeners_and_their_options_limits()
    {
        AssertJson(
            """
            [
              {
                "listen": "0.0.0.0:8080",
                "tls": { "cert": "server.crt", "key": "server.key", "client_ca": "ca.crt", "client_auth": "required" },
                "path": "/ws",
                "origins": ["https://*.example.com"]
              },
              { "listen": "unix:/tmp/sock" }
            ]
            """,
            "listeners");
        AssertJson("""{ "message_size": "1MiB", "handshake_timeout": "2500ms" }""", "limits");
        AssertJson("""{ "interval": "10s", "timeout": "5s" }""", "keep_alive");
        AssertJson("\"1s\"", "close_timeout");
    }

    [Fact]
    public void Users_come_to_the_realms_that_have_their_roles()
    {
        AssertJson(
            """
            {
              "anonymous": { "role": "anonymous" },
              "procedure": { "uri": "com.example.authenticate", "methods": ["ticket"] },
              "ticket": { "users": { "joe": { "role": "frontend", "secret": "ticket-of-joe" } } },
              "wampcra": {
                "users": {
                  "plain": { "role": "frontend", "secret": "s" },
                  "salted": { "role": "frontend", "hash": "wampcra$100$16$salt123$AAAAAAAAAAAAAAAAAAAAAA==" }
                }
              },
              "scram": {
                "users": {
                  "carol": {
                    "role": "frontend",
                    "hash": "scram-sha256$4096$c2FsdA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=$ERERERERERERERERERERERERERERERERERERERERERE="
                  }
                }
              },
              "cryptosign": {
                "users": { "client01": { "role": "frontend", "authorized_keys": ["545efb0a2192db8d43f118e9bf9aee081466e1ef36c708b96ee6f62dddad9122"] } }
              }
            }
            """,
            "realms", "0", "auth");
    }

    [Theory]
    [InlineData("config.controller: was left out.")]
    [InlineData("config.workers[1]: a worker of type container was left out")]
    [InlineData("config.workers[0].options: was left out.")]
    [InlineData("config.workers[0].realms[0].options.event_dispatching_chunk_size: was left out.")]
    [InlineData("config.workers[0].realms[0].roles[0].permissions[0].validate: was left out.")]
    [InlineData("config.workers[0].transports[0].endpoint.backlog: was left out.")]
    [InlineData("config.workers[0].transports[0].endpoint.tls.ciphers: was left out.")]
    [InlineData("config.workers[0].transports[0].paths./: static was left out")]
    [InlineData("config.workers[0].transports[0].paths.ws.options.fail_by_drop: was left out.")]
    [InlineData("config.workers[0].transports[0].paths.ws.auth.cookie: cookie was left out")]
    [InlineData("config.workers[0].transports[0].paths.ws.auth.ticket.principals.joe: the secret stands in the result as it is")]
    [InlineData("config.workers[0].transports[0].paths.ws.auth.ticket.principals.lost: was left out: no realm has the role nobody.")]
    [InlineData("config.workers[0].transports[0].paths.ws.auth.scram.principals.argon: Crossbar.io's own way to use argon2 fits no other router")]
    [InlineData("config.workers[0].transports[2]: a transport of type stream was left out.")]
    [InlineData("Differs: meta procedures (wamp.*) need permission")]
    [InlineData("Differs: timeout of CALL counts milliseconds, but in these realms seconds")]
    public void What_differs_or_was_left_out_is_told(string note) => Assert.Contains(_import.Notes, told => told.StartsWith(note, StringComparison.Ordinal));

    [Fact]
    public void No_secret_is_told() => Assert.DoesNotContain(_import.Notes, note => note.Contains("ticket-of-joe", StringComparison.Ordinal));

    [Fact]
    public void The_result_has_no_other_faults_than_those_told()
    {
        var faults = WrittenFile.FaultsOf(_import.Text);

        Assert.Equal(faults.Count, _import.Notes.Count(note => note.StartsWith("To be mended in the result: ", StringComparison.Ordinal)));
        Assert.All(faults, fault => Assert.Contains("is not supported by this build yet", fault, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_two_values_for_one_limit_the_first_is_kept_and_the_other_told()
    {
        var import = CrossbarImport.Read("config.json", """
            { "workers": [ { "type": "router", "realms": [ { "name": "a", "roles": [] } ], "transports": [
              { "type": "rawsocket", "endpoint": { "type": "tcp", "port": 1, "interface": "127.0.0.1" }, "max_message_size": 1024 },
              { "type": "universal", "endpoint": { "type": "tcp", "port": 2, "interface": "127.0.0.1" },
                "rawsocket": { "max_message_size": 2048 },
                "websocket": { "ws": { "type": "websocket" }, "ws2": { "type": "websocket" } },
                "web": { "paths": { "deep": { "type": "path", "paths": { "ws3": { "type": "websocket" } } } } } } ] } ] }
            """u8.ToArray());

        using var result = JsonDocument.Parse(import.Text);
        Assert.Equal("1KiB", result.RootElement.GetProperty("limits").GetProperty("message_size").GetString());
        Assert.Equal("/ws", result.RootElement.GetProperty("listeners")[1].GetProperty("path").GetString());
        Assert.Contains(import.Notes, note => note.EndsWith("the router has one limits.message_size: 1KiB was kept, 2KiB left out.", StringComparison.Ordinal));
        Assert.Contains(import.Notes, note => note.EndsWith("a listener has one path here: clients of /ws2 use /ws.", StringComparison.Ordinal));
        Assert.Contains(import.Notes, note => note.EndsWith("a listener has one path here: clients of /deep/ws3 use /ws.", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_two_procedures_that_know_users_the_first_is_kept_and_the_other_told()
    {
        var import = Import("""
            { "type": "rawsocket", "endpoint": { "type": "tcp", "port": 1, "interface": "127.0.0.1" }, "auth": {
              "ticket": { "type": "dynamic", "authenticator": "com.a" }, "wampcra": { "type": "dynamic", "authenticator": "com.b" },
              "cryptosign": { "type": "dynamic", "authenticator": "com.a" } } }
            """);

        AssertJson(import, """{ "procedure": { "uri": "com.a", "methods": ["ticket", "cryptosign"] } }""", "realms", "0", "auth");
        Assert.Contains(import.Notes, note => note.EndsWith(
            "auth.wampcra: was left out: a realm has one procedure that knows users, and com.a was kept, not com.b.", StringComparison.Ordinal));
        Assert.DoesNotContain(import.Notes, note => note.Contains("wampcra: the procedure", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_transports_that_give_anonymous_sessions_different_roles_none_decides()
    {
        var import = Import("""
            { "type": "rawsocket", "endpoint": { "type": "unix", "path": "/tmp/a" }, "auth": { "anonymous": { "type": "static", "role": "trusted" } } },
            { "type": "rawsocket", "endpoint": { "type": "tcp", "port": 1, "interface": "127.0.0.1" }, "auth": {
              "anonymous": { "type": "static", "role": "guest" }, "ticket": { "type": "static", "principals": { "joe": { "ticket": "t", "role": "guest" } } } } }
            """);

        AssertJson(import, """{ "ticket": { "users": { "joe": { "role": "guest", "secret": "t" } } } }""", "realms", "0", "auth");
        foreach (var (transport, role) in new[] { (0, "trusted"), (1, "guest") })
        {
            Assert.Contains(import.Notes, note => note.StartsWith(
                $"config.workers[0].transports[{transport}].auth.anonymous: was left out: other transports give anonymous sessions another role than {role}",
                StringComparison.Ordinal));
        }
    }

    [Fact]
    public void What_only_a_private_transport_gave_anonymous_sessions_is_told()
    {
        var import = Import("""
            { "type": "rawsocket", "endpoint": { "type": "unix", "path": "/tmp/a" }, "auth": { "anonymous": { "type": "static", "role": "trusted" } } },
            { "type": "rawsocket", "endpoint": { "type": "tcp", "port": 1, "interface": "127.0.0.1" } }
            """);

        AssertJson(import, """{ "anonymous": { "role": "trusted" } }""", "realms", "0", "auth");
        Assert.Contains(import.Notes, note => note.Contains("anonymous sessions of the realm realm1 get the role trusted at every listener here", StringComparison.Ordinal));
        Assert.Contains(import.Notes, note => note.StartsWith(
            "config.workers[0].transports[1].auth: Crossbar.io takes anonymous sessions where there is no auth", StringComparison.Ordinal));
    }

    [Fact]
    public void Texts_mean_the_same_where_something_would_be_filled_in()
    {
        var import = Import("""
            { "type": "rawsocket", "endpoint": { "type": "tcp", "port": 1, "interface": "127.0.0.1" }, "auth": {
              "ticket": { "type": "static", "principals": { "joe": { "ticket": "a${b}$${c}", "role": "guest" } } } } }
            """);
        using var file = new WrittenFile(import.Text);

        Assert.Equal("a${b}$${c}", file.Read().Configuration.Realms[0].Auth!.Ticket!.Users["joe"].Secret!.Reveal());
        Assert.Contains(import.Notes, note => note.StartsWith("Texts with ${ stand in the result as they were", StringComparison.Ordinal));
    }

    [Fact]
    public void Who_belongs_to_a_realm_that_is_not_there_is_told()
    {
        var import = Import("""
            { "type": "rawsocket", "endpoint": { "type": "tcp", "port": 1, "interface": "127.0.0.1" }, "auth": {
              "anonymous": { "type": "static", "role": "none" },
              "ticket": { "type": "static", "principals": { "joe": { "ticket": "t", "role": "guest", "realm": "other" } } } } }
            """);

        Assert.Contains(import.Notes, note => note.EndsWith("joe: was left out: there is no realm other that has the role guest.", StringComparison.Ordinal));
        Assert.Contains(import.Notes, note => note.EndsWith("anonymous: was left out: no realm has the role none.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{ "workers": [], "workers": [] }""", "config.json is no JSON, or has a key twice")]
    [InlineData("{", "config.json is no JSON")]
    [InlineData("""{ "workers": [ { "type": "\ud800" } ] }""", "config.json is no JSON")]
    [InlineData("""{ "workers": [ { "\ud800": 1 } ] }""", "config.json is no JSON")]
    [InlineData("\ufeff{}", "config.json has no worker of type router.")]
    [InlineData("""{ "workers": [ { "type": "router", "realms": [ { "name": "a", "store": { "event-history": [ { "uri": "b", "limit": 1e400 } ] } } ] } ] }""", "config.workers[0].realms[0].store.event-history[0].limit: was left out, for it is no whole number that can be used.")]
    [InlineData("[]", "config.json has no worker of type router.")]
    [InlineData("{}", "config.json has no worker of type router.")]
    [InlineData("""{ "workers": [ 5, null, { "type": "router", "realms": 7, "transports": [ { "type": [], "endpoint": { "type": "tcp", "port": "x" } } ] } ] }""", "")]
    public void What_is_no_configuration_is_told(string text, string note)
    {
        var import = CrossbarImport.Read("config.json", Encoding.UTF8.GetBytes(text));

        Assert.Contains(import.Notes, told => told.StartsWith(note, StringComparison.Ordinal));
    }

    /// <summary>A router of one realm, which has the roles guest and trusted, and of these transports.</summary>
    private static CrossbarImport Import(string transports) => CrossbarImport.Read("config.json", Encoding.UTF8.GetBytes($$"""
        { "workers": [ { "type": "router", "realms": [ { "name": "realm1", "roles": [ { "name": "guest" }, { "name": "trusted" } ] } ],
          "transports": [ {{transports}} ] } ] }
        """));

    private void AssertJson(string expected, params string[] path) => AssertJson(_import, expected, path);

    private static void AssertJson(CrossbarImport import, string expected, params string[] path)
    {
        using var document = JsonDocument.Parse(import.Text);
        var element = document.RootElement;
        foreach (var name in path)
        {
            element = element.ValueKind == JsonValueKind.Array ? element[int.Parse(name)] : element.GetProperty(name);
        }

        using var wanted = JsonDocument.Parse(expected);
        Assert.True(JsonElement.DeepEquals(wanted.RootElement, element), element.ToString());
    }
}
