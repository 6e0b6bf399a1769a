using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Broker.Authentication;
using Broker.Configuration.Sources;
using Broker.Hosting;
using Broker.Peers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Broker.Configuration.Reloads;

/// <summary>The keys of JSON Web Tokens lie in files of their own, and elsewhere.</summary>
public sealed class TokenKeyReloadTests : IDisposable
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly RSA _next = RSA.Create(2048);
    private readonly ManualTimeProvider _clock = new();
    private readonly WrittenFile _file = new("{}");
    private ServiceProvider? _services;
    private ConfigurationReload? _reload;
    private FileWatch? _watch;

    [Fact]
    public async Task Another_public_key_in_the_same_file_counts_as_soon_as_it_is_noticed()
    {
        var path = _file.Beside("key.pem", _key.ExportSubjectPublicKeyInfoPem());
        Run($$"""  "public_keys": ["{{path}}"] """);
        Assert.Equal((true, false), (await TakesAsync(_key), await TakesAsync(_next)));

        _file.Beside("key.pem", _next.ExportSubjectPublicKeyInfoPem());
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal((false, true), (await TakesAsync(_key), await TakesAsync(_next)));
    }

    [Fact]
    public async Task A_key_set_that_was_read_outlives_a_reload_while_it_cannot_be_read_again()
    {
        var path = _file.Beside("keys.json", KeySet(_key));
        Run($$"""  "jwks_file": "{{path}}" """);
        Assert.True(await TakesAsync(_key));

        _file.Beside("keys.json", "no key set");
        Write($$"""  "jwks_file": "{{path}}", "clock_skew": "10s" """, """ "log": { "level": "warning" }, """);
        _reload!.Reload();

        Assert.Equal(TimeSpan.FromSeconds(7), _services!.GetRequiredService<WampRouter>().Options.CloseTimeout);
        Assert.True(await TakesAsync(_key));
    }

    [Fact]
    public void A_key_set_that_was_missing_is_taken_when_it_comes()
    {
        Run($$"""  "hmac_key": "{{new string('k', 32)}}" """);
        Write("""  "jwks_file": "KEYS" """.Replace("KEYS", _file.Name + ".keys", StringComparison.Ordinal), "");
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.NotEqual(TimeSpan.FromSeconds(7), _services!.GetRequiredService<WampRouter>().Options.CloseTimeout);

        _file.Beside("broker.json.keys", KeySet(_key));
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(TimeSpan.FromSeconds(7), _services!.GetRequiredService<WampRouter>().Options.CloseTimeout);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_that_is_taken_out_of_a_key_set_is_out_at_the_next_reload(bool isAsked)
    {
        var path = _file.Beside("keys.json", KeySet(_key));
        Run($$"""  "jwks_file": "{{path}}" """);
        Assert.True(await TakesAsync(_key));

        _file.Beside("keys.json", KeySet(_next));
        if (isAsked)
        {
            _reload!.Reload(); // as SIGHUP does
        }
        else
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.False(await TakesAsync(_key));
        Assert.True(await TakesAsync(_next));
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _reload?.Dispose();
        _services?.Dispose();
        _file.Dispose();
        _key.Dispose();
        _next.Dispose();
    }

    private static string KeySet(RSA key)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return $$"""{ "keys": [ { "kty": "RSA", "n": "{{Base64Url.EncodeToString(parameters.Modulus)}}", "e": "{{Base64Url.EncodeToString(parameters.Exponent)}}" } ] }""";
    }

    private static string Configuration(string jwt, string more) => $$"""
        { {{more}} "realms": [ { "name": "a", "roles": [ { "name": "device" } ], "auth": { "ticket": { "allow_unencrypted": true }, "jwt": { {{jwt}} } } } ] }
        """;

    private void Write(string jwt, string more) => _file.Write(Configuration(jwt, more + """ "close_timeout": "7s", """));

    private void Run(string jwt)
    {
        _file.Write(Configuration(jwt, ""));
        var reading = _file.Read();
        Assert.Empty(reading.Faults);
        _services = new ServiceCollection().AddLogging().AddWampRouter(options => OptionsMap.Apply(reading.Configuration, options)).BuildServiceProvider();
        _reload = new ConfigurationReload(
            _file.Source(), reading, _services.GetRequiredService<WampRouter>(), new LogLevels(reading.Configuration.Log), NullLogger.Instance);
        _watch = new FileWatch(() => _reload.Files, _reload.Reload, NullLogger.Instance, _clock);
        _clock.Advance(TimeSpan.FromSeconds(2));
    }

    /// <summary>Whether a token that is signed by a key lets somebody in.</summary>
    private async Task<bool> TakesAsync(RSA key)
    {
        var end = DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var text = Encode("""{"alg":"RS256"}""") + "." + Encode($$"""{"sub":"joe","role":"device","exp":{{end}}}""");
        var token = text + "." + Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        var authenticator = Assert.Single(_services!.GetRequiredService<WampRouter>().Options.Authenticators["a"]);
        var request = new AuthenticationRequest { Realm = "a", SessionId = 1, Transport = new TransportInfo() };
        return await authenticator.ContinueAsync(
            request, null, new AuthenticationAnswer(token, []), TestContext.Current.CancellationToken) is AuthenticationResult.Accepted;
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
