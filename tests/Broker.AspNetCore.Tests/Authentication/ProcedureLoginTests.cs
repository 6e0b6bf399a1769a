using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Authentication.Remote;
using Broker.Options;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Authentication;

/// <summary>Users of whom a WAMP procedure knows (WAMP specification, "Dynamic Authentication"; Crossbar.io's contract).</summary>
[Trait("wamp", "AUT-16")]
public sealed class ProcedureLoginTests
{
    private const string Procedure = "com.example.authenticate";

    private static readonly ProcedureOptions Asked = new() { Procedure = Procedure };

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    public async Task A_procedure_judges_tickets(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await Login.StartRouterAsync(
            new TicketAuthenticator(new ProcedureTickets(Asked)), new AnonymousAuthenticator());
        await using var judge = await JudgeAsync(router, transport, serializer);
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        await peer.ChallengeAsync(Login.Hello("ticket", "joe", new JsonObject { ["device"] = "é" }, "technician"));
        await peer.SendAsync(Login.Authenticate("sesame"));

        var arguments = (await judge.ExpectAsync("[68,1,*]"))[4];
        Assert.Equal(("realm1", "joe"), (arguments[0].GetString(), arguments[1].GetString()));
        var details = arguments[2];
        Assert.Equal(
            ("ticket", "sesame", "technician", "é"),
            (details.GetProperty("authmethod").GetString(), details.GetProperty("ticket").GetString(),
                details.GetProperty("authrole").GetString(),
                details.GetProperty("authextra").GetProperty("device").GetString()));
        await judge.SendAsync(
            """[70,1,{},[{"role":"device","roles":["technician"],"authid":"joe@example.com","extra":{"site":"Zürich"},"more":[1]}]]""");

        var welcome = await peer.ExpectAsync("[2,*]");
        Assert.Equal(details.GetProperty("session").GetInt64(), welcome[1].GetInt64());
        Assert.Equal(
            ("joe@example.com", "technician", "ticket", "dynamic", "Zürich"),
            (Text(welcome, "authid"), Text(welcome, "authrole"), Text(welcome, "authmethod"), Text(welcome, "authprovider"),
                welcome[2].GetProperty("authextra").GetProperty("site").GetString()));
    }

    [Theory]
    [InlineData("""[70,1,{},["device"]]""", "device")]
    [InlineData("""[70,1,{},[],{"role":"device"}]""", "device")]
    [InlineData("""[70,1,{},[{"role":"device","authid":null,"extra":null,"expires":4000000000}]]""", "device")]
    [InlineData("""[70,1,{},[{"role":"device","expires":1}]]""", null)]
    [InlineData("""[70,1,{}]""", null)]
    [InlineData("""[70,1,{},[null]]""", null)]
    [InlineData("""[70,1,{},[false]]""", null)]
    [InlineData("""[8,68,1,{},"com.example.error.wrong_ticket",["psst"]]""", null)]
    [InlineData("""[8,68,1,{},"wamp.error.no_such_principal"]""", null)]
    [InlineData("""[8,68,1,{},"wamp.error.not_authorized"]""", null)]
    [Trait("wamp", "AUT-09")]
    public async Task It_accepts_and_denies_in_several_ways(string answer, string? role)
    {
        await using var router = await Login.StartRouterAsync(
            new TicketAuthenticator(new ProcedureTickets(Asked with { Realm = "realm1" })), new AnonymousAuthenticator());
        await using var judge = await JudgeAsync(router);
        await using var peer = await AskAsync(router);
        await judge.ExpectAsync("[68,1,*]");
        await judge.SendAsync(answer);

        if (role is null)
        {
            Assert.DoesNotContain("psst", await peer.ExpectAbortAsync("wamp.error.authentication_denied"), StringComparison.Ordinal);
        }
        else
        {
            var welcome = await peer.ExpectAsync("[2,*]");
            Assert.Equal(("joe", role), (Text(welcome, "authid"), Text(welcome, "authrole")));
        }
    }

    [Theory]
    [InlineData("""[70,1,{},[true]]""", "neither a role nor a dict")]
    [InlineData("""[70,1,{},[["device"]]]""", "neither a role nor a dict")]
    [InlineData("""[70,1,{},[{}]]""", "grants no role")]
    [InlineData("""[70,1,{},[{"role":"admin"}]]""", "grants no role")]
    [InlineData("""[70,1,{},[{"role":5}]]""", "role that is no text")]
    [InlineData("""[70,1,{},[{"roles":["device",5]}]]""", "not all texts")]
    [InlineData("""[70,1,{},[{"role":"device","authid":5}]]""", "authid that is no text")]
    [InlineData("""[70,1,{},[{"role":"device","realm":"realm2"}]]""", "another realm")]
    [InlineData("""[70,1,{},[{"role":"device","extra":[]}]]""", "extra that is no dict")]
    [InlineData("""[70,1,{},[{"role":"device","expires":"never"}]]""", "expires that is no number")]
    [InlineData("""[70,1,{},[{"role":"device","expires":9007199254740992}]]""", "expires that is no number")]
    [InlineData("""[70,1,{},[{"role":"device","a":{"b":1,"b":2}}]]""", "key twice")]
    [InlineData("""[8,68,1,{},"wamp.error.runtime_error",["psst"]]""", "wamp.error.runtime_error")]
    [InlineData("""[8,68,1,{},"wamp.error.invalid_argument"]""", "wamp.error.invalid_argument")]
    [InlineData("""[8,68,1,{},"wamp.error.runtime_error",["no user \u001b[31mjoe\r"]]""", "no user ?[31mjoe?")]
    public async Task An_answer_that_is_none_lets_nobody_in_and_is_logged(string answer, string logged)
    {
        await using var router = await Login.StartRouterAsync(
            new TicketAuthenticator(new ProcedureTickets(Asked with { Roles = ["device"] })), new AnonymousAuthenticator());
        await using var judge = await JudgeAsync(router);
        await using var peer = await AskAsync(router);
        await judge.ExpectAsync("[68,1,*]");
        await judge.SendAsync(answer);

        Assert.DoesNotContain("psst", await peer.ExpectAbortAsync("wamp.error.authentication_failed"), StringComparison.Ordinal);
        var error = Assert.Single(router.Logs.Errors);
        Assert.Contains(logged, error, StringComparison.Ordinal);
        Assert.Contains(Procedure, error, StringComparison.Ordinal);
        router.Logs.ForgetErrors();
    }

    [Theory]
    [InlineData("nobody", "wamp.error.no_such_procedure")]
    [InlineData("gone", "wamp.error.canceled")]
    [InlineData("silent", "within 3 s")]
    [InlineData("elsewhere", "no realm com.example.elsewhere")]
    public async Task A_procedure_that_does_not_answer_lets_nobody_in(string kind, string logged)
    {
        var clock = new ManualTimeProvider();
        var options = kind == "elsewhere" ? Asked with { Realm = "com.example.elsewhere" } : Asked;
        await using var router = await Login.StartRouterAsync(
            new TicketAuthenticator(new ProcedureTickets(options, clock)), new AnonymousAuthenticator());
        await using var judge = kind is "gone" or "silent"
            ? await JudgeAsync(router)
            : await TestPeer.DialAsync(router, PeerTransport.RawSocket);
        await using var peer = await AskAsync(router);
        if (kind is "gone" or "silent")
        {
            await judge.ExpectAsync("[68,1,*]");
        }

        if (kind == "gone")
        {
            judge.Reset();
        }
        else
        {
            clock.Advance(TimeSpan.FromSeconds(3));
        }

        await peer.ExpectAbortAsync("wamp.error.authentication_failed");
        Assert.Contains(logged, Assert.Single(router.Logs.Errors), StringComparison.Ordinal);
        router.Logs.ForgetErrors();
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.RawSockets), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "CRA-05")]
    [Trait("wamp", "SCR-06")]
    [Trait("wamp", "CRY-05")]
    public async Task A_procedure_knows_the_secrets_of_users(PeerTransport transport, SerializerKind serializer)
    {
        var users = new ProcedureUsers(Asked);
        await using var router = await Login.StartRouterAsync(
            new CraAuthenticator(users), new ScramAuthenticator(users), new CryptosignAuthenticator(users), new AnonymousAuthenticator());
        await using var judge = await JudgeAsync(router, transport, serializer);
        var key = RandomNumberGenerator.GetBytes(32);
        var publicKey = Convert.ToHexStringLower(Ed25519.PublicKeyOf(key));
        var derived = CraSignature.DeriveKey("sesame", "salt123", 10, 16);
        var invocation = 0;

        foreach (var principal in (string[])
            [
                """{"role":"device","secret":"sesame"}""",
                $$"""{"role":"device","secret":"{{derived}}","salt":"salt123","iterations":10,"keylen":16}""",
                $$"""{"role":"device","hash":"{{CraCredential.FromSecret("sesame", 20).ToText()}}"}""",
            ])
        {
            await using var peer = await StartAsync(Login.Hello("wampcra", "joe"), principal);
            var challenge = (await peer.ExpectAsync("[4,*]"))[2];
            var secret = challenge.TryGetProperty("salt", out var salt)
                ? CraSignature.DeriveKey(
                    "sesame", salt.GetString()!, challenge.GetProperty("iterations").GetInt32(), challenge.GetProperty("keylen").GetInt32())
                : "sesame";
            await ExpectWelcomeAsync(peer, Login.Authenticate(CraSignature.Sign(secret, challenge.GetProperty("challenge").GetString()!)));
        }

        var scram = ScramCredential.FromPassword("sesame", ScramParameters.Pbkdf2(30)).ToText();
        await using (var peer = await StartAsync(
            Login.Hello("wamp-scram", "joe", new() { ["nonce"] = "AAAA" }), $$"""{"role":"device","hash":"{{scram}}"}"""))
        {
            var challenge = ScramChallenge.Parse(
                SerializerKind.Json, JsonSerializer.SerializeToUtf8Bytes((await peer.ExpectAsync("[4,*]"))[2]));
            Assert.True(ScramParameters.TryCreate(
                challenge.Kdf!, challenge.Salt!, challenge.Iterations!.Value, 0, out var parameters, out _));
            using var keys = ScramKeys.Derive("sesame", parameters);
            var answer = new ScramAnswer { Nonce = challenge.Nonce };
            await ExpectWelcomeAsync(
                peer, Login.Authenticate(keys.Proof(ScramMessages.AuthMessage("joe", "AAAA", challenge, answer)), ExtraDict.Of(answer)));
        }

        foreach (var (authId, principal) in ((string?, string)[])
            [
                ("joe", $$"""{"role":"device","pubkey":"{{publicKey}}"}"""),
                ("joe", $$"""{"role":"device","authorized_keys":["00","{{publicKey}}"]}"""),
                (null, $$"""{"role":"device","authid":"joe","pubkey":"{{publicKey}}"}"""),
            ])
        {
            await using var peer = await StartAsync(Login.Hello("cryptosign", authId, new() { ["pubkey"] = publicKey }), principal);
            var challenge = (await peer.ExpectAsync("[4,*]"))[2].GetProperty("challenge").GetString()!;
            await ExpectWelcomeAsync(peer, Login.Authenticate(CryptosignSignature.Sign(key, Convert.FromHexString(challenge))));
        }

        async Task<TestPeer> StartAsync(string hello, string principal)
        {
            var peer = await TestPeer.ConnectAsync(router, transport, serializer);
            await peer.SendAsync(hello);
            var details = (await judge.ExpectAsync($"[68,{++invocation},*]"))[4][2];
            Assert.Equal(
                JsonElement.Parse(hello)[2].GetProperty("authmethods")[0].GetString(), details.GetProperty("authmethod").GetString());
            await judge.SendAsync($"[70,{invocation},{{}},[{principal}]]");
            return peer;
        }

        async Task ExpectWelcomeAsync(TestPeer peer, string authenticate)
        {
            await peer.SendAsync(authenticate);
            var welcome = await peer.ExpectAsync("[2,*]");
            Assert.Equal(("joe", "device", "dynamic"), (Text(welcome, "authid"), Text(welcome, "authrole"), Text(welcome, "authprovider")));
        }
    }

    /// <summary>A procedure judges tickets; where it tells what the ticket is, the router sees whether it is that one.</summary>
    [Theory]
    [InlineData("""{"role":"device"}""", null)]
    [InlineData("""{"role":"device","secret":"sesame"}""", null)]
    [InlineData("""{"role":"device","secret":"another"}""", "wamp.error.authentication_denied")]
    [InlineData("""{"role":"device","hash":"sesame hashed"}""", null)]
    [InlineData("""{"role":"device","hash":"another hashed"}""", "wamp.error.authentication_denied")]
    [InlineData("""{"role":"device","secret":"sesame","salt":null}""", null)]
    [InlineData("""{"role":"device","secret":null}""", "wamp.error.authentication_denied")]
    [InlineData("""{"role":"device","secret":""}""", "wamp.error.authentication_denied")]
    [InlineData("""{"role":"device","hash":null}""", "wamp.error.authentication_denied")]
    [InlineData("""{"role":"device","secret":"AA==","salt":"a","iterations":1,"keylen":1}""", "wamp.error.authentication_denied")]
    [InlineData("""{"role":"device","hash":"sesame for CRA"}""", "wamp.error.authentication_denied")]
    [Trait("wamp", "TIC-04")]
    public async Task A_ticket_is_the_one_that_the_answer_tells(string principal, string? refusal)
    {
        await using var router = await Login.StartRouterAsync(new TicketAuthenticator(new ProcedureTickets(Asked)), new AnonymousAuthenticator());
        await using var judge = await JudgeAsync(router);
        await using var peer = await AskAsync(router);
        await judge.ExpectAsync("[68,1,*]");
        principal = principal
            .Replace("sesame hashed", ScramCredential.FromPassword("sesame", ScramParameters.Pbkdf2(30)).ToText(), StringComparison.Ordinal)
            .Replace("another hashed", ScramCredential.FromPassword("another", ScramParameters.Pbkdf2(30)).ToText(), StringComparison.Ordinal)
            .Replace("sesame for CRA", CraCredential.FromSecret("sesame", 20).ToText(), StringComparison.Ordinal);
        await judge.SendAsync($"[70,1,{{}},[{principal}]]");

        if (refusal is null)
        {
            await peer.ExpectAsync("[2,*]");
            return;
        }

        await peer.ExpectAbortAsync(refusal);
    }

    [Fact]
    [Trait("wamp", "CRA-05")]
    public async Task A_secret_that_the_answer_does_not_tell_opens_nothing()
    {
        await using var router = await Login.StartRouterAsync(new CraAuthenticator(new ProcedureUsers(Asked)), new AnonymousAuthenticator());
        await using var judge = await JudgeAsync(router);
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
        await peer.SendAsync(Login.Hello("wampcra", "joe"));
        await judge.ExpectAsync("[68,1,*]");
        await judge.SendAsync("""[70,1,{},[{"role":"device","secret":""}]]""");

        var text = (await peer.ExpectAsync("[4,*]"))[2].GetProperty("challenge").GetString()!;
        await peer.SendAsync(Login.Authenticate(CraSignature.Sign("", text)));

        await peer.ExpectAbortAsync("wamp.error.authentication_denied");
    }

    [Theory]
    [InlineData("""{"role":"device"}""")]
    [InlineData("""{"role":"device","pubkey":"0000000000000000000000000000000000000000000000000000000000000000"}""")]
    [Trait("wamp", "CRY-05")]
    public async Task A_key_that_the_answer_does_not_tell_opens_nothing(string principal)
    {
        await using var router = await Login.StartRouterAsync(new CryptosignAuthenticator(new ProcedureUsers(Asked)), new AnonymousAuthenticator());
        await using var judge = await JudgeAsync(router);
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
        var key = RandomNumberGenerator.GetBytes(32);
        await peer.SendAsync(Login.Hello("cryptosign", "joe", new() { ["pubkey"] = Convert.ToHexStringLower(Ed25519.PublicKeyOf(key)) }));
        await judge.ExpectAsync("[68,1,*]");
        await judge.SendAsync($"[70,1,{{}},[{principal}]]");

        var challenge = (await peer.ExpectAsync("[4,*]"))[2].GetProperty("challenge").GetString()!;
        await peer.SendAsync(Login.Authenticate(CryptosignSignature.Sign(key, Convert.FromHexString(challenge))));

        await peer.ExpectAbortAsync("wamp.error.authentication_denied");
    }

    [Theory]
    [InlineData("""{"role":"device","secret":"x","salt":"a$b"}""", "salted secret")]
    [InlineData("""{"role":"device","secret":"no base64","salt":"a","iterations":1,"keylen":1}""", "salted secret")]
    [InlineData("""{"role":"device","secret":"AA==","salt":"a","iterations":-1,"keylen":1}""", "iterations")]
    [InlineData("""{"role":"device","hash":"md5$x"}""", "hash")]
    public async Task A_secret_that_is_of_no_use_lets_nobody_in(string principal, string logged)
    {
        await using var router = await Login.StartRouterAsync(
            new CraAuthenticator(new ProcedureUsers(Asked)), new AnonymousAuthenticator());
        await using var judge = await JudgeAsync(router);
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
        await peer.SendAsync(Login.Hello("wampcra", "joe"));
        await judge.ExpectAsync("[68,1,*]");
        await judge.SendAsync($"[70,1,{{}},[{principal}]]");

        await peer.ExpectAbortAsync("wamp.error.authentication_failed");
        Assert.Contains(logged, Assert.Single(router.Logs.Errors), StringComparison.Ordinal);
        router.Logs.ForgetErrors();
    }

    [Fact]
    [Trait("wamp", "CRA-08")]
    public async Task A_user_that_it_does_not_know_is_challenged_like_any_other()
    {
        var like = new User { AuthId = "like", Roles = ["device"], Cra = CraCredential.FromSecret("x", 100) };
        var users = new ProcedureUsers(Asked, new UnknownUsers([like]) { Provider = "dynamic" });
        await using var router = await Login.StartRouterAsync(new CraAuthenticator(users), new AnonymousAuthenticator());
        await using var judge = await JudgeAsync(router);
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
        await peer.SendAsync(Login.Hello("wampcra", "nobody"));
        await judge.ExpectAsync("[68,1,*]");
        await judge.SendAsync("[70,1,{},[null]]");

        var challenge = (await peer.ExpectAsync("[4,*]"))[2];
        Assert.Equal(100, challenge.GetProperty("iterations").GetInt32());
        Assert.Contains("\"authprovider\":\"dynamic\"", challenge.GetProperty("challenge").GetString(), StringComparison.Ordinal);
        await peer.SendAsync(Login.Authenticate("AAAA"));
        await peer.ExpectAbortAsync("wamp.error.authentication_denied");
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.RawSockets), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "AUT-09")]
    [Trait("wamp", "CRA-08")]
    public async Task Names_that_it_does_not_know_look_like_those_that_it_knows(PeerTransport transport, SerializerKind serializer)
    {
        var users = new ProcedureUsers(Asked with { Roles = ["guest", "device"] });
        var combined = new CombinedUsers(new StaticUsers([]), users);
        await using var router = await Login.StartRouterAsync(
            new CraAuthenticator(combined), new ScramAuthenticator(combined), new AnonymousAuthenticator());
        await using var judge = await JudgeAsync(router, transport, serializer);
        var invocation = 0;

        Assert.Equal("guest 24 1000 32", await LookAsync("wampcra", "nobody", "null"));

        var known = await LookAsync("wampcra", "dev1", $$"""{"role":"device","hash":"{{CraCredential.FromSecret("sesame", 20).ToText()}}"}""");
        Assert.Equal("device 24 20 32", known);
        foreach (var name in (string[])["nobody", "somebody", "dev2"])
        {
            Assert.Equal(known, await LookAsync("wampcra", name, "null"));
        }

        Assert.Equal(
            users.Unknown.Cra("nobody").Salt, new ProcedureUsers(Asked with { Roles = ["guest"] }).Unknown.Cra("nobody").Salt); // as before it was learned
        var scram = ScramCredential.FromPassword("sesame", ScramParameters.Pbkdf2(30)).ToText();
        known = await LookAsync("wamp-scram", "joe", $$"""{"role":"device","hash":"{{scram}}"}""");
        Assert.Equal(known, await LookAsync("wamp-scram", "nobody", "null"));

        async Task<string> LookAsync(string method, string authId, string principal)
        {
            await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);
            await peer.SendAsync(Login.Hello(method, authId, method == "wamp-scram" ? new() { ["nonce"] = "AAAA" } : null));
            await judge.ExpectAsync($"[68,{++invocation},*]");
            await judge.SendAsync($"[70,{invocation},{{}},[{principal}]]");
            var extra = (await peer.ExpectAsync("[4,*]"))[2];
            var cost = $"{extra.GetProperty("salt").GetString()!.Length} {extra.GetProperty("iterations")}";
            return method == "wampcra"
                ? $"{JsonElement.Parse(extra.GetProperty("challenge").GetString()!).GetProperty("authrole")} {cost} {extra.GetProperty("keylen")}"
                : $"{extra.GetProperty("kdf")} {cost}";
        }
    }

    [Fact]
    public async Task It_is_asked_about_those_that_are_not_known_here()
    {
        var own = new StaticUsers([new User { AuthId = "joe", Roles = ["device"], Ticket = TicketCredential.Plain("sesame"),
            Cra = CraCredential.Unsalted("sesame") }]);
        await using var router = await Login.StartRouterAsync(
            new TicketAuthenticator(new UserTickets(own), new ProcedureTickets(Asked)),
            new CraAuthenticator(new CombinedUsers(own, new ProcedureUsers(Asked))),
            new AnonymousAuthenticator());
        await using var judge = await JudgeAsync(router);
        await Login.JoinAsync(
            router, PeerTransport.RawSocket, SerializerKind.Json, Login.Hello("ticket", "joe"), _ => Login.Authenticate("sesame"));
        await Login.JoinAsync(
            router, PeerTransport.RawSocket, SerializerKind.Json, Login.Hello("wampcra", "joe"),
            extra => Login.Authenticate(CraSignature.Sign("sesame", extra.GetProperty("challenge").GetString()!)));

        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
        await peer.SendAsync(Login.Hello("wampcra", "ann"));
        await judge.ExpectAsync("""[68,1,*,{},["realm1","ann",*]]""");
        await judge.SendAsync("""[70,1,{},[{"role":"guest","secret":"open up"}]]""");
        var text = (await peer.ExpectAsync("[4,*]"))[2].GetProperty("challenge").GetString()!;
        await peer.SendAsync(Login.Authenticate(CraSignature.Sign("open up", text)));
        Assert.Equal("guest", Text(await peer.ExpectAsync("[2,*]"), "authrole"));
    }

    private static async Task<TestPeer> JudgeAsync(
        TestRouter router, PeerTransport transport = PeerTransport.RawSocket, SerializerKind serializer = SerializerKind.Json)
    {
        var judge = await TestPeer.JoinAsync(router, transport, serializer);
        await judge.SendAsync($$"""[64,1,{},"{{Procedure}}"]""");
        await judge.ExpectAsync("[65,1,*]");
        return judge;
    }

    /// <summary>A client that has shown its ticket.</summary>
    private static async Task<TestPeer> AskAsync(TestRouter router)
    {
        var peer = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
        await peer.ChallengeAsync(Login.Hello("ticket", "joe"));
        await peer.SendAsync(Login.Authenticate("sesame"));
        return peer;
    }

    private static string? Text(JsonElement welcome, string key) => welcome[2].GetProperty(key).GetString();
}
