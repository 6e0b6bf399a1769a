using System.Security.Cryptography;
using Broker.Authentication;
using Broker.Options;

namespace Broker.Client.Authentication;

/// <summary>Method cryptosign.</summary>
public class CryptosignTests
{
    // The specification's second example.
    private const string PrivateKey = "d511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd";
    private const string Challenge = "b26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d";
    private const string Signature =
        "d4209ad10d5aff6bfbc009d7e924795de138a63515efc7afc6b01b7fe5201372190374886a70207b042294af5bd64ce725cd8dceb344e6d11c09d1aaaf4d660fb26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d";

    private static readonly string PublicKey = Convert.ToHexStringLower(Ed25519.PublicKeyOf(Convert.FromHexString(PrivateKey)));
    private static readonly byte[] RouterKey = SHA256.HashData("router"u8);
    private static readonly string RouterPublicKey = Convert.ToHexString(Ed25519.PublicKeyOf(RouterKey)); // of the other case, too

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires))]
    [Trait("wamp", "CRY-01"), Trait("wamp", "CRY-02"), Trait("wamp", "CRY-04"), Trait("wamp", "CRY-08")]
    public async Task TheChallengeIsSignedWithTheKeyThatHelloNames(Wire wire)
    {
        var cryptosign = new CryptosignAuthenticator(PrivateKey);
        Assert.Equal(PublicKey, cryptosign.PublicKey);
        await using var dialog = await LoginDialog.StartAsync(wire, null, CancellationToken.None, cryptosign);
        Assert.Equal("""["cryptosign"]""", dialog.Hello.GetProperty("authmethods").GetRawText());
        Assert.False(dialog.Hello.TryGetProperty("authid", out _));
        Assert.Equal($$"""{"pubkey":"{{PublicKey}}"}""", dialog.Hello.GetProperty("authextra").GetRawText());

        var (signature, extra) = await dialog.ChallengeAsync("cryptosign", new CryptosignChallenge { Challenge = Challenge });
        Assert.Equal((Signature, "{}"), (signature, extra.GetRawText()));
        await dialog.WelcomeAsync("cryptosign");
    }

    [Fact]
    public async Task AnAuthIdMayBeGiven()
    {
        await using var dialog = await LoginDialog.StartAsync(new CryptosignAuthenticator(PrivateKey.ToUpperInvariant(), "client01@example.com"));
        Assert.Equal("client01@example.com", dialog.Hello.GetProperty("authid").GetString());
        Assert.Equal(PublicKey, dialog.Hello.GetProperty("authextra").GetProperty("pubkey").GetString());
    }

    [Fact]
    public async Task ASignerElsewhereMayHaveTheKey()
    {
        var signer = new CryptosignAuthenticator(PublicKey, async (message, _) =>
        {
            await Task.Yield();
            return Ed25519.Sign(Convert.FromHexString(PrivateKey), message.Span);
        });
        await using var dialog = await LoginDialog.StartAsync(signer);
        Assert.Equal(Signature, (await dialog.ChallengeAsync("cryptosign", new CryptosignChallenge { Challenge = Challenge })).Signature);
    }

    [Fact]
    public async Task ASignerThatGivesNoSignatureIsNamed()
    {
        await using var dialog = await LoginDialog.StartAsync(new CryptosignAuthenticator(PublicKey, (_, _) => ValueTask.FromResult(new byte[63])));
        await dialog.SendChallengeAsync("cryptosign", new CryptosignChallenge { Challenge = Challenge });
        var (_, exception) = await dialog.AbortedAsync("wamp.error.authentication_failed");
        Assert.Contains("63 octets", exception.Message, StringComparison.Ordinal);
    }

    [Theory, Trait("wamp", "CRY-03")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("b26c")]
    [InlineData("g26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d")]
    public async Task AChallengeThatIsNot32OctetsIsNotSigned(string? challenge)
    {
        await using var dialog = await LoginDialog.StartAsync(new CryptosignAuthenticator(PrivateKey));
        await dialog.SendChallengeAsync("cryptosign", new CryptosignChallenge { Challenge = challenge });
        await dialog.AbortedAsync("wamp.error.authentication_failed");
    }

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires)), Trait("wamp", "CRY-06")]
    public async Task AChannelBindingThatWasNotAskedForIsRefusedAndNullIsNone(Wire wire)
    {
        await using var dialog = await LoginDialog.StartAsync(wire, new CryptosignAuthenticator(PrivateKey));
        await dialog.SendChallengeAsync("cryptosign", new CryptosignChallenge { Challenge = Challenge, ChannelBinding = "tls-unique" });
        var (sent, _) = await dialog.AbortedAsync("wamp.error.authentication_failed");
        Assert.Contains("channel binding", sent, StringComparison.Ordinal);

        await using var other = await LoginDialog.StartAsync(wire, new CryptosignAuthenticator(PrivateKey));
        await other.SendAsync($$"""[4,"cryptosign",{"challenge":"{{Challenge}}","channel_binding":null}]""");
        Assert.Equal(Signature, (await other.ReceiveAsync(5))[1].GetString());
    }

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires)), Trait("wamp", "CRY-07")]
    public async Task ARouterWhoseKeyIsKnownProvesItself(Wire wire)
    {
        await using var dialog = await LoginDialog.StartAsync(wire, Demanding());
        await dialog.ChallengeAsync("cryptosign", Proving(dialog, RouterKey));
        await dialog.WelcomeAsync("cryptosign");
    }

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires)), Trait("wamp", "CRY-07")]
    public async Task ARouterThatDoesNotProveItselfGetsNoSignature(Wire wire)
    {
        Func<LoginDialog, CryptosignChallenge>[] wrong =
        [
            _ => new CryptosignChallenge { Challenge = Challenge },
            dialog => Proving(dialog, RouterKey) with { Signature = null },
            dialog => Proving(dialog, RouterKey) with { PublicKey = null },
            dialog => Proving(dialog, SHA256.HashData("another"u8)),
            dialog => Proving(dialog, SHA256.HashData("another"u8)) with { PublicKey = RouterPublicKey },
            dialog => Proving(dialog, RouterKey) with { Signature = CryptosignSignature.Sign(RouterKey, Convert.FromHexString(Challenge)) }, // over its own challenge
        ];
        foreach (var challenge in wrong)
        {
            await using var dialog = await LoginDialog.StartAsync(wire, Demanding());
            await dialog.SendChallengeAsync("cryptosign", challenge(dialog));
            var (sent, _) = await dialog.AbortedAsync("wamp.error.authentication_failed");
            Assert.Contains("does not prove", sent, StringComparison.Ordinal);
        }
    }

    [Fact, Trait("wamp", "CRY-07")]
    public async Task ARouterThatLeavesTheChallengeOutIsLeft()
    {
        await using var dialog = await LoginDialog.StartAsync(Demanding());
        await dialog.SendWelcomeAsync("cryptosign");
        await dialog.AbortedAsync("wamp.error.authentication_failed");
    }

    [Fact, Trait("wamp", "CRY-07")]
    public async Task WithoutKnownKeysAnyRouterWillDo()
    {
        await using var dialog = await LoginDialog.StartAsync(new CryptosignAuthenticator(PrivateKey));
        await dialog.ChallengeAsync("cryptosign", new CryptosignChallenge { Challenge = Challenge, PublicKey = "x", Signature = "x" });
        await dialog.WelcomeAsync("cryptosign");
    }

    [Theory]
    [InlineData("")]
    [InlineData("d511")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----")]
    [InlineData("d511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cg")]
    public void AKeyThatIsNoHexIsRefusedWithoutBeingShown(string key)
    {
        var exceptions = new[]
        {
            Assert.Throws<ArgumentException>(() => new CryptosignAuthenticator(key)),
            Assert.Throws<ArgumentException>(() => new CryptosignAuthenticator(key, (_, _) => default)),
            Assert.Throws<ArgumentException>(() => new CryptosignAuthenticator(PrivateKey) { RouterKeys = [key] }),
        };
        Assert.All(exceptions, exception => Assert.Contains("64 hex digits", exception.Message, StringComparison.Ordinal));
        Assert.All(exceptions.Where(_ => key.Length > 0), exception => Assert.DoesNotContain(key, exception.Message, StringComparison.Ordinal));
    }

    private static CryptosignAuthenticator Demanding() => new(PrivateKey) { RouterKeys = [new string('0', 64), RouterPublicKey] };

    private static CryptosignChallenge Proving(LoginDialog dialog, byte[] key) => new()
    {
        Challenge = Challenge,
        PublicKey = Convert.ToHexString(Ed25519.PublicKeyOf(key)),
        Signature = CryptosignSignature.Sign(key, Convert.FromHexString(dialog.Hello.GetProperty("authextra").GetProperty("challenge").GetString()!)),
    };
}
