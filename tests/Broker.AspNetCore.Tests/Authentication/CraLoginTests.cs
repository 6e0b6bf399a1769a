using System.Text.Json;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Authentication;

/// <summary>Users who sign a challenge with a shared secret (WAMP specification, "Challenge Response Authentication").</summary>
public sealed class CraLoginTests
{
    private static readonly StaticUsers Users = new(
    [
        new User { AuthId = "joe", Roles = ["device", "technician"], Cra = CraCredential.Unsalted("sesame") },
        new User { AuthId = "ann", Roles = ["guest"], Cra = CraCredential.FromSecret("open up", iterations: 100) },
        new User { AuthId = "ticket only", Roles = ["guest"], Ticket = TicketCredential.Plain("sesame") },
    ]);

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "CRA-02")]
    [Trait("wamp", "CRA-05")]
    [Trait("wamp", "CRA-06")]
    [Trait("wamp", "CRA-07")]
    public async Task A_challenge_says_what_is_signed_and_its_signature_opens_that_session(
        PeerTransport transport, SerializerKind serializer)
    {
        var clock = new ManualTimeProvider();
        await using var router = await Login.StartRouterAsync(new CraAuthenticator(Users, clock));
        foreach (var (authId, secret, asked, role) in
            ((string, string, string?, string)[])[("joe", "sesame", null, "device"), ("joe", "sesame", "technician", "technician"),
                ("ann", "open up", null, "guest")])
        {
            JsonElement text = default;
            var welcome = await Login.JoinAsync(router, transport, serializer, Login.Hello("wampcra", authId, role: asked), extra =>
            {
                text = JsonElement.Parse(extra.GetProperty("challenge").GetString()!);
                Assert.Equal(authId == "ann", extra.TryGetProperty("salt", out _));
                return Sign(extra, secret);
            });

            Assert.Equal(
                (authId, role, "wampcra", "static", welcome[1].GetInt64()),
                (text.GetProperty("authid").GetString(), text.GetProperty("authrole").GetString(),
                    text.GetProperty("authmethod").GetString(),
                    text.GetProperty("authprovider").GetString(), text.GetProperty("session").GetInt64()));
            Assert.Equal(clock.GetUtcNow(), text.GetProperty("timestamp").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
            Assert.Equal((authId, role, "wampcra"), (Text(welcome, "authid"), Text(welcome, "authrole"), Text(welcome, "authmethod")));
        }
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "CRA-05")]
    [Trait("wamp", "CRA-08")]
    [Trait("wamp", "AUT-09")]
    public async Task A_wrong_secret_and_a_name_that_nobody_has_are_challenged_and_get_the_same_answer(
        PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await Login.StartRouterAsync(new CraAuthenticator(Users));
        var answers = new HashSet<string>();
        foreach (var (authId, role, secret) in ((string, string?, string)[])
            [("joe", null, "sesam"), ("joe", "admin", "sesam"), ("ann", null, "open"), ("nobody", null, "sesame"),
                ("nobody", "admin", "sesame"), ("ticket only", null, "sesame")])
        {
            answers.Add(await Login.FailAsync(
                router, transport, serializer, Login.Hello("wampcra", authId, role: role), extra => Sign(extra, secret)));
        }

        Assert.Single(answers);
        Assert.Contains(
            "authid", await Login.AbortAsync(
                router, transport, serializer, Login.Hello("wampcra", null), "wamp.error.authentication_denied"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "CRA-05")]
    public async Task A_signature_that_is_replayed_truncated_or_changed_opens_nothing(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await Login.StartRouterAsync(new CraAuthenticator(Users));

        await Login.ExpectOneUseAsync(router, transport, serializer, Login.Hello("wampcra", "joe"), extra => Sign(extra, "sesame"));
    }

    [Fact]
    [Trait("wamp", "CRA-05")]
    [Trait("wamp", "AUT-08")]
    public async Task A_challenge_is_good_for_one_answer_in_time()
    {
        await using var router = await Login.StartRouterAsync(new CraAuthenticator(Users));
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
        var answer = Sign(await peer.ChallengeAsync(Login.Hello("wampcra", "joe")), "sesame");
        router.Clock.Advance(TimeSpan.FromSeconds(6));
        await peer.ExpectAbortAsync("wamp.error.authentication_failed");

        await using var next = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
        await next.ChallengeAsync(Login.Hello("wampcra", "joe"));
        await next.SendAsync(answer);
        await next.ExpectAbortAsync("wamp.error.authentication_denied");
    }

    [Fact]
    [Trait("wamp", "CRA-08")]
    public async Task The_challenge_of_a_name_that_nobody_has_looks_like_any_other_each_time_anew()
    {
        var users = new StaticUsers(
            [new User { AuthId = "ann", Roles = ["guest"], Cra = CraCredential.FromSecret("open up", iterations: 100, keyLength: 24) }]);
        await using var router = await Login.StartRouterAsync(new CraAuthenticator(users));
        var seen = new List<JsonElement>();
        foreach (var authId in (string[])["ann", "ann", "nobody", "nobody", "none"])
        {
            await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
            seen.Add(await peer.ChallengeAsync(Login.Hello("wampcra", authId)));
        }

        Assert.All(seen, extra => Assert.Equal(
            (100, 24), (extra.GetProperty("iterations").GetInt32(), extra.GetProperty("keylen").GetInt32())));
        Assert.Equal(seen[0].GetProperty("salt").GetString(), seen[1].GetProperty("salt").GetString());
        Assert.Equal(seen[2].GetProperty("salt").GetString(), seen[3].GetProperty("salt").GetString());
        Assert.Equal(3, seen.Select(extra => extra.GetProperty("salt").GetString()).Distinct().Count());
        Assert.Single(seen.Select(extra => extra.GetProperty("salt").GetString()!.Length).Distinct());
        var texts = seen.Select(extra => JsonElement.Parse(extra.GetProperty("challenge").GetString()!)).ToList();
        Assert.Equal(5, texts.Select(text => text.GetProperty("nonce").GetString()).Distinct().Count());
        Assert.All(texts, text => Assert.Equal(
            ("guest", "static"), (text.GetProperty("authrole").GetString(), text.GetProperty("authprovider").GetString())));
    }

    [Fact]
    [Trait("wamp", "AUT-09")]
    [Trait("wamp", "AUT-11")]
    public async Task A_challenge_does_not_tell_which_roles_a_name_has()
    {
        var users = new StaticUsers([new User { AuthId = "ann", Roles = ["guest", "admin"], Cra = CraCredential.Unsalted("open up") }]);
        await using var router = await Login.StartRouterAsync(new CraAuthenticator(users));
        foreach (var (authId, role) in ((string, string)[])[("ann", "admin"), ("nobody", "admin"), ("ann", "root"), ("nobody", "root")])
        {
            await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
            var extra = await peer.ChallengeAsync(Login.Hello("wampcra", authId, role: role));

            Assert.Equal(role, JsonElement.Parse(extra.GetProperty("challenge").GetString()!).GetProperty("authrole").GetString());
        }

        await Login.FailAsync(
            router, PeerTransport.RawSocket, SerializerKind.Json, Login.Hello("wampcra", "ann", role: "root"), extra => Sign(extra, "open up"));
    }

    private static string? Text(JsonElement welcome, string key) => welcome[2].GetProperty(key).GetString();

    private static string Sign(JsonElement extra, string secret)
    {
        var key = extra.TryGetProperty("salt", out var salt)
            ? CraSignature.DeriveKey(
                secret, salt.GetString()!, extra.GetProperty("iterations").GetInt32(), extra.GetProperty("keylen").GetInt32())
            : secret;
        return Login.Authenticate(CraSignature.Sign(key, extra.GetProperty("challenge").GetString()!));
    }
}
