using System.Security.Cryptography;
using System.Text;
using Broker.Options;

namespace Broker.Authentication;

/// <summary>WAMP-SCRAM: keys, both proofs, the router's side of an exchange, credentials.</summary>
public sealed class WampScram
{
    // RFC 7677, section 3.
    private const string ClientNonce = "rOprNGfwEbeRWgbNEkqO";
    private const string RouterNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private const string Salt = "W22ZaJ0SNY7soEsUEjb6gQ==";
    private const string Proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    private const string Verifier = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    [Fact, Trait("wamp", "SCR-10"), Trait("wamp", "SCR-03"), Trait("wamp", "SCR-05"), Trait("wamp", "SCR-07")]
    public void The_example_of_RFC_7677_holds_on_both_ends()
    {
        using var keys = ScramKeys.Derive("pencil", Parameters());
        var exchange = new ScramExchange(keys.ToCredential(Parameters()), "user", new ScramAuthExtra { Nonce = ClientNonce }, default, RouterNonce);
        var challenge = exchange.Challenge;
        Assert.Equal(new ScramChallenge { Nonce = ClientNonce + RouterNonce, Salt = Salt, Kdf = "pbkdf2", Iterations = 4096 }, challenge);

        var answer = new ScramAnswer { Nonce = challenge.Nonce };
        var authMessage = ScramMessages.AuthMessage("user", ClientNonce, challenge, answer);
        Assert.Equal(
            $"n=user,r={ClientNonce},r={ClientNonce}{RouterNonce},s={Salt},i=4096,c=biws,r={ClientNonce}{RouterNonce}", authMessage);
        Assert.Equal(Proof, keys.Proof(authMessage));

        Assert.True(exchange.TryVerify(Proof, answer, out var verifier));
        Assert.Equal(Verifier, verifier.Verifier);
        Assert.Equal(Verifier, keys.Verifier(authMessage));
    }

    [Fact, Trait("wamp", "SCR-11")]
    public void Names_are_escaped() => Assert.Equal("=3D=2Ca=3D2C=2C", ScramMessages.Escape("=,a=2C,"));

    [Fact, Trait("wamp", "SCR-10"), Trait("wamp", "SCR-16")]
    public void Channel_binding_is_part_of_the_text()
    {
        var challenge = new ScramChallenge { Nonce = "ab", Salt = "cc", Iterations = 1 };
        var answer = new ScramAnswer { Nonce = "ab", ChannelBinding = "tls-unique", ChannelData = Convert.ToBase64String([0, 255, 1]) };
        var channel = Convert.ToBase64String([.. "p=tls-unique,,"u8, 0, 255, 1]);
        Assert.Equal($"n=x=2Cy,r=a,r=ab,s=cc,i=1,c={channel},r=ab", ScramMessages.AuthMessage("x,y", "a", challenge, answer));
    }

    [Fact, Trait("wamp", "SCR-06"), Trait("wamp", "AUT-15")]
    public void A_wrong_answer_is_refused_in_each_of_its_parts()
    {
        var right = new ScramAnswer { Nonce = ClientNonce + RouterNonce };
        Assert.Null(Verify(Proof, right with { Nonce = null }));
        Assert.Null(Verify(Proof, right with { Nonce = ClientNonce }));
        Assert.Null(Verify(Proof, right with { Nonce = right.Nonce + "x" }));
        Assert.Null(Verify(Proof, right with { ChannelBinding = "tls-unique" }));
        Assert.Null(Verify(Proof, right with { ChannelData = "AAAA" }));
        Assert.Null(Verify(Proof, right with { ChannelData = "no base64" }));
        foreach (var wrong in new[] { "", "=", "AAAA", Proof[..^1], Proof + "\n", " " + Proof, Proof.Replace('Q', 'R'), Verifier, Convert.ToBase64String(new byte[32]), Convert.ToBase64String(new byte[33]) })
            Assert.Null(Verify(wrong, right));

        Assert.Equal(Verifier, Verify(Proof, right));
    }

    [Fact, Trait("wamp", "SCR-06")]
    public void An_exchange_takes_one_answer()
    {
        var exchange = Exchange();
        var answer = new ScramAnswer { Nonce = exchange.Challenge.Nonce };
        Assert.False(exchange.TryVerify(Convert.ToBase64String(new byte[32]), answer, out _));
        Assert.False(exchange.TryVerify(Proof, answer, out _));
    }

    [Fact, Trait("wamp", "SCR-06"), Trait("wamp", "SCR-16")]
    public void The_channel_that_the_client_sees_must_be_the_routers()
    {
        using var keys = ScramKeys.Derive("pencil", Parameters());
        var hello = new ScramAuthExtra { Nonce = ClientNonce, ChannelBinding = "tls-unique" };
        Assert.True(Answers([1, 2, 3], "tls-unique"));
        Assert.False(Answers([1, 2, 4], "tls-unique"));
        Assert.False(Answers([1, 2, 3], "tls-server-end-point"));
        Assert.False(Answers([], null));

        bool Answers(byte[] seen, string? type)
        {
            var exchange = new ScramExchange(keys.ToCredential(Parameters()), "user", hello, [1, 2, 3], RouterNonce);
            var answer = new ScramAnswer { Nonce = exchange.Challenge.Nonce, ChannelBinding = type, ChannelData = type is null ? null : Convert.ToBase64String(seen) };
            return exchange.TryVerify(keys.Proof(ScramMessages.AuthMessage("user", ClientNonce, exchange.Challenge, answer)), answer, out _);
        }
    }

    [Fact, Trait("wamp", "SCR-07"), Trait("wamp", "SCR-08")]
    public void The_routers_proof_is_taken_with_and_without_its_prefix_and_no_other_is()
    {
        Assert.True(ScramMessages.IsVerifier(Verifier, Verifier));
        Assert.True(ScramMessages.IsVerifier(Verifier, "v=" + Verifier)); // as the specification's example and bondy write it
        foreach (var wrong in new[] { "", "v=", Proof, Verifier[..^1], Verifier + "=", "v=v=" + Verifier, "V=" + Verifier, Verifier.ToLowerInvariant() })
            Assert.False(ScramMessages.IsVerifier(Verifier, wrong));
    }

    [Theory, Trait("wamp", "SCR-04")]
    [InlineData("abcdefgh12345678", true)]
    [InlineData("abcdefgh1234567", false)] // too short
    [InlineData("abcdefgh", false)] // nothing of the router
    [InlineData("abcdefg", false)]
    [InlineData("Abcdefgh12345678", false)] // another's
    [InlineData("xabcdefgh12345678", false)]
    [InlineData("abcdefgh1234,678", false)] // would end the nonce inside of the text
    [InlineData("abcdefgh1234 678", false)]
    [InlineData("abcdefgh1234\u00e95678", false)]
    [InlineData(null, false)]
    public void The_routers_nonce_continues_the_clients(string? nonce, bool isTaken) => Assert.Equal(isTaken, ScramMessages.IsContinued("abcdefgh", nonce));

    [Theory, Trait("wamp", "SCR-01"), Trait("wamp", "SCR-02"), Trait("wamp", "SCR-12")]
    [InlineData(null, null, "nonce")]
    [InlineData("", null, "nonce")]
    [InlineData("abc", null, "base64")]
    [InlineData("YWJj,r=x", null, "base64")]
    [InlineData("YWJj\n", null, "base64")]
    [InlineData("YWI", null, "base64")]
    [InlineData("YWJ=", null, "base64")] // not canonical: bits are left over
    [InlineData("YWJj", "tls-unique", "channel binding")]
    public void A_HELLO_that_lacks_what_is_needed_is_refused(string? nonce, string? channelBinding, string why)
    {
        var hello = new ScramAuthExtra { Nonce = nonce, ChannelBinding = channelBinding };
        Assert.False(ScramExchange.TryBegin(new MockCredentials().Scram("user", Parameters()), "user", hello, default, out var exchange, out var problem));
        Assert.Null(exchange);
        Assert.Contains(why, problem, StringComparison.Ordinal);
    }

    [Fact, Trait("wamp", "SCR-03")]
    public void Each_challenge_has_a_nonce_of_its_own_behind_the_clients()
    {
        var credential = new MockCredentials().Scram("user", Parameters());
        var hello = new ScramAuthExtra { Nonce = "YWJj" };
        Assert.True(ScramExchange.TryBegin(credential, "user", hello, default, out var one, out _));
        Assert.True(ScramExchange.TryBegin(credential, "user", hello, default, out var other, out _));
        Assert.StartsWith("YWJj", one.Challenge.Nonce, StringComparison.Ordinal);
        Assert.Equal("YWJj".Length + 32, one.Challenge.Nonce!.Length);
        Assert.NotEqual(one.Challenge.Nonce, other.Challenge.Nonce);
    }

    [Fact, Trait("wamp", "SCR-14"), Trait("wamp", "SCR-10")]
    public void A_password_is_prepared_before_its_key_is_derived()
    {
        var text = ScramCredential.FromPassword("I\u00adX\u00aa", Parameters()).ToText();
        Assert.Equal(text, ScramCredential.FromPassword("\u2168a", Parameters()).ToText());
        Assert.Throws<ArgumentException>(() => ScramKeys.Derive("a\u0007", Parameters()));
    }

    [Fact, Trait("wamp", "SCR-13")]
    public void Argon2id_is_computed_by_what_is_plugged_in_and_refused_without()
    {
        var parameters = ScramParameters.Argon2id13(iterations: 3, memory: 64);
        var exception = Assert.Throws<NotSupportedException>(() => ScramKeys.Derive("pencil", parameters));
        Assert.Contains("argon2id13", exception.Message, StringComparison.Ordinal);

        var text = ScramCredential.FromPassword("pencil", parameters, Stand).ToText();
        Assert.True(ScramCredential.TryParse(text, out var credential, out _));
        Assert.True(credential.IsPassword("pencil", Stand));
        Assert.False(credential.IsPassword("Pencil", Stand));

        // Stands in for Argon2id: what is passed, hashed.
        void Stand(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int iterations, int memory, Span<byte> key)
        {
            Assert.Equal((16, 3, 64, 32), (salt.Length, iterations, memory, key.Length));
            SHA256.HashData([.. password, .. salt], key);
        }
    }

    [Fact, Trait("wamp", "SCR-15")]
    public void A_credential_is_kept_as_text_that_is_of_no_use_to_a_client()
    {
        var credential = ScramCredential.FromPassword("pencil", Parameters());
        var text = credential.ToText();
        Assert.Equal($"scram-sha256$4096${Salt}$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=$wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=", text);
        Assert.True(ScramCredential.TryParse(text, out var read, out _));
        Assert.Equal(text, read.ToText());
        Assert.True(read.IsPassword("pencil"));
        Assert.False(read.IsPassword("pencil "));
        Assert.Equal("Broker.Authentication.ScramCredential", ((object)read).ToString()); // no log tells the keys

        // What is stored, taken for the client's key, proves nothing.
        var stored = Convert.FromBase64String(text.Split('$')[3]);
        var signature = HMACSHA256.HashData(SHA256.HashData(stored), Encoding.UTF8.GetBytes("text"));
        Assert.False(read.Verify("text", Convert.ToBase64String([.. stored.Zip(signature, (a, b) => (byte)(a ^ b))])));
    }

    [Fact, Trait("wamp", "SCR-13")]
    public void A_credential_of_Argon2id_is_kept_with_its_memory()
    {
        const string text = $"scram-argon2id13$2$65536${Salt}$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        Assert.True(ScramCredential.TryParse(text, out var credential, out _));
        Assert.Equal((ScramKdf.Argon2id13, 2, 65536, "argon2id13"), (credential.Parameters.Kdf, credential.Parameters.Iterations, credential.Parameters.Memory, credential.Parameters.KdfName));
        Assert.Equal(text, credential.ToText());
        var challenge = new ScramExchange(credential, "user", new ScramAuthExtra { Nonce = "YWJj" }, default, "x").Challenge;
        Assert.Equal(("argon2id13", 2, 65536), (challenge.Kdf, challenge.Iterations, challenge.Memory));
    }

    [Theory, Trait("wamp", "SCR-12")]
    [InlineData("", "is written scram-sha256$iterations$salt$storedkey$serverkey")]
    [InlineData("pencil", "is written")]
    [InlineData("scram-sha1$4096$AAAA$K$K", "is written")]
    [InlineData("scram-sha256$4096$AAAA$K", "is written")]
    [InlineData("scram-sha256$4096$65536$AAAA$K$K", "is written")]
    [InlineData("scram-argon2id13$2$AAAAAAAAAAA=$K$K", "is written")]
    [InlineData("scram-sha256$0$AAAA$K$K", "iterations")]
    [InlineData("scram-sha256$x$AAAA$K$K", "iterations")]
    [InlineData("scram-sha256$4294967296$AAAA$K$K", "iterations")]
    [InlineData("scram-sha256$4096$$K$K", "salt")]
    [InlineData("scram-sha256$4096$AA A$K$K", "salt")]
    [InlineData("scram-sha256$4096$AAAA$K$K$K", "is written")]
    [InlineData("scram-sha256$4096$AAAA$AAAA$K", "32 octets")]
    [InlineData("scram-sha256$4096$AAAA$K$AAAA", "32 octets")]
    [InlineData("scram-argon2id13$2$7$AAAAAAAAAAA=$K$K", "8 KiB")]
    [InlineData("scram-argon2id13$2$8$AAAA$K$K", "8 octets")]
    public void Text_that_is_no_credential_is_refused_with_what_is_wrong(string text, string why)
    {
        text = text.Replace("K", Convert.ToBase64String(new byte[32]), StringComparison.Ordinal);
        Assert.False(ScramCredential.TryParse(text, out var credential, out var problem));
        Assert.Null(credential);
        Assert.Contains(why, problem, StringComparison.Ordinal);
    }

    [Fact, Trait("wamp", "SCR-02"), Trait("wamp", "AUT-09")]
    public void A_name_that_nobody_has_is_challenged_like_any_other()
    {
        var mocks = new MockCredentials(new byte[32]);
        var mock = mocks.Scram("joe", Parameters());
        Assert.Equal((ScramKdf.Pbkdf2, 4096, Salt.Length), (mock.Parameters.Kdf, mock.Parameters.Iterations, mock.Parameters.Salt.Length));
        Assert.Equal(mock.ToText(), new MockCredentials(new byte[32]).Scram("joe", Parameters()).ToText()); // the same each time
        Assert.NotEqual(mock.Parameters.Salt, mocks.Scram("jane", Parameters()).Parameters.Salt);
        Assert.NotEqual(mock.Parameters.Salt, new MockCredentials().Scram("joe", Parameters()).Parameters.Salt);

        using var keys = ScramKeys.Derive("pencil", mock.Parameters);
        Assert.False(mock.Verify("text", keys.Proof("text")));
        Assert.NotEqual(Parameters().Salt, ScramParameters.Pbkdf2(4096).Salt);
    }

    [Fact]
    public void Keys_are_wiped_when_they_are_disposed()
    {
        var keys = ScramKeys.Derive("pencil", Parameters());
        var credential = keys.ToCredential(Parameters());
        keys.Dispose();
        Assert.True(credential.IsPassword("pencil")); // has its own
        Assert.Equal(Convert.ToBase64String(HMACSHA256.HashData(new byte[32], "text"u8)), keys.Verifier("text"));
        Assert.Equal(Convert.ToBase64String(HMACSHA256.HashData(new byte[32], "text"u8)), keys.Proof("text"));
    }

    private static ScramParameters Parameters()
    {
        Assert.True(ScramParameters.TryCreate("pbkdf2", Salt, 4096, 0, out var parameters, out _));
        return parameters;
    }

    private static ScramExchange Exchange() =>
        new(ScramCredential.FromPassword("pencil", Parameters()), "user", new ScramAuthExtra { Nonce = ClientNonce }, default, RouterNonce);

    private static string? Verify(string proof, ScramAnswer answer) => Exchange().TryVerify(proof, answer, out var verifier) ? verifier.Verifier : null;
}
