using Broker.Authentication;
using Broker.Client;
using Broker.Client.Authentication;
using Broker.Serialization;

namespace Broker.EndToEnd;

/// <summary>Users of the configuration file log in to the program.</summary>
public sealed class ConfiguredLoginTests
{
    [Fact]
    [Trait("wamp", "TIC-04")]
    [Trait("wamp", "CRA-06")]
    [Trait("wamp", "SCR-06")]
    [Trait("wamp", "CRY-05")]
    [Trait("wamp", "CRY-07")]
    public async Task Each_method_of_the_file_lets_its_users_in_and_nobody_else()
    {
        var publicKey = Convert.ToHexStringLower(Ed25519.PublicKeyOf(Convert.FromHexString(LoginUsers.JoesKey)));
        var routerKey = Convert.ToHexStringLower(Ed25519.PublicKeyOf(Convert.FromHexString(LoginUsers.RouterKey)));
        var scram = ScramCredential.FromPassword("sesame", ScramParameters.Pbkdf2(4096)).ToText();
        await using var router = await ConfiguredRouter.StartAsync($$"""
            {
              "listeners": [ { "listen": "127.0.0.1:0" } ],
              "ops": { "listen": "127.0.0.1:0" },
              "limits": { "failed_logins_per_address_and_authid": 2 },
              "realms": [ {
                "name": "realm1",
                "roles": [ { "name": "device", "permissions": [ { "uri": "com.example.", "match": "prefix", "allow": { "call": true } } ] } ],
                "auth": {
                  "ticket": { "users": { "joe": { "role": "device", "secret": "sesame" }, "ann": { "role": "device", "hash": "{{scram}}" } } },
                  "wampcra": { "users": { "joe": { "role": "device", "hash": "{{CraCredential.FromSecret("sesame", 100).ToText()}}" } } },
                  "scram": { "users": { "joe": { "role": "device", "hash": "{{scram}}" } } },
                  "cryptosign": { "users": { "joe": { "role": "device", "authorized_keys": ["{{publicKey}}"] } }, "router_key": "{{LoginUsers.RouterKey}}" }
                }
              } ]
            }
            """);
        foreach (var way in (IWampClientAuthenticator[])
            [
                new Client.Authentication.TicketAuthenticator("joe", "sesame"),
                new Client.Authentication.TicketAuthenticator("ann", "sesame"),
                new Client.Authentication.CraAuthenticator("joe", "sesame"),
                new Client.Authentication.ScramAuthenticator("joe", "sesame"),
                new Client.Authentication.CryptosignAuthenticator(LoginUsers.JoesKey) { RouterKeys = [routerKey] },
            ])
        {
            await using var client = await ConnectAsync(router, way);
            Assert.Equal(
                (way.AuthId ?? "joe", "device", way.Method), (client.Session.AuthId, client.Session.AuthRole, client.Session.AuthMethod));
        }

        for (var i = 0; i < 3; i++)
        {
            var refused = await Assert.ThrowsAnyAsync<WampException>(() => ConnectAsync(
                router, new Client.Authentication.TicketAuthenticator("jim", "sesame")));
            Assert.Equal("wamp.error.authentication_denied", refused.Uri);
            Assert.Equal(i == 2, refused.Message.Contains("try again in 60 s", StringComparison.Ordinal));
        }

        Assert.Equal(
            "wamp.error.no_matching_auth_method",
            (await Assert.ThrowsAnyAsync<WampException>(() => ConnectAsync(router, null))).Uri);
    }

    [Fact]
    [Trait("wamp", "SES-31")]
    public async Task A_user_whom_a_reload_removes_is_told_and_cannot_come_back()
    {
        const string Ann = """ "ann": { "role": "device", "secret": "open up" } """;
        const string Joe = """, "joe": { "role": "device", "secret": "sesame" } """;
        static string Configuration(string users) => $$"""
            {
              "listeners": [ { "listen": "127.0.0.1:0" } ],
              "ops": { "listen": "127.0.0.1:0" },
              "realms": [ {
                "name": "realm1",
                "roles": [ { "name": "device", "permissions": [ { "uri": "com.example.", "match": "prefix", "allow": { "publish": true } } ] } ],
                "auth": { "ticket": { "users": { {{users}} } } }
              } ]
            }
            """;
        await using var router = await ConfiguredRouter.StartAsync(Configuration(Ann + Joe));
        await using var ann = await ConnectAsync(router, new Client.Authentication.TicketAuthenticator("ann", "open up"));
        await using var joe = await ConnectAsync(router, new Client.Authentication.TicketAuthenticator("joe", "sesame"));

        await router.ReloadAsync(Configuration(Ann));

        Assert.Equal("wamp.error.authentication_required", (await joe.Completion.Soon()).Uri);
        await ann.PublishAcknowledgedAsync("com.example.topic", [1]).Soon();
        var refused = await Assert.ThrowsAnyAsync<WampException>(() => ConnectAsync(
            router, new Client.Authentication.TicketAuthenticator("joe", "sesame")));
        Assert.Equal("wamp.error.authentication_denied", refused.Uri);
    }

    private static Task<WampClient> ConnectAsync(ConfiguredRouter router, IWampClientAuthenticator? way) =>
        WampClient.ConnectAsync(new WampClientOptions
        {
            Url = new Uri(router.Url),
            Realm = RouterProcess.Realm,
            Serializer = SerializerKind.Json,
            Authenticators = way is null ? [] : [way],
        }).Soon();
}
