using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Authentication;
using Broker.Authentication.Tokens;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Attacks;

/// <summary>
/// Answers that were right, elsewhere or before; damaged ones; tokens that nobody has signed; and guessing. What each method makes of replayed, cut
/// and changed answers over all transports and serializers: <c>CraLoginTests</c>, <c>ScramLoginTests</c>, <c>CryptosignLoginTests</c>, <c>JwtLoginTests</c>.
/// </summary>
[Collection(nameof(Alone))]
public sealed class StolenAnswerTests
{
    private const string Denied = "wamp.error.authentication_denied";

    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    private static readonly StaticUsers Users = new(
    [
        new User
        {
            AuthId = "joe",
            Roles = ["device"],
            Cra = CraCredential.Unsalted("sesame"),
            Scram = ScramCredential.FromPassword("sesame", ScramParameters.Pbkdf2(500)),
            AuthorizedKeys = [Convert.ToHexStringLower(Ed25519.PublicKeyOf(Key))],
        },
    ]);

    public static MatrixTheoryData<string, PeerTransport, bool> Methods { get; } =
        new(["wampcra", "wamp-scram", "cryptosign"], [PeerTransport.WebSocket, PeerTransport.RawSocket], [false, true]);

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task An_answer_is_good_for_its_own_connection_once(string method, PeerTransport transport, bool isTls)
    {
        await using var attacked = await StartAsync(transport, AttemptLimits.None);
        await using (var victim = await DialAsync(attacked, transport, isTls))
        {
            // Read from the wire while the victim has not sent it yet.
            var answer = Answer(method, await victim.ChallengeAsync(Hello(method)));
            for (var i = 0; i < 5; i++)
            {
                await using var thief = await DialAsync(attacked, transport, isTls);
                await thief.ChallengeAsync(Hello(method));
                await thief.SendAsync(answer);
                await thief.ExpectAbortAsync(Denied);
                await attacked.PlayRoundAsync();
            }

            await victim.SendAsync(answer);
            Assert.Equal("joe", (await victim.ExpectAsync("[2,*]"))[2].GetProperty("authid").GetString());

            await using (var late = await DialAsync(attacked, transport, isTls))
            {
                await late.ChallengeAsync(Hello(method));
                await late.SendAsync(answer);
                await late.ExpectAbortAsync(Denied);
            }

            await victim.SendAsync(answer);
            await victim.ExpectAbortAsync("wamp.error.protocol_violation");
            await victim.ExpectCloseAsync(1002);
        }

        await attacked.EndAsync();
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Behind_a_damaged_answer_the_right_one_comes_too_late(string method, PeerTransport transport, bool isTls)
    {
        await using var attacked = await StartAsync(transport, AttemptLimits.None);
        var count = Login.Broken(new string('0', method == "cryptosign" ? 192 : 44)).Count();
        for (var i = 0; i < count; i++)
        {
            await using var peer = await DialAsync(attacked, transport, isTls);
            var answer = Answer(method, await peer.ChallengeAsync(Hello(method)));
            var damaged = JsonNode.Parse(answer)!;
            damaged[1] = Login.Broken(Signature(answer)).ElementAt(i);
            await peer.SendAsync(damaged.ToJsonString(), answer);
            await peer.ExpectAbortAsync(Denied);
            await peer.ExpectCloseAsync(1000);
            await attacked.PlayRoundAsync();
        }

        Assert.All(attacked.Endings, line => Assert.Contains("ended: join_refused.", line, StringComparison.Ordinal));
        await attacked.EndAsync();
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket, false)]
    [InlineData(PeerTransport.RawSocket, false)]
    [InlineData(PeerTransport.WebSocket, true)]
    [InlineData(PeerTransport.RawSocket, true)]
    public async Task Tokens_without_a_signature_or_signed_by_a_public_key_open_nothing(PeerTransport transport, bool isTls)
    {
        await using var attacked = await StartAsync(transport, AttemptLimits.None);
        string[] tokens =
        [
            .. ((string[])["none", "None", "nOnE", ""]).Select(algorithm => JwtMaker.Sign(algorithm, JwtMaker.Claims())),
            .. ((byte[][])
            [
                Encoding.UTF8.GetBytes(JwtMaker.Rsa.ExportSubjectPublicKeyInfoPem()), JwtMaker.Rsa.ExportSubjectPublicKeyInfo(),
                Encoding.UTF8.GetBytes(JwtMaker.Curve256.ExportSubjectPublicKeyInfoPem()), [],
            ]).Select(key => JwtMaker.Sign("HS256", JwtMaker.Claims(), hmacKey: key)),
        ];
        foreach (var token in tokens)
        {
            await using var peer = await DialAsync(attacked, transport, isTls);
            await peer.ChallengeAsync(Login.Hello("ticket", "joe"));
            await peer.SendAsync(Login.Authenticate(token));
            await peer.ExpectAbortAsync(Denied);
            await peer.ExpectCloseAsync(1000);
            await attacked.PlayRoundAsync();
            if (!peer.IsWebSocket)
            {
                continue;
            }

            await using var bearer = isTls
                ? await TestPeer.DialTlsAsync(attacked.Router, transport, SerializerKind.Json)
                : await TestPeer.DialAsync(attacked.Router, transport);
            await bearer.SendBytesAsync(Encoding.ASCII.GetBytes(
                TestPeer.UpgradeText("Sec-WebSocket-Protocol: wamp.2.json", "Authorization: Bearer " + token)));
            await bearer.ReceiveHttpHeadAsync();
            await bearer.SendAsync(Login.Hello("ticket", "joe"));
            await bearer.ExpectAbortAsync(Denied);
            await bearer.ExpectCloseAsync(1000);
        }

        await attacked.EndAsync();
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket)]
    [InlineData(PeerTransport.RawSocket)]
    public async Task Guessers_are_soon_refused_unseen_and_keep_no_memory(PeerTransport transport)
    {
        const int Guesses = 1500;
        await using var attacked = await StartAsync(transport, new AttemptLimits());
        var answers = new Dictionary<string, int>(StringComparer.Ordinal);
        await GuessAsync(20); // what grows once
        answers.Clear();
        await attacked.HoldsAsync(4 * 1024 * 1024, () => attacked.DuringAsync(GuessAsync(Guesses)));

        Assert.Equal(["too many"], answers.Keys);
        Assert.Equal(Guesses, answers["too many"]);
        await attacked.EndAsync();

        async Task GuessAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await using var peer = await TestPeer.ConnectAsync(attacked.Router, transport);
                await peer.SendAsync(Hello("wampcra"));
                var answer = await peer.ReceiveAsync();
                if (answer.StartsWith("[4,", StringComparison.Ordinal))
                {
                    await peer.SendAsync(Login.Authenticate(CraSignature.Sign("guess" + i, "anything")));
                    answer = await peer.ReceiveAsync();
                }

                Assert.Contains(Denied, answer, StringComparison.Ordinal);
                var kind = answer.Contains("Too many attempts", StringComparison.Ordinal) ? "too many" : "wrong";
                answers[kind] = answers.GetValueOrDefault(kind) + 1;
            }
        }
    }

    private static Task<AttackedRouter> StartAsync(PeerTransport transport, AttemptLimits limits) => AttackedRouter.StartAsync(transport, options =>
    {
        options.AttemptLimits = limits;
        options.Authenticators[TestRouter.Realm] =
        [
            new AnonymousAuthenticator(), new CraAuthenticator(Users), new ScramAuthenticator(Users), new CryptosignAuthenticator(Users),
            new TicketAuthenticator(new JwtTickets(JwtMaker.Options, new ManualTimeProvider())),
        ];
    });

    private static async Task<TestPeer> DialAsync(AttackedRouter attacked, PeerTransport transport, bool isTls)
    {
        if (!isTls)
        {
            return await TestPeer.ConnectAsync(attacked.Router, transport);
        }

        var peer = await TestPeer.DialTlsAsync(attacked.Router, transport, SerializerKind.Json);
        await peer.SendBytesAsync(peer.Handshake());
        await peer.ExpectHandshakeAsync();
        return peer;
    }

    private static string Hello(string method) => Login.Hello(method, "joe", method switch
    {
        "wamp-scram" => new JsonObject { ["nonce"] = ScramLoginTests.ClientNonce, ["channel_binding"] = null },
        "cryptosign" => new JsonObject { ["pubkey"] = Convert.ToHexStringLower(Ed25519.PublicKeyOf(Key)), ["channel_binding"] = null },
        _ => null,
    });

    private static string Answer(string method, JsonElement extra) => method switch
    {
        "wampcra" => Login.Authenticate(CraSignature.Sign("sesame", extra.GetProperty("challenge").GetString()!)),
        "wamp-scram" => ScramLoginTests.Prove(extra, "joe", "sesame").Answer,
        _ => Login.Authenticate(CryptosignSignature.Sign(Key, Convert.FromHexString(extra.GetProperty("challenge").GetString()!))),
    };

    private static string Signature(string answer) => JsonNode.Parse(answer)![1]!.GetValue<string>();
}
