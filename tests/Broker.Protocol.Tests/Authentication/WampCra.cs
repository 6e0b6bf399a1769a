using System.Text.Json;

namespace Broker.Authentication;

/// <summary>Signatures, derived keys, challenges and credentials of WAMP-CRA.</summary>
public sealed class WampCra
{
    private const string Challenge =
        """{ "nonce": "LHRTC9zeOIrt_9U3", "authprovider": "userdb", "authid": "peter", "timestamp": "2014-06-22T16:36:25.448Z", "authrole": "user", "authmethod": "wampcra", "session": 3251278072152162}""";

    // RFC 4231, test cases 1 and 2: those whose keys and data are text.
    [Theory, Trait("wamp", "CRA-03")]
    [InlineData("\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v", "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")]
    [InlineData("Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")]
    public void A_signature_is_base64_of_HMAC_SHA256(string secret, string challenge, string hmac) =>
        Assert.Equal(Convert.ToBase64String(Convert.FromHexString(hmac)), CraSignature.Sign(secret, challenge));

    [Fact, Trait("wamp", "CRA-03"), Trait("wamp", "CRA-05"), Trait("wamp", "AUT-15")]
    public void A_signature_is_taken_for_the_very_text_and_secret_only()
    {
        var signature = CraSignature.Sign("secret", Challenge);
        Assert.True(CraSignature.Verify("secret", Challenge, signature));
        Assert.False(CraSignature.Verify("Secret", Challenge, signature));
        Assert.False(CraSignature.Verify("secret", Challenge.Replace(" ", "", StringComparison.Ordinal), signature));
        foreach (var wrong in new[] { "", " ", signature + "=", signature[..^1], signature.ToLowerInvariant(), "A" + signature[1..], "\ud800" })
            Assert.False(CraSignature.Verify("secret", Challenge, wrong));
    }

    // The vectors of RFC 6070 with HMAC-SHA256, and those of RFC 7914, section 11.
    [Theory, Trait("wamp", "CRA-06")]
    [InlineData("password", "salt", 1, "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b")]
    [InlineData("password", "salt", 2, "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43")]
    [InlineData("password", "salt", 4096, "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a")]
    [InlineData("passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt", 4096, "348c89dbcbd32b2f32d814b8116e84cf2b17347ebc1800181c4e2a1fb8dd53e1c635518c7dac47e9")]
    [InlineData("passwd", "salt", 1, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783")]
    [InlineData("Password", "NaCl", 80000, "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d")]
    public void The_key_of_a_salted_secret_is_base64_of_PBKDF2(string secret, string salt, int iterations, string key)
    {
        var octets = Convert.FromHexString(key);
        Assert.Equal(Convert.ToBase64String(octets), CraSignature.DeriveKey(secret, salt, iterations, octets.Length));
    }

    [Fact, Trait("wamp", "CRA-02")]
    public void A_challenge_is_JSON_text_that_says_what_is_signed()
    {
        var text = new CraChallengeText
        {
            AuthId = "pe\"ter, Zürich",
            AuthRole = "user",
            AuthProvider = "static",
            Nonce = Nonce.Create(),
            Timestamp = new DateTimeOffset(2014, 6, 22, 18, 51, 41, 643, TimeSpan.FromHours(2)),
            SessionId = 3251278072152162,
        };
        var json = JsonElement.Parse(text.Compose());
        Assert.Equal(["authid", "authrole", "authmethod", "authprovider", "nonce", "timestamp", "session"], json.EnumerateObject().Select(entry => entry.Name));
        Assert.Equal("pe\"ter, Zürich", json.GetProperty("authid").GetString());
        Assert.Equal("wampcra", json.GetProperty("authmethod").GetString());
        Assert.Equal("2014-06-22T16:51:41.643Z", json.GetProperty("timestamp").GetString());
        Assert.Equal(3251278072152162, json.GetProperty("session").GetInt64());
        Assert.Equal(24, Convert.FromBase64String(json.GetProperty("nonce").GetString()!).Length);
        Assert.NotEqual(Nonce.Create(), Nonce.Create());
    }

    [Fact, Trait("wamp", "CRA-06")]
    public void A_salted_credential_challenges_with_its_costs_and_takes_the_derived_signature()
    {
        var credential = CraCredential.FromSecret("secret2", iterations: 100, keyLength: 24);
        var challenge = credential.Challenge(Challenge);
        Assert.Equal((Challenge, 100, 24), (challenge.Challenge, challenge.Iterations, challenge.KeyLength));
        Assert.NotEqual(CraCredential.FromSecret("secret2", 100).Salt, challenge.Salt);

        var key = CraSignature.DeriveKey("secret2", challenge.Salt!, 100, 24);
        Assert.True(credential.Verify(Challenge, CraSignature.Sign(key, Challenge)));
        Assert.False(credential.Verify(Challenge, CraSignature.Sign("secret2", Challenge)));
    }

    [Fact]
    public void A_secret_kept_as_it_is_challenges_without_a_salt()
    {
        var credential = CraCredential.Unsalted("secret1");
        var challenge = credential.Challenge(Challenge);
        Assert.Equal((Challenge, null, null, null), (challenge.Challenge, challenge.Salt, challenge.Iterations, challenge.KeyLength));
        Assert.True(credential.Verify(Challenge, CraSignature.Sign("secret1", Challenge)));
        Assert.Throws<InvalidOperationException>(credential.ToText);
    }

    [Fact]
    public void A_salted_credential_is_kept_as_text()
    {
        const string text = "wampcra$1000$32$salt123$bIeTZHa4CGb6K2b8Vt5EJ0kQvHfVhVCXM8MMLJAVTG0=";
        Assert.True(CraCredential.TryParse(text, out var credential, out _));
        Assert.Equal(("salt123", 1000, 32), (credential.Salt, credential.Iterations, credential.KeyLength));
        Assert.Equal(text, credential.ToText());
        Assert.Equal("Broker.Authentication.CraCredential", ((object)credential).ToString()); // no log tells the key

        var made = CraCredential.FromSecret("secret2", 1000);
        Assert.True(CraCredential.TryParse(made.ToText(), out var read, out _));
        Assert.True(read.Verify(Challenge, CraSignature.Sign(CraSignature.DeriveKey("secret2", made.Salt!, 1000, 32), Challenge)));
    }

    [Theory]
    [InlineData("", "is written wampcra$iterations$keylen$salt$key")]
    [InlineData("secret2", "is written")]
    [InlineData("wampcra$1000$32$salt", "is written")]
    [InlineData("wampcra$1000$32$salt$more$AAAA", "is written")]
    [InlineData("WAMPCRA$1000$3$salt$AAAA", "is written")]
    [InlineData("wampcra$0$3$salt$AAAA", "whole numbers")]
    [InlineData("wampcra$-1$3$salt$AAAA", "whole numbers")]
    [InlineData("wampcra$1000$3.0$salt$AAAA", "whole numbers")]
    [InlineData("wampcra$1000$32$salt$AAAA", "32")]
    [InlineData("wampcra$1000$3$salt$AA A", "base64")]
    [InlineData("wampcra$1000$2$salt$AAB=", "base64")]
    public void Text_that_is_no_credential_is_refused_with_what_is_wrong(string text, string why)
    {
        Assert.False(CraCredential.TryParse(text, out var credential, out var problem));
        Assert.Null(credential);
        Assert.Contains(why, problem, StringComparison.Ordinal);
    }

    [Fact, Trait("wamp", "CRA-08"), Trait("wamp", "AUT-09")]
    public void A_name_that_nobody_has_is_challenged_like_any_other()
    {
        var like = CraCredential.FromSecret("secret2", 100, 24);
        var mocks = new MockCredentials(new byte[32]);
        var mock = mocks.Cra("joe", like).Challenge(Challenge);
        var real = like.Challenge(Challenge);
        Assert.Equal((real.Iterations, real.KeyLength, real.Salt!.Length), (mock.Iterations, mock.KeyLength, mock.Salt!.Length));
        Assert.Equal(mock, mocks.Cra("joe", like).Challenge(Challenge)); // the same each time
        Assert.Equal(mock, new MockCredentials(new byte[32]).Cra("joe", like).Challenge(Challenge));
        Assert.NotEqual(mock.Salt, mocks.Cra("jane", like).Challenge(Challenge).Salt);
        Assert.NotEqual(mock.Salt, new MockCredentials().Cra("joe", like).Challenge(Challenge).Salt);
        Assert.Null(mocks.Cra("joe", CraCredential.Unsalted("x")).Challenge(Challenge).Salt);
        foreach (var salt in new[] { "salt123", "c2FsdA==", new string('x', 40) })
        {
            Assert.True(CraCredential.TryParse($"wampcra$100$1${salt}$AA==", out var imported, out _));
            Assert.Equal(salt.Length, mocks.Cra("joe", imported).Salt!.Length); // others write salts of other lengths
        }


        var key = CraSignature.DeriveKey("secret2", mock.Salt!, 100, 24);
        Assert.False(mocks.Cra("joe", like).Verify(Challenge, CraSignature.Sign(key, Challenge)));
        Assert.False(mocks.Cra("joe", CraCredential.Unsalted("x")).Verify(Challenge, CraSignature.Sign("x", Challenge)));
    }
}
