using System.Text.Json;
using Broker.Authentication;
using Broker.Options;

namespace Broker.Client.Authentication;

/// <summary>Method wamp-scram, against the computations of a router.</summary>
public class ScramTests
{
    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires))]
    [Trait("wamp", "SCR-01"), Trait("wamp", "SCR-05"), Trait("wamp", "SCR-07"), Trait("wamp", "SCR-08")]
    public async Task BothEndsProveThatTheyKnowThePassword(Wire wire)
    {
        await using var dialog = await LoginDialog.StartAsync(wire, null, CancellationToken.None, new ScramAuthenticator("jo,e", "pencil"));
        Assert.Equal("""["wamp-scram"]""", dialog.Hello.GetProperty("authmethods").GetRawText());
        Assert.Equal("jo,e", dialog.Hello.GetProperty("authid").GetString());
        Assert.True(Convert.FromBase64String(NonceOf(dialog)).Length >= 16);

        var exchange = Begin(dialog, ScramCredential.FromPassword("pencil", ScramParameters.Pbkdf2(4096)));
        var (proof, extra) = await dialog.ChallengeAsync("wamp-scram", exchange.Challenge);
        Assert.True(exchange.TryVerify(proof, AnswerOf(extra), out var verifier));
        var client = await dialog.WelcomeAsync("wamp-scram", verifier);
        Assert.Equal(verifier.Verifier, client.Session.AuthExtra.Get<string>("verifier"));
    }

    [Fact, Trait("wamp", "SCR-13")]
    public async Task Argon2idIsComputed()
    {
        // The reference implementation's test: version 1.3, 2 passes over 64 MiB, "password" and "somesalt".
        Span<byte> key = stackalloc byte[32];
        Argon2.Derive("password"u8, "somesalt"u8, iterations: 2, memory: 65536, key);
        Assert.Equal("09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7", Convert.ToHexStringLower(key));

        await using var dialog = await LoginDialog.StartAsync(new ScramAuthenticator("joe", "pencil"));
        var exchange = Begin(dialog, ScramCredential.FromPassword("pencil", ScramParameters.Argon2id13(iterations: 1, memory: 8192), Argon2.Derive));
        var (proof, extra) = await dialog.ChallengeAsync("wamp-scram", exchange.Challenge);
        Assert.True(exchange.TryVerify(proof, AnswerOf(extra), out var verifier));
        await dialog.WelcomeAsync("wamp-scram", verifier);
    }

    [Theory, Trait("wamp", "SCR-07")]
    [InlineData("verifier", "")]
    [InlineData("verifier", "v=")]
    [InlineData("scram_server_signature", "")]
    public async Task TheRoutersProofIsTakenAsItsKindsOfRoutersSendIt(string key, string prefix)
    {
        await using var dialog = await LoginDialog.StartAsync(new ScramAuthenticator("joe", "pencil"));
        var verifier = prefix + await AnswerAsync(dialog);
        await dialog.WelcomeAsync(
            "wamp-scram", key == "verifier" ? new ScramVerifier { Verifier = verifier } : new ScramVerifier { ServerSignature = verifier });
    }

    [Theory, Trait("wamp", "SCR-08")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")]
    public async Task ARouterThatDoesNotProveItselfIsLeft(string? verifier)
    {
        await using var dialog = await LoginDialog.StartAsync(new ScramAuthenticator("joe", "pencil"));
        await AnswerAsync(dialog);
        await dialog.SendWelcomeAsync("wamp-scram", new ScramVerifier { Verifier = verifier });
        var (sent, _) = await dialog.AbortedAsync("wamp.error.authentication_failed");
        Assert.Contains("does not prove", sent, StringComparison.Ordinal);
    }

    [Fact, Trait("wamp", "SCR-08")]
    public async Task AVerifierThatIsNoTextProvesNothing()
    {
        await using var dialog = await LoginDialog.StartAsync(new ScramAuthenticator("joe", "pencil"));
        await AnswerAsync(dialog);
        await dialog.SendAsync("""[2,7,{"roles":{"broker":{}},"authmethod":"wamp-scram","authextra":{"verifier":7}}]""");
        await dialog.AbortedAsync("wamp.error.authentication_failed");
    }

    [Theory, Trait("wamp", "SCR-08")]
    [InlineData("wamp-scram")]
    [InlineData("anonymous")]
    [InlineData("cookie")]
    public async Task ARouterThatLeavesTheChallengeOutIsLeft(string method)
    {
        await using var dialog = await LoginDialog.StartAsync(new ScramAuthenticator("joe", "pencil"), new TicketAuthenticator("joe", "pencil"));
        await dialog.SendWelcomeAsync(method);
        var (sent, _) = await dialog.AbortedAsync("wamp.error.authentication_failed");
        Assert.Contains("without the CHALLENGE", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoOffersToBeAnonymousMayBeTakenForThat()
    {
        await using var dialog = await LoginDialog.StartAsync(new ScramAuthenticator("joe", "pencil"), new AnonymousAuthenticator());
        Assert.Equal("anonymous", (await dialog.WelcomeAsync("anonymous")).Session.AuthMethod);
    }

    public static TheoryData<string> NoncesThatDoNotContinue => ["", "x", "{0}", "{0}1234567", "x{0}12345678", "{0}1234,678", "{0}1234\\u00005678"];

    [Theory, Trait("wamp", "SCR-04"), MemberData(nameof(NoncesThatDoNotContinue))]
    public async Task ANonceThatDoesNotContinueItsOwnIsNotAnswered(string nonce)
    {
        await using var dialog = await LoginDialog.StartAsync(new ScramAuthenticator("joe", "pencil"));
        nonce = nonce.Replace("{0}", NonceOf(dialog), StringComparison.Ordinal);
        await dialog.SendAsync($$"""[4,"wamp-scram",{"nonce":"{{nonce}}","salt":"W22ZaJ0SNY7soEsUEjb6gQ==","kdf":"pbkdf2","iterations":4096}]""");
        var (sent, _) = await dialog.AbortedAsync("wamp.error.authentication_failed");
        Assert.Contains("nonce", sent, StringComparison.Ordinal);
    }

    [Theory, Trait("wamp", "SCR-04")]
    [InlineData("pbkdf2", 4095, 0, "too cheap")]
    [InlineData("pbkdf2", 10_000_001, 0, "dearer")]
    [InlineData("argon2id13", 3, 8191, "too cheap")]
    [InlineData("argon2id13", 3, 262_145, "dearer")]
    [InlineData("argon2id13", 17, 8192, "dearer")]
    [InlineData("argon2id13", 3, 0, "8 KiB")]
    [InlineData("md5", 4096, 0, "neither pbkdf2 nor argon2id13")]
    [InlineData("argon2id-13", 3, 8192, "neither")]
    public async Task CostsThatAreOutOfReasonAreNotPaid(string kdf, long iterations, long memory, string why)
    {
        await using var dialog = await LoginDialog.StartAsync(new ScramAuthenticator("joe", "pencil"));
        await dialog.SendChallengeAsync("wamp-scram", Challenge(dialog) with { Kdf = kdf, Iterations = iterations, Memory = memory });
        var (sent, _) = await dialog.AbortedAsync("wamp.error.authentication_failed");
        Assert.Contains(why, sent, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires)), Trait("wamp", "SCR-04")]
    public async Task TheLimitsOfCostsCanBeMoved(Wire wire)
    {
        var scram = new ScramAuthenticator("joe", "pencil") { CostLimits = new ScramCostLimits { MinIterations = 1, MaxIterations = 10 } };
        await using var dialog = await LoginDialog.StartAsync(wire, scram);
        await dialog.ChallengeAsync("wamp-scram", Challenge(dialog) with { Iterations = 1 });
        await using var other = await LoginDialog.StartAsync(wire, scram);
        await other.SendChallengeAsync("wamp-scram", Challenge(other) with { Iterations = 11 });
        await other.AbortedAsync("wamp.error.authentication_failed");
    }

    [Theory, Trait("wamp", "SCR-12")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("W22ZaJ0SNY7soEsUEjb6gR==")]
    [InlineData("W22Z aJ0S")]
    public async Task ASaltThatIsNotCanonicalBase64IsRefused(string? salt)
    {
        await using var dialog = await LoginDialog.StartAsync(new ScramAuthenticator("joe", "pencil"));
        await dialog.SendChallengeAsync("wamp-scram", Challenge(dialog) with { Salt = salt });
        var (sent, _) = await dialog.AbortedAsync("wamp.error.authentication_failed");
        Assert.Contains("salt", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThereIsOneRound()
    {
        await using var dialog = await LoginDialog.StartAsync(new ScramAuthenticator("joe", "pencil"));
        await AnswerAsync(dialog);
        await dialog.SendChallengeAsync("wamp-scram", Challenge(dialog));
        await dialog.AbortedAsync("wamp.error.authentication_failed");
    }

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires)), Trait("wamp", "SCR-14")]
    public async Task NameAndPasswordArePrepared(Wire wire)
    {
        await using var dialog = await LoginDialog.StartAsync(wire, new ScramAuthenticator("\u2168\u00ad", "pe\u00adncil"));
        Assert.Equal("IX", dialog.Hello.GetProperty("authid").GetString());
        await AnswerAsync(dialog);
        Assert.Throws<ArgumentException>(() => new ScramAuthenticator("joe", "a\u0007"));
        Assert.Throws<ArgumentException>(() => new ScramAuthenticator("\ud800", "pencil"));
    }

    /// <summary>Has the challenge answered by who knows "pencil".</summary>
    /// <returns>The router's proof.</returns>
    private static async Task<string> AnswerAsync(LoginDialog dialog)
    {
        var exchange = Begin(dialog, ScramCredential.FromPassword("pencil", ScramParameters.Pbkdf2(4096)));
        var (proof, extra) = await dialog.ChallengeAsync("wamp-scram", exchange.Challenge);
        Assert.True(exchange.TryVerify(proof, AnswerOf(extra), out var verifier));
        return verifier.Verifier!;
    }

    private static ScramExchange Begin(LoginDialog dialog, ScramCredential credential)
    {
        var hello = new ScramAuthExtra { Nonce = NonceOf(dialog) };
        Assert.True(ScramExchange.TryBegin(credential, dialog.Hello.GetProperty("authid").GetString()!, hello, default, out var exchange, out _));
        return exchange;
    }

    private static ScramChallenge Challenge(LoginDialog dialog) => new()
    {
        Nonce = NonceOf(dialog) + "123456789",
        Salt = "W22ZaJ0SNY7soEsUEjb6gQ==",
        Kdf = "pbkdf2",
        Iterations = 4096,
    };

    private static string NonceOf(LoginDialog dialog) => dialog.Hello.GetProperty("authextra").GetProperty("nonce").GetString()!;

    private static ScramAnswer AnswerOf(JsonElement extra)
    {
        Assert.Single(extra.EnumerateObject());
        return new ScramAnswer { Nonce = extra.GetProperty("nonce").GetString() };
    }
}
