using Broker.Authentication;
using Broker.Hosting;

namespace Broker.Configuration;

/// <summary>What is configured about users is what the router asks, and what cannot work is told when the configuration is read.</summary>
public sealed class AuthMapTests
{
    private const string Key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    private const string Shared = "a shared key of more than 32 octets";

    [Fact]
    public void Each_method_that_is_configured_is_offered_once()
    {
        var hash = ScramCredential.FromPassword("x", ScramParameters.Pbkdf2(10)).ToText();
        var listed = Build($$"""
            "anonymous": { "role": "guest" },
            "ticket": { "users": { "joe": { "role": "device", "secret": "x" }, "ann": { "role": "guest", "hash": "{{hash}}" } } },
            "wampcra": { "users": { "joe": { "role": "device", "secret": "x" } } },
            "scram": { "users": { "joe": { "role": "device", "hash": "{{hash}}" } } },
            "cryptosign": { "users": { "joe": { "role": "device", "authorized_keys": ["{{Key}}"] } }, "router_key": "{{Key}}" },
            "jwt": { "hmac_key": "{{Shared}}" },
            "tls": { "role": "guest", "users": { "joe": { "role": "device", "fingerprints": ["{{Key}}"] } } },
            "cookie": {},
            "procedure": { "uri": "com.example.authenticate", "methods": ["ticket", "wampcra", "scram", "cryptosign"] },
            "webhook": { "url": "https://example.com/judge", "headers": { "Authorization": "Bearer x" } }
            """);

        Assert.Equal(
            ["anonymous", "cookie", "cryptosign", "ticket", "tls", "wamp-scram", "wampcra"], listed.Select(one => one.Method).Order());
    }

    [Fact]
    public void A_procedure_alone_is_enough_for_a_method_and_a_token_for_tickets()
    {
        Assert.Equal(
            ["cryptosign", "wampcra"],
            Build("""  "procedure": { "uri": "com.example.authenticate", "methods": ["wampcra", "cryptosign"] } """).Select(
                one => one.Method).Order());
        Assert.Equal("ticket", Assert.Single(Build($$"""  "jwt": { "hmac_key": "{{Shared}}" } """)).Method);
    }

    [Theory]
    [InlineData("joe", "sesame", "device")]
    [InlineData("joe", "simsim", null)]
    [InlineData("ann", "open up", "guest")]
    [InlineData("ann", "sesame", null)]
    [InlineData("jim", "sesame", null)]
    public async Task Users_have_the_secrets_and_roles_of_the_file(string authId, string ticket, string? role)
    {
        var hash = ScramCredential.FromPassword("open up", ScramParameters.Pbkdf2(10)).ToText();
        var authenticator = Assert.Single(Build($$"""
            "ticket": { "allow_unencrypted": true, "users": { "joe": { "role": "device", "secret": "sesame" }, "ann": { "role": "guest", "hash": "{{hash}}" } } }
            """));
        var request = new AuthenticationRequest { Realm = "a", SessionId = 1, AuthId = authId, Transport = new TransportInfo() };
        Assert.IsType<AuthenticationResult.Challenge>(await authenticator.BeginAsync(request, TestContext.Current.CancellationToken));

        var result = await authenticator.ContinueAsync(
            request, null, new AuthenticationAnswer(ticket, []), TestContext.Current.CancellationToken);

        Assert.Equal(role, (result as AuthenticationResult.Accepted)?.Identity.AuthRole);
    }

    [Theory]
    [InlineData("""  "jwt": { "hmac_key": "short" } """, "realms.0.auth.jwt: The shared key of tokens has 5 octets")]
    [InlineData("""  "jwt": { "public_keys": ["/nowhere/key.pem"] } """, "realms.0.auth.jwt.public_keys.0: the file /nowhere/key.pem does not exist.")]
    [InlineData("""  "jwt": { "public_keys": ["/no\u0000where"] } """, "realms.0.auth.jwt.public_keys.0: the name of a file is missing")]
    [InlineData("""  "jwt": { "jwks_file": "/nowhere/keys.json" } """, "realms.0.auth.jwt: There is no key set '/nowhere/keys.json'.")]
    [InlineData("""  "jwt": { "jwks_url": "http://example.com/keys" } """, "realms.0.auth.jwt: The key set of tokens is at http://example.com/keys")]
    [InlineData("""  "jwt": { "jwks_url": "https://example.com/keys", "claims": { "default_role": "boss" } } """, "realms.0.auth.jwt.claims.default_role: there is no role 'boss'")]
    [InlineData("""  "webhook": { "url": "http://example.com/judge" } """, "realms.0.auth.webhook: Tickets would be readable")]
    [InlineData("""  "webhook": { "url": "https://example.com/judge", "headers": { "A B": "x" } } """, "realms.0.auth.webhook: The field A B")]
    [InlineData("""  "ticket": { "users": { "IX": { "role": "guest", "secret": "x" }, "\u2168": { "role": "guest", "secret": "x" } } } """, "realms.0.auth.ticket: There are two users 'IX'")]
    [InlineData("""  "ticket": { "users": { "joe": { "role": "guest", "hash": "scram-argon2id13$1$8$AAAAAAAAAAA=$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" } } } """, "realms.0.auth.ticket.users.joe.hash: The value is no hash of a ticket: write what 'hash-secret --method ticket' prints")]
    [InlineData("""  "procedure": { "uri": "com.example.authenticate", "methods": ["tls"] } """, "realms.0.auth.procedure.methods.0: ")]
    [InlineData("""  "anonymous": { "role": "guest" }, "cookie": { "keys": "/dev/null/keys" } """, "realms.0.auth.cookie: ")]
    public void What_cannot_work_is_told_with_its_key(string auth, string fault)
    {
        var told = Assert.Single(WrittenFile.FaultsOf(Configuration(auth)));

        Assert.Contains(fault, told, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_makes_no_folder_for_the_keys_of_cookies_and_running_does()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"broker-{Guid.NewGuid():N}", "keys");
        var reading = WrittenFile.Read(Configuration($$"""  "anonymous": { "role": "guest" }, "cookie": { "keys": "{{folder}}" } """));
        Assert.Empty(reading.Faults);
        Assert.False(Directory.Exists(folder));

        OptionsMap.Apply(reading.Configuration, new WampRouterOptions());

        Assert.True(Directory.Exists(folder));
        Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
    }

    [Fact]
    public void A_certificate_is_called_like_no_user_of_another_method()
    {
        var tls = Assert.IsType<ClientCertificateAuthenticator>(Build($$"""
            "ticket": { "users": { "ann": { "role": "device", "secret": "x" } } },
            "wampcra": { "users": { "bob": { "role": "device", "secret": "x" } } },
            "cryptosign": { "users": { "eve": { "role": "device", "authorized_keys": ["{{Key}}"] } } },
            "tls": { "role": "guest", "users": { "joe": { "role": "device", "fingerprints": ["{{Key}}"] } } }
            """).Single(one => one.Method == "tls"));

        Assert.Equal(["ann", "bob", "eve"], tls.Reserved.Order());
    }

    [Fact]
    public void Certificates_that_no_listener_asks_for_are_a_fault() => Assert.Contains(
        "realms.0.auth.tls: no listener asks clients for a certificate",
        Assert.Single(WrittenFile.FaultsOf(
            """{ "realms": [ { "name": "a", "roles": [ { "name": "guest" } ], "auth": { "tls": { "role": "guest" } } } ] }""")),
        StringComparison.Ordinal);

    [Fact]
    public void Limits_of_failures_are_mapped()
    {
        var options = Map("""
            { "limits": { "failed_logins_per_address": 1, "failed_logins_per_address_and_authid": 2, "failed_logins_per_authid": 3, "failed_logins_window": "4s" } }
            """);

        Assert.Equal(new AttemptLimits { PerAddress = 1, PerAddressAndAuthId = 2, PerAuthId = 3, Window = TimeSpan.FromSeconds(4) },
            options.AttemptLimits);
    }

    private static string Configuration(string auth) => $$"""
        {
          "listeners": [ { "listen": "127.0.0.1:0", "tls": { "cert": "c", "key": "k", "client_auth": "optional" } } ],
          "realms": [ { "name": "a", "roles": [ { "name": "guest" }, { "name": "device" } ], "auth": { {{auth}} } } ]
        }
        """;

    private static IReadOnlyList<IWampAuthenticator> Build(string auth) => Map(Configuration(auth)).Authenticators["a"];

    private static WampRouterOptions Map(string json)
    {
        var reading = WrittenFile.Read(json);
        Assert.Empty(reading.Faults);
        var options = new WampRouterOptions();
        OptionsMap.Apply(reading.Configuration, options);
        return options;
    }
}
