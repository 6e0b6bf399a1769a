using Broker.Authentication;
using Broker.Authorization;
using Broker.Hosting;
using Broker.Limits;
using Broker.Options;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Configuration;

/// <summary>What is configured reaches the router.</summary>
public sealed class OptionsMapTests
{
    [Fact]
    public void Without_configuration_the_router_has_its_own_defaults()
    {
        var options = Map("{}");

        Assert.Equivalent(new RealmOptions(), Assert.Single(options.Realms).Value);
        options.Realms.Clear();
        options.Listeners.Clear();
        Assert.Equivalent(new WampRouterOptions(), options);
    }

    [Fact]
    public void Every_key_of_the_router_is_mapped()
    {
        var options = Map("""
            {
              "listeners": [ { "listen": "127.0.0.1:0", "origins": ["*"], "hosts": ["*.example.com"] }, { "listen": "127.0.0.1:0" } ],
              "allow_anonymous": true,
              "limits": {
                "connections": 11, "connections_per_address": 12, "connections_per_authid": 13, "connection_rate": 14,
                "handshake_timeout": "1s", "hello_timeout": "2s", "authentication_timeout": "6s",
                "message_size": "1KiB", "nesting": 9, "uri_length": 99, "outbound": "64KiB", "outbound_total": "1MiB"
              },
              "keep_alive": { "interval": "3s", "timeout": "4s", "raw_sockets": true },
              "authorizer": { "timeout": "1s", "allowed_for": "7s", "denied_for": "8s", "max_remembered": 9 },
              "close_timeout": "5s",
              "realms": [ { "name": "a" } ]
            }
            """);

        Assert.Equal(["*"], options.Listeners[OptionsMap.ListenerName(0)].AllowedOrigins);
        Assert.Equal([], options.Listeners[OptionsMap.ListenerName(1)].AllowedOrigins);
        Assert.Equal(["*.example.com"], options.Listeners[OptionsMap.ListenerName(0)].AllowedHosts);
        Assert.True(options.AllowAnonymousFromAnywhere);
        Assert.Equal((1, 2, 3), (Seconds(options.HandshakeTimeout), Seconds(options.HelloTimeout), Seconds(options.KeepAliveInterval)));
        Assert.Equal((4, 5, 6), (Seconds(options.KeepAliveTimeout), Seconds(options.CloseTimeout), Seconds(options.AuthenticationTimeout)));
        Assert.Equal(new ConnectionLimits { Total = 11, PerAddress = 12, PerAuthId = 13, PerSecond = 14 }, options.ConnectionLimits);
        Assert.Equal((1024, 65_536, 1_048_576), (options.MaxMessageSize, options.MaxOutboundBytes, options.MaxOutboundBytesTotal));
        Assert.Equal(new DecodeLimits(MaxDepth: 9, MaxUriLength: 99), options.DecodeLimits);
        Assert.Equal(
            new AuthorizerOptions
            {
                Timeout = TimeSpan.FromSeconds(1), AllowedFor = TimeSpan.FromSeconds(7), DeniedFor = TimeSpan.FromSeconds(8), MaxRemembered = 9,
            },
            options.Authorizer);
        Assert.True(options.PingRawSockets);
        Assert.Equal("a", Assert.Single(options.Realms).Key);
    }

    [Fact]
    public void Every_key_of_a_realm_is_mapped()
    {
        var realm = Assert.Single(Map("""
            {
              "limits": { "uri_length": 99, "subscriptions": 13, "registrations": 14, "pending_calls": 15 },
              "realms": [ {
                "name": "a",
                "roles": [ {
                  "name": "device",
                  "rate": { "messages": 21, "bytes": "22B", "burst": 23 },
                  "permissions": [
                    { "uri": "e", "allow": { "call": true, "register": true, "publish": true, "subscribe": true } },
                    { "uri": "", "match": "prefix", "disclose": { "caller": true, "publisher": true }, "cache": true }
                  ]
                } ],
                "auth": { "anonymous": { "role": "device" } },
                "call_timeout": { "default": "1s", "max": "2s", "in_seconds": true },
                "queued_calls": 3,
                "slow_consumer": { "policy": "drop_oldest" },
                "uri_rules": "strict",
                "meta_api": false,
                "allow_meta_kill": true,
                "disclose": { "caller": "always", "publisher": "never" },
                "trust_levels": {
                  "calls": [ { "uri": "b.", "match": "prefix", "role": "device", "level": 4 } ],
                  "publications": [ { "uri": "c" }, { "uri": "", "match": "prefix" } ]
                },
                "history": [ { "uri": "d..e", "match": "wildcard", "max_events": 5, "max_bytes": "6B", "max_age": "7s" } ],
                "retention": { "max_events": 8, "max_bytes": "9B", "max_event": "7B", "max_age": "10s" },
                "testaments": { "max_count": 11, "max_bytes": "12B" }
              } ]
            }
            """).Realms).Value;

        var expected = new RealmOptions
        {
            Roles =
            [
                new RoleOptions
                {
                    Name = "device",
                    Rate = new RateLimit { Messages = 21, Bytes = 22, Burst = 23 },
                    Permissions =
                    [
                        new PermissionRule { Uri = "e", AllowCall = true, AllowRegister = true, AllowPublish = true, AllowSubscribe = true },
                        new PermissionRule { Uri = "", Match = MatchPolicy.Prefix, DiscloseCaller = true, DisclosePublisher = true, Cache = true },
                    ],
                },
            ],
            SessionLimits = new SessionLimits { Subscriptions = 13, Registrations = 14, PendingCalls = 15 },
            UriRules = new UriRules(IsStrict: true, MaxLength: 99),
            DiscloseCaller = DisclosePolicy.Always,
            DisclosePublisher = DisclosePolicy.Never,
            CallTrustLevels = [new TrustLevelRule { Uri = "b.", Match = MatchPolicy.Prefix, AuthRole = "device", Level = 4 }],
            PublicationTrustLevels = [new TrustLevelRule { Uri = "c" }, new TrustLevelRule { Uri = "", Match = MatchPolicy.Prefix }],
            DefaultCallTimeout = TimeSpan.FromSeconds(1),
            MaxCallTimeout = TimeSpan.FromSeconds(2),
            TimeoutsInSeconds = true,
            MaxQueuedCalls = 3,
            SlowConsumer = SlowConsumerPolicy.DropOldest,
            MetaApi = false,
            AllowMetaKill = true,
            MaxTestaments = 11,
            MaxTestamentBytes = 12,
            Retention = new RetentionOptions { MaxEvents = 8, MaxBytes = 9, MaxEventBytes = 7, MaxAge = TimeSpan.FromSeconds(10) },
            History = [new HistoryRule { Uri = "d..e", Match = MatchPolicy.Wildcard, MaxEvents = 5, MaxBytes = 6, MaxAge = TimeSpan.FromSeconds(7) }],
        };
        Assert.Equivalent(expected, realm, strict: true);
    }

    [Fact]
    public void A_realm_that_authenticates_offers_the_methods_configured_and_no_others()
    {
        var options = Map("""
            {
              "realms": [
                { "name": "a", "roles": [ { "name": "r" } ], "auth": { "anonymous": { "role": "r" } } },
                { "name": "b", "roles": [ { "name": "r" } ], "auth": { "ticket": {} } },
                { "name": "c" }
              ]
            }
            """);

        Assert.IsType<AnonymousAuthenticator>(Assert.Single(options.Authenticators["a"]));
        Assert.IsType<TicketAuthenticator>(Assert.Single(options.Authenticators["b"]));
        Assert.DoesNotContain("c", options.Authenticators.Keys);
    }

    [Fact]
    public void Procedures_that_say_who_users_are_are_known_to_the_realm_in_which_they_are()
    {
        var options = Map("""
            {
              "realms": [
                { "name": "a", "roles": [ { "name": "r" } ], "auth": { "procedure": { "uri": "com.own", "methods": ["ticket"] } } },
                { "name": "b", "roles": [ { "name": "r" } ], "auth": { "procedure": { "uri": "com.of_b", "methods": ["ticket"], "realm": "a" } } }
              ]
            }
            """);

        Assert.Equal(["com.own", "com.of_b"], options.Realms["a"].DecidingProcedures);
        Assert.Empty(options.Realms["b"].DecidingProcedures);
    }

    private static WampRouterOptions Map(string json)
    {
        var reading = WrittenFile.Read(json);
        Assert.Empty(reading.Faults);
        var options = new WampRouterOptions();
        OptionsMap.Apply(reading.Configuration, options);
        return options;
    }

    private static double Seconds(TimeSpan time) => time.TotalSeconds;
}
