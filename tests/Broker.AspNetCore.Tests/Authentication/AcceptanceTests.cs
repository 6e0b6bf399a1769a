using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Authentication.Tokens;
using Broker.Hosting;
using Broker.Peers;
using Broker.Realms;
using Broker.Serialization;

namespace Broker.Authentication;

/// <summary>
/// When the router's options have changed, sessions end whose clients would not be let in any more, and only they.
/// </summary>
public sealed class AcceptanceTests
{
    private const string Gone = """[6,{*},"wamp.error.authentication_required"]""";

    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    private static readonly byte[] OtherKey = RandomNumberGenerator.GetBytes(32);
    private static readonly ScramCredential Scram = ScramCredential.FromPassword("sesame", ScramParameters.Pbkdf2(500));
    private static readonly ScramCredential OtherScram = ScramCredential.FromPassword("open up", ScramParameters.Pbkdf2(500));

    public static TheoryData<PeerTransport, SerializerKind, string> Methods =>
        [.. from row in PeerMatrix.All
            from method in (string[])["ticket", "wampcra", "wamp-scram", "cryptosign"]
            select (row.Data.Item1, row.Data.Item2, method)];

    [Theory]
    [MemberData(nameof(Methods))]
    [Trait("wamp", "SES-31")]
    public async Task Who_is_no_user_any_more_has_another_role_or_secret_is_told_and_goes(
        PeerTransport transport, SerializerKind serializer, string method)
    {
        (string Change, User[] Users)[] changes =
        [
            ("removed", [Ann]),
            ("another role", [Joe with { Roles = ["guest"] }, Ann]),
            ("another secret",
            [
                Ann,
                Joe with
                {
                    Ticket = TicketCredential.Plain("open up"),
                    Cra = CraCredential.Unsalted("open up"),
                    Scram = OtherScram,
                    AuthorizedKeys = [PublicKey(OtherKey)],
                },
            ]),
        ];
        foreach (var (change, users) in changes)
        {
            await using var router = await Login.StartRouterAsync(Offer([Joe, Ann]));
            await using var joe = await JoinAsync(router, transport, serializer, "joe", method);
            await using var ann = await JoinAsync(router, transport, serializer, "ann", method);

            Reconfigure(router, Offer(users));

            await joe.ExpectAsync(Gone);
            await ExpectOpenAsync(ann);
            await joe.DisposeAsync();
            await TestRouter.WaitUntilAsync(
                () => router.Logs.Endings.Any(ending => ending.Contains("authentication_revoked", StringComparison.Ordinal)), () => change);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    [Trait("wamp", "SES-31")]
    public async Task Who_is_the_same_user_stays_whatever_else_changes(PeerTransport transport, SerializerKind serializer, string method)
    {
        await using var router = await Login.StartRouterAsync(Offer([Joe, Ann]));
        await using var joe = await JoinAsync(router, transport, serializer, "joe", method);

        Reconfigure(
            router,
            Offer(
            [
                Joe with
                {
                    Roles = ["guest", "device"],
                    AuthorizedKeys = [PublicKey(OtherKey), PublicKey(Key).ToUpperInvariant()],
                    Ticket = TicketCredential.Plain("sesame"),
                    Cra = CraCredential.Unsalted("sesame"),
                },
            ]));

        await ExpectOpenAsync(joe);
    }

    [Theory]
    [InlineData(true, "[2,*]")]
    [InlineData(false, """[3,{*},"wamp.error.authentication_denied"]""")]
    public async Task A_token_is_judged_by_the_keys_of_the_moment_in_which_it_is_shown(bool isSameKey, string answer)
    {
        var clock = new ManualTimeProvider();
        await using var router = await Login.StartRouterAsync(new TicketAuthenticator(new JwtTickets(JwtMaker.Options, clock)));
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket);
        await peer.ChallengeAsync(Login.Hello("ticket", null));

        var options = JwtMaker.Options with { HmacKey = isSameKey ? JwtMaker.HmacKey : "another key of more than 32 octets" };
        Reconfigure(router, [new TicketAuthenticator(new JwtTickets(options, clock))]);
        await peer.SendAsync(Login.Authenticate(JwtMaker.Sign("HS256", JwtMaker.Claims())));

        await peer.ExpectAsync(answer);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Who_is_removed_before_the_proof_is_shown_does_not_join(PeerTransport transport, SerializerKind serializer, string method)
    {
        await using var router = await Login.StartRouterAsync(Offer([Joe, Ann]));
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        var challenge = await peer.ChallengeAsync(Hello("joe", method));

        Reconfigure(router, Offer([Ann]));
        await peer.SendAsync(Answer("joe", method, challenge));

        await peer.ExpectAbortAsync(method == "ticket" ? "wamp.error.authentication_denied" : "wamp.error.authentication_required");
    }

    [Theory]
    [InlineData("ticket")]
    [InlineData("wampcra")]
    [InlineData("wamp-scram")]
    [InlineData("cryptosign")]
    public async Task Sessions_of_a_method_that_is_not_offered_any_more_end(string method)
    {
        await using var router = await Login.StartRouterAsync(Offer([Joe]));
        await using var joe = await JoinAsync(router, PeerTransport.WebSocket, SerializerKind.Json, "joe", method);

        Reconfigure(router, [.. Offer([Joe]).Where(one => one.Method != method)]);

        await joe.ExpectAsync(Gone);
    }

    [Theory]
    [InlineData(true, "guest", true)]
    [InlineData(true, "anonymous", false)]
    [InlineData(false, "guest", false)]
    public async Task Anonymous_sessions_end_with_their_role_or_with_the_method(bool isOffered, string role, bool stays)
    {
        await using var router = await Login.StartRouterAsync(new AnonymousAuthenticator("guest"));
        await using var peer = await TestPeer.JoinAsync(router, PeerTransport.WebSocket, SerializerKind.Json);

        Reconfigure(router, isOffered ? [new AnonymousAuthenticator(role)] : Offer([Joe]));

        await (stays ? ExpectOpenAsync(peer) : peer.ExpectAsync(Gone));
    }

    [Fact]
    public async Task The_testament_of_a_session_that_ends_so_is_published()
    {
        await using var router = await Login.StartRouterAsync(Offer([Joe, Ann]));
        await using var ann = await JoinAsync(router, PeerTransport.WebSocket, SerializerKind.Json, "ann", "ticket");
        await ann.SendAsync("""[32,1,{},"com.example.gone"]""");
        await ann.ExpectAsync("[33,1,*]");
        await using var joe = await JoinAsync(router, PeerTransport.WebSocket, SerializerKind.Json, "joe", "ticket");
        await joe.SendAsync("""[48,1,{},"wamp.session.add_testament",["com.example.gone",["joe"],{}]]""");
        await joe.ExpectAsync("[50,1,*]");

        Reconfigure(router, Offer([Ann]));

        await joe.ExpectAsync(Gone);
        Assert.Equal("joe", (await ann.ExpectAsync("[36,*]"))[4][0].GetString());
    }

    [Theory]
    [InlineData("the user is removed")]
    [InlineData("the secret is another")]
    [InlineData("no method is left")]
    [Trait("wamp", "AUT-13")]
    public async Task A_cookie_opens_nothing_when_the_login_that_gave_it_would_not(string change)
    {
        var clock = new ManualTimeProvider();
        var cookies = new LoginCookies(new Microsoft.AspNetCore.DataProtection.EphemeralDataProtectionProvider(), clock);
        IWampAuthenticator[] Remember(params User[] users)
        {
            var inner = users.Length == 0 ? [] : Offer(users);
            return [.. inner.Select(one => new RememberingAuthenticator(one, cookies, clock)), new CookieAuthenticator(cookies) { Origins = inner }];
        }

        await using var router = await Login.StartRouterAsync(Remember(Joe, Ann));
        string cookie;
        await using (var peer = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket))
        {
            await peer.ChallengeAsync(Hello("joe", "ticket"));
            await peer.SendAsync(Login.Authenticate("sesame"));
            var extra = (await peer.ExpectAsync("[2,*]"))[2].GetProperty("authextra").GetProperty("cookie");
            cookie = $"Cookie: {extra.GetProperty("name").GetString()}={extra.GetProperty("value").GetString()}";
        }

        await using var open = await BrowserAsync(router, cookie);
        await open.ExpectAsync("[2,*]");

        Reconfigure(router, Remember(change switch
        {
            "the user is removed" => [Ann],
            "the secret is another" => [Joe with { Ticket = TicketCredential.Plain("open up") }, Ann],
            _ => [],
        }));

        await open.ExpectAsync(Gone);
        await using var late = await BrowserAsync(router, cookie);
        await late.ExpectAbortAsync("wamp.error.authentication_required");
    }

    [Fact]
    [Trait("wamp", "AUT-13")]
    public async Task A_cookie_of_the_application_is_good_for_as_long_as_its_user()
    {
        var cookies = new LoginCookies(new Microsoft.AspNetCore.DataProtection.EphemeralDataProtectionProvider(), new ManualTimeProvider());
        IWampAuthenticator Authenticator(User user) => new CookieAuthenticator(cookies, new StaticUsers([user])) { Origins = Offer([user]) };
        var cookie = $"Cookie: broker={cookies.Seal("realm1", "joe", ["device"])}";
        await using var router = await Login.StartRouterAsync(Authenticator(Joe));
        await using var open = await BrowserAsync(router, cookie);
        await open.ExpectAsync("[2,*]");

        Reconfigure(router, [Authenticator(Ann)]);

        await open.ExpectAsync(Gone);
    }

    [Fact]
    public void A_certificate_is_judged_by_the_rules_of_now()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=sensor-7", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        var client = new AcceptedClient(
            "realm1",
            "tls",
            new Sessions.SessionIdentity("sensor-7", "device", "tls", "x509"),
            Evidence: null,
            new TransportInfo { ClientCertificate = certificate });
        bool Stays(string value, string role, string? authId = null) => new ClientCertificateAuthenticator(
            new CertificateRule { Name = CertificateName.CommonName, Value = value, Roles = [role], AuthId = authId }).StillAccepts(client);

        Assert.True(Stays("sensor-*", "device"));
        Assert.False(Stays("sensor-8", "device"));
        Assert.False(Stays("sensor-7", "guest"));
        Assert.False(Stays("sensor-7", "device", "seven"));
        Assert.False(new ClientCertificateAuthenticator().StillAccepts(client));
        Assert.False(new ClientCertificateAuthenticator(new CertificateRule { Name = CertificateName.CommonName, Value = "*", Roles = ["device"] })
        {
            Reserved = new HashSet<string> { "sensor-7" },
        }.StillAccepts(client));
    }

    [Theory]
    [InlineData("jwt", true)]
    [InlineData("static", false)]
    [InlineData("dynamic", false)]
    public void Tickets_of_several_kinds_are_told_apart_by_their_provider(string provider, bool stays)
    {
        var client = new AcceptedClient(
            "realm1", "ticket", new Sessions.SessionIdentity("joe", "device", "ticket", provider), Evidence: null, new TransportInfo());
        var authenticator = new TicketAuthenticator(new UserTickets(new StaticUsers([Ann])), new Tokens.JwtTickets(JwtMaker.Options));

        Assert.Equal(stays, authenticator.StillAccepts(client));
    }

    private static User Joe => new()
    {
        AuthId = "joe",
        Roles = ["device"],
        Ticket = TicketCredential.Plain("sesame"),
        Cra = CraCredential.Unsalted("sesame"),
        Scram = Scram,
        AuthorizedKeys = [PublicKey(Key)],
    };

    private static User Ann => Joe with { AuthId = "ann" };

    private static IWampAuthenticator[] Offer(User[] users)
    {
        var store = new StaticUsers(users);
        return [new TicketAuthenticator(store), new CraAuthenticator(store), new ScramAuthenticator(store), new CryptosignAuthenticator(store)];
    }

    private static void Reconfigure(TestRouter router, IWampAuthenticator[] authenticators)
    {
        var options = new WampRouterOptions { AttemptLimits = AttemptLimits.None };
        options.Realms[TestRouter.Realm] = router.Router.Options.Realms.TryGetValue(TestRouter.Realm, out var realm) ? realm : new RealmOptions();
        options.Authenticators[TestRouter.Realm] = authenticators;
        router.Router.Reconfigure(options);
    }

    private static string Hello(string authId, string method) => Login.Hello(
        method,
        authId,
        method switch
        {
            "cryptosign" => new JsonObject { ["pubkey"] = PublicKey(Key) },
            "wamp-scram" => new JsonObject { ["nonce"] = ScramLoginTests.ClientNonce },
            _ => null,
        });

    private static async Task<TestPeer> JoinAsync(
        TestRouter router, PeerTransport transport, SerializerKind serializer, string authId, string method)
    {
        var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        var extra = await peer.ChallengeAsync(Hello(authId, method));
        await peer.SendAsync(Answer(authId, method, extra));
        await peer.ExpectAsync("[2,*]");
        return peer;
    }

    private static string Answer(string authId, string method, JsonElement extra) => method switch
    {
        "ticket" => Login.Authenticate("sesame"),
        "wampcra" => Login.Authenticate(CraSignature.Sign("sesame", extra.GetProperty("challenge").GetString()!)),
        "wamp-scram" => ScramLoginTests.Prove(extra, authId, "sesame").Answer,
        _ => Login.Authenticate(CryptosignSignature.Sign(Key, Convert.FromHexString(extra.GetProperty("challenge").GetString()!))),
    };

    private static async Task<TestPeer> BrowserAsync(TestRouter router, string cookie)
    {
        var peer = await TestPeer.DialAsync(router, PeerTransport.WebSocket);
        await peer.SendBytesAsync(System.Text.Encoding.ASCII.GetBytes(TestPeer.UpgradeText("Sec-WebSocket-Protocol: wamp.2.json", cookie)));
        await peer.ReceiveHttpHeadAsync();
        await peer.SendAsync(Login.Hello("cookie", null));
        return peer;
    }

    private static async Task ExpectOpenAsync(TestPeer peer)
    {
        await peer.SendAsync("""[48,1,{},"com.example.nothing"]""");
        await peer.ExpectAsync("[8,48,1,*]");
    }

    private static string PublicKey(byte[] key) => Convert.ToHexStringLower(Ed25519.PublicKeyOf(key));
}
