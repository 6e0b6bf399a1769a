using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Options;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Authentication;

/// <summary>
/// Users and a router that prove to each other that they know a password (WAMP specification, "Salted Challenge Response Authentication").
/// </summary>
public sealed class ScramLoginTests
{
    internal const string ClientNonce = "nDWFIzQFYPvXL+ZCzNRPgcDXBjJ5ndWY";

    // A test's own "Argon2id": whatever derives the key, the router only compares what comes of it.
    private static readonly ScramCredential Argon2 =
        ScramCredential.FromPassword(
            "open up", ScramParameters.Argon2id13(iterations: 3, memory: 4096), (password, _, _, _, key) => password.CopyTo(key));

    private static readonly StaticUsers Users = new(
    [
        new User { AuthId = "joe", Roles = ["device"], Scram = ScramCredential.FromPassword("sesame", ScramParameters.Pbkdf2(500)),
            Extra = new() { ["site"] = "Zürich" } },
        new User { AuthId = "ann", Roles = ["guest"], Scram = Argon2 },
        new User { AuthId = "I\u00ADX", Roles = ["guest"], Scram = ScramCredential.FromPassword("sesame", ScramParameters.Pbkdf2(500)) },
    ]);

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SCR-03")]
    [Trait("wamp", "SCR-06")]
    [Trait("wamp", "SCR-07")]
    [Trait("wamp", "SCR-13")]
    [Trait("wamp", "SCR-15")]
    public async Task The_right_proof_opens_a_session_and_WELCOME_proves_the_router(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await Login.StartRouterAsync(new ScramAuthenticator(Users));
        foreach (var (authId, password, kdf, iterations) in ((string, string, string, int)[])[("joe", "sesame", "pbkdf2", 500),
            ("ann", "open up", "argon2id13", 3)])
        {
            var verifier = "";
            var welcome = await Login.JoinAsync(router, transport, serializer, Hello(authId), extra =>
            {
                Assert.Equal((kdf, iterations), (extra.GetProperty("kdf").GetString(), extra.GetProperty("iterations").GetInt32()));
                Assert.Equal(
                    kdf == "argon2id13" ? 4096 : null, extra.TryGetProperty("memory", out var memory) ? memory.GetInt32() : (int?)null);
                Assert.StartsWith(ClientNonce, extra.GetProperty("nonce").GetString(), StringComparison.Ordinal);
                (var answer, verifier) = Prove(extra, authId, password);
                return answer;
            });

            var details = welcome[2];
            Assert.Equal(verifier, details.GetProperty("authextra").GetProperty("verifier").GetString());
            Assert.Equal(authId == "joe", details.GetProperty("authextra").TryGetProperty("site", out _));
            Assert.Equal(
                (authId, "wamp-scram"), (details.GetProperty("authid").GetString(), details.GetProperty("authmethod").GetString()));
        }
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SCR-02")]
    [Trait("wamp", "AUT-09")]
    public async Task A_wrong_password_and_a_name_that_nobody_has_are_challenged_and_get_the_same_answer(
        PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await Login.StartRouterAsync(new ScramAuthenticator(Users));
        var answers = new HashSet<string>();
        foreach (var (authId, password) in ((string, string)[])[("joe", "sesam"), ("ann", "open"), ("nobody", "sesame"),
            ("no\u0007body", "sesame")])
        {
            answers.Add(await Login.FailAsync(
                router, transport, serializer, Hello(authId), extra => Prove(extra, authId, password).Answer));
        }

        Assert.Single(answers);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SCR-06")]
    public async Task A_proof_that_is_replayed_truncated_or_changed_opens_nothing(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await Login.StartRouterAsync(new ScramAuthenticator(Users));

        await Login.ExpectOneUseAsync(router, transport, serializer, Hello("joe"), extra => Prove(extra, "joe", "sesame").Answer);
    }

    [Theory]
    [InlineData("""{"nonce":"@1"}""")]
    [InlineData("""{}""")]
    [InlineData("""{"nonce":"@","channel_binding":"tls-unique"}""")]
    [InlineData("""{"nonce":"@","channel_binding":null,"cbind_data":"AAAA"}""")]
    [Trait("wamp", "SCR-06")]
    public async Task Nonce_and_channel_of_the_answer_must_be_those_of_the_challenge(string extra)
    {
        await using var router = await Login.StartRouterAsync(new ScramAuthenticator(Users));

        await Login.FailAsync(router, PeerTransport.WebSocket, SerializerKind.Json, Hello("joe"), challenge =>
        {
            var answer = JsonNode.Parse(Prove(challenge, "joe", "sesame").Answer)!;
            answer[2] = JsonNode.Parse(extra.Replace("@", challenge.GetProperty("nonce").GetString(), StringComparison.Ordinal));
            return answer.ToJsonString();
        });
    }

    [Theory]
    [InlineData("""{}""", "wamp.error.authentication_failed", "nonce")]
    [InlineData("""{"nonce":""}""", "wamp.error.authentication_failed", "nonce")]
    [InlineData("""{"nonce":"AAA"}""", "wamp.error.authentication_failed", "nonce")]
    [InlineData("""{"nonce":"AAAA","channel_binding":"tls-unique"}""", "wamp.error.authentication_failed", "channel binding")]
    [InlineData("""{"nonce":"AAAA","channel_binding":"tls-exporter"}""", "wamp.error.authentication_failed", "channel binding")]
    [InlineData("""{"nonce":5}""", "wamp.error.protocol_violation", "nonce")]
    [Trait("wamp", "SCR-02")]
    [Trait("wamp", "SCR-16")]
    public async Task What_HELLO_must_not_ask_for_ends_by_ABORT(string extra, string reason, string told)
    {
        await using var router = await Login.StartRouterAsync(new ScramAuthenticator(Users));

        Assert.Contains(
            told,
            await Login.AbortAsync(
                router, PeerTransport.WebSocket, SerializerKind.Json, Login.Hello("wamp-scram", "joe", JsonNode.Parse(extra)!.AsObject()),
                    reason),
            StringComparison.Ordinal);
    }

    [Fact]
    [Trait("wamp", "SCR-02")]
    public async Task The_salt_of_a_name_is_the_same_each_time_whether_somebody_has_it_or_not()
    {
        await using var router = await Login.StartRouterAsync(new ScramAuthenticator(Users));
        var salts = new List<(string Name, string? Salt)>();
        foreach (var authId in (string[])["joe", "nobody", "none", "joe", "nobody", "none"])
        {
            await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
            salts.Add((authId, (await peer.ChallengeAsync(Hello(authId))).GetProperty("salt").GetString()));
        }

        Assert.Equal(3, salts.Distinct().Count());
        Assert.Equal(3, salts.Select(one => one.Salt).Distinct().Count());
    }

    [Theory]
    [InlineData("IX")]
    [InlineData("I\u00ADX")]
    [InlineData("\u2168")]
    [Trait("wamp", "SCR-14")]
    public async Task A_name_is_found_however_it_is_typed(string authId)
    {
        await using var router = await Login.StartRouterAsync(new ScramAuthenticator(Users));

        var welcome = await Login.JoinAsync(
            router, PeerTransport.RawSocket, SerializerKind.Cbor, Hello(authId), extra => Prove(extra, authId, "sesame").Answer);

        Assert.Equal("I\u00ADX", welcome[2].GetProperty("authid").GetString());
    }

    private static string Hello(string authId) =>
        Login.Hello("wamp-scram", authId, new JsonObject { ["nonce"] = ClientNonce, ["channel_binding"] = null });

    internal static (string Answer, string Verifier) Prove(JsonElement extra, string authId, string password)
    {
        var challenge = ScramChallenge.Parse(SerializerKind.Json, JsonSerializer.SerializeToUtf8Bytes(extra));
        Assert.True(ScramParameters.TryCreate(
            challenge.Kdf!, challenge.Salt!, challenge.Iterations!.Value, challenge.Memory ?? 0, out var parameters, out _));
        using var keys = ScramKeys.Derive(password, parameters, (prepared, _, _, _, key) => prepared.CopyTo(key));
        var answer = new ScramAnswer { Nonce = challenge.Nonce };
        var authMessage = ScramMessages.AuthMessage(authId, ClientNonce, challenge, answer);
        return (Login.Authenticate(keys.Proof(authMessage), ExtraDict.Of(answer)), keys.Verifier(authMessage));
    }
}
