using Broker.Authentication;
using Broker.Options;

namespace Broker.Client.Authentication;

/// <summary>Method wampcra.</summary>
public class CraTests
{
    private const string Text =
        """{ "nonce": "LHRTC9zeOIrt_9U3", "authprovider": "userdb", "authid": "peter", "timestamp": "2014-06-22T16:36:25.448Z", "authrole": "user",  "authmethod": "wampcra", "session": 7}""";

    [Theory, Trait("wamp", "CRA-01"), Trait("wamp", "CRA-03"), Trait("wamp", "CRA-04"), MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires))]
    public async Task TheChallengeIsSignedAsItCame(Wire wire)
    {
        await using var dialog = await LoginDialog.StartAsync(wire, null, CancellationToken.None, new CraAuthenticator("peter", "secret1"));
        Assert.Equal("""["wampcra"]""", dialog.Hello.GetProperty("authmethods").GetRawText());
        Assert.Equal("peter", dialog.Hello.GetProperty("authid").GetString());

        var (signature, extra) = await dialog.ChallengeAsync("wampcra", CraCredential.Unsalted("secret1").Challenge(Text));
        Assert.True(CraCredential.Unsalted("secret1").Verify(Text, signature));
        Assert.Equal("{}", extra.GetRawText());
        await dialog.WelcomeAsync("wampcra");
    }

    [Fact, Trait("wamp", "CRA-06")]
    public async Task ASaltedSecretIsDerivedAsTheChallengeSays()
    {
        var credential = CraCredential.FromSecret("secret2", iterations: 50, keyLength: 16);
        await using var dialog = await LoginDialog.StartAsync(new CraAuthenticator("peter", "secret2"));
        Assert.True(credential.Verify(Text, (await dialog.ChallengeAsync("wampcra", credential.Challenge(Text))).Signature));
    }

    [Fact, Trait("wamp", "CRA-09")]
    public async Task ASaltAloneMeansAThousandIterationsAnd32Octets()
    {
        await using var dialog = await LoginDialog.StartAsync(new CraAuthenticator("peter", "secret2"));
        var (signature, _) = await dialog.ChallengeAsync("wampcra", new CraChallenge { Challenge = Text, Salt = "salt123" });
        Assert.Equal(CraSignature.Sign(CraSignature.DeriveKey("secret2", "salt123", 1000, 32), Text), signature);
    }

    [Fact, Trait("wamp", "CRA-10")]
    public async Task AThirdPartyMaySign()
    {
        var author = new CraAuthenticator("peter", async (challenge, _) =>
        {
            await Task.Yield();
            return $"signed {challenge.Salt} {challenge.Challenge!.Length}";
        });
        await using var dialog = await LoginDialog.StartAsync(author);
        var (signature, _) = await dialog.ChallengeAsync("wampcra", new CraChallenge { Challenge = Text, Salt = "salt123" });
        Assert.Equal($"signed salt123 {Text.Length}", signature);
    }

    [Theory]
    [InlineData(10_000_001, 32)]
    [InlineData(long.MaxValue, 32)]
    [InlineData(1, 1025)]
    public async Task AKeyThatIsTooDearIsNotDerived(long iterations, long keyLength)
    {
        await using var dialog = await LoginDialog.StartAsync(new CraAuthenticator("peter", "secret2"));
        await dialog.SendChallengeAsync("wampcra", new CraChallenge { Challenge = Text, Salt = "s", Iterations = iterations, KeyLength = keyLength });
        var (sent, _) = await dialog.AbortedAsync("wamp.error.authentication_failed");
        Assert.Contains("10000000 and 1024 are the most", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AChallengeWithoutATextIsRefused()
    {
        await using var dialog = await LoginDialog.StartAsync(new CraAuthenticator("peter", "secret2"));
        await dialog.SendChallengeAsync("wampcra");
        await dialog.AbortedAsync("wamp.error.authentication_failed");
    }

    [Fact]
    public async Task AChallengeOfOtherTypesIsAViolation()
    {
        await using var dialog = await LoginDialog.StartAsync(new CraAuthenticator("peter", "secret2"));
        await dialog.SendAsync("""[4,"wampcra",{"challenge":7}]""");
        await dialog.AbortedAsync("wamp.error.protocol_violation");
    }
}
