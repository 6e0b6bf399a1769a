using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Authentication;

/// <summary>Users who sign a challenge with an Ed25519 key (WAMP specification, "Cryptosign-based Authentication").</summary>
public sealed class CryptosignLoginTests
{
    private static readonly byte[] JoesKey = RandomNumberGenerator.GetBytes(32);
    private static readonly byte[] SharedKey = RandomNumberGenerator.GetBytes(32);
    private static readonly byte[] NobodysKey = RandomNumberGenerator.GetBytes(32);
    private static readonly byte[] RouterKey = RandomNumberGenerator.GetBytes(32);

    private static readonly StaticUsers Users = new(
    [
        new User { AuthId = "joe", Roles = ["device"], AuthorizedKeys = [PublicKey(SharedKey), PublicKey(JoesKey).ToUpperInvariant()] },
        new User { AuthId = "ann", Roles = ["guest"], AuthorizedKeys = [PublicKey(SharedKey)] },
    ]);

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "CRY-01")]
    [Trait("wamp", "CRY-02")]
    [Trait("wamp", "CRY-03")]
    [Trait("wamp", "CRY-05")]
    public async Task The_right_signature_opens_a_session_of_the_user_whose_key_it_is(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await Login.StartRouterAsync(new CryptosignAuthenticator(Users));
        var challenges = new HashSet<string>();
        foreach (var (authId, key, user) in ((string?, byte[], string)[])
            [("joe", JoesKey, "joe"), (null, JoesKey, "joe"), ("joe", SharedKey, "joe"), ("ann", SharedKey, "ann")])
        {
            var welcome = await Login.JoinAsync(router, transport, serializer, Hello(authId, key), extra =>
            {
                Assert.Equal(64, extra.GetProperty("challenge").GetString()!.Length);
                Assert.False(extra.TryGetProperty("channel_binding", out _) || extra.TryGetProperty(
                    "pubkey", out _) || extra.TryGetProperty("signature", out _));
                challenges.Add(extra.GetProperty("challenge").GetString()!);
                return Login.Authenticate(authId is null ? Sign(extra, key).ToUpperInvariant() : Sign(extra, key));
            });

            Assert.Equal(
                (user, "cryptosign"), (welcome[2].GetProperty("authid").GetString(), welcome[2].GetProperty("authmethod").GetString()));
        }

        Assert.Equal(4, challenges.Count);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "CRY-05")]
    [Trait("wamp", "AUT-09")]
    public async Task A_key_that_the_user_has_not_and_a_name_that_nobody_has_are_challenged_and_get_the_same_answer(
        PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await Login.StartRouterAsync(new CryptosignAuthenticator(Users));
        var answers = new HashSet<string>();
        foreach (var (authId, announced, used) in ((string?, byte[], byte[])[])
            [("joe", NobodysKey, NobodysKey), ("nobody", JoesKey, JoesKey), (null, NobodysKey, NobodysKey), ("joe", JoesKey, NobodysKey),
                ("ann", JoesKey, JoesKey), (null, SharedKey, SharedKey)])
        {
            answers.Add(await Login.FailAsync(
                router, transport, serializer, Hello(authId, announced), extra => Login.Authenticate(Sign(extra, used))));
        }

        Assert.Single(answers);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "CRY-05")]
    public async Task A_signature_that_is_replayed_truncated_or_changed_opens_nothing(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await Login.StartRouterAsync(new CryptosignAuthenticator(Users));
        var hello = Hello("joe", JoesKey);

        await Login.ExpectOneUseAsync(router, transport, serializer, hello, extra => Login.Authenticate(Sign(extra, JoesKey)));
        await Login.FailAsync(
            router, transport, serializer, hello, extra => Login.Authenticate(Sign(extra, JoesKey)[..128])); // without what was signed
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "CRY-07")]
    public async Task A_router_with_a_key_proves_itself_to_clients_that_want_it(PeerTransport transport, SerializerKind serializer)
    {
        var authenticator = new CryptosignAuthenticator(Users, Convert.ToHexString(RouterKey));
        await using var router = await Login.StartRouterAsync(authenticator);
        var challenge = CryptosignSignature.NewChallenge();

        await Login.JoinAsync(router, transport, serializer, Hello("joe", JoesKey, challenge), extra =>
        {
            Assert.Equal(
                (authenticator.PublicKey, PublicKey(RouterKey)), (extra.GetProperty("pubkey").GetString(), authenticator.PublicKey));
            Assert.True(CryptosignSignature.Verify(
                Convert.FromHexString(authenticator.PublicKey!), Convert.FromHexString(challenge), default,
                    extra.GetProperty("signature").GetString()));
            return Login.Authenticate(Sign(extra, JoesKey));
        });
        await Login.JoinAsync(router, transport, serializer, Hello("joe", JoesKey), extra =>
        {
            Assert.False(extra.TryGetProperty("pubkey", out _) || extra.TryGetProperty("signature", out _));
            return Login.Authenticate(Sign(extra, JoesKey));
        });
    }

    [Fact]
    [Trait("wamp", "CRY-07")]
    public async Task A_router_without_a_key_leaves_it_to_the_client()
    {
        await using var router = await Login.StartRouterAsync(new CryptosignAuthenticator(Users));

        await Login.JoinAsync(
            router, PeerTransport.WebSocket, SerializerKind.Json, Hello("joe", JoesKey, CryptosignSignature.NewChallenge()), extra =>
        {
            Assert.False(extra.TryGetProperty("pubkey", out _) || extra.TryGetProperty("signature", out _));
            return Login.Authenticate(Sign(extra, JoesKey));
        });
    }

    [Fact]
    [Trait("wamp", "CRY-06")]
    [Trait("wamp", "CRY-09")]
    public async Task Channel_binding_is_announced_as_absent()
    {
        await using var router = await Login.StartRouterAsync(new CryptosignAuthenticator(Users));
        var hello = Login.Hello(
            "cryptosign", "joe", new JsonObject { ["pubkey"] = PublicKey(JoesKey), ["channel_binding"] = "tls-unique" });

        await Login.JoinAsync(router, PeerTransport.WebSocket, SerializerKind.Json, hello, extra =>
        {
            Assert.False(extra.TryGetProperty("channel_binding", out _));
            return Login.Authenticate(Sign(extra, JoesKey));
        });
    }

    [Theory]
    [InlineData("""{}""", "wamp.error.authentication_failed", "pubkey")]
    [InlineData("""{"pubkey":"00"}""", "wamp.error.authentication_failed", "pubkey")]
    [InlineData("""{"pubkey":"xx01020304050607080910111213141516171819202122232425262728293031"}""", "wamp.error.authentication_failed", "pubkey")]
    [InlineData("""{"pubkey":"0001020304050607080910111213141516171819202122232425262728293031","challenge":"00"}""", "wamp.error.authentication_failed", "challenge")]
    [InlineData("""{"pubkey":[]}""", "wamp.error.protocol_violation", "pubkey")]
    [Trait("wamp", "CRY-02")]
    public async Task HELLO_without_a_key_ends_by_ABORT(string extra, string reason, string told)
    {
        await using var router = await Login.StartRouterAsync(new CryptosignAuthenticator(Users, Convert.ToHexString(RouterKey)));

        Assert.Contains(
            told,
            await Login.AbortAsync(
                router, PeerTransport.WebSocket, SerializerKind.Json, Login.Hello("cryptosign", "joe", JsonNode.Parse(extra)!.AsObject()),
                    reason),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_none_is_refused_at_the_start()
    {
        Assert.Contains("64 hex digits", Assert.Throws<ArgumentException>(() => new CryptosignAuthenticator(Users, "00")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "'joe'",
            Assert.Throws<ArgumentException>(() => new StaticUsers([new User { AuthId = "joe", Roles = ["device"],
                AuthorizedKeys = ["joe's key"] }])).Message,
            StringComparison.Ordinal);
    }

    private static string PublicKey(byte[] key) => Convert.ToHexStringLower(Ed25519.PublicKeyOf(key));

    private static string Hello(string? authId, byte[] key, string? challenge = null) =>
        Login.Hello(
            "cryptosign", authId, new JsonObject { ["pubkey"] = PublicKey(key), ["channel_binding"] = null, ["challenge"] = challenge });

    private static string Sign(JsonElement extra, byte[] key) =>
        CryptosignSignature.Sign(key, Convert.FromHexString(extra.GetProperty("challenge").GetString()!));
}
