using System.Text;
using System.Text.Json.Nodes;
using Broker.Authentication.Tokens;
using Broker.Peers;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.Authentication;

/// <summary>Clients who show a JSON Web Token as their ticket (RFC 7519).</summary>
public sealed class JwtLoginTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "TIC-04")]
    [Trait("wamp", "AUT-12")]
    public async Task A_token_of_a_known_key_opens_a_session_of_whom_it_names(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync(JwtMaker.Options);
        foreach (var algorithm in (string[])["HS256", "RS256", "PS384", "ES256", "ES512"])
        {
            foreach (var authId in (string?[])["joe", null])
            {
                var welcome = await Login.JoinAsync(
                    router, transport, serializer, Login.Hello("ticket", authId), _ =>
                        Login.Authenticate(JwtMaker.Sign(algorithm, JwtMaker.Claims())));

                var details = welcome[2];
                Assert.Equal(
                    ("joe", "device", "ticket", "jwt"),
                    (details.GetProperty("authid").GetString(), details.GetProperty("authrole").GetString(),
                        details.GetProperty("authmethod").GetString(),
                        details.GetProperty("authprovider").GetString()));
            }
        }
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "TIC-04")]
    public async Task A_token_that_is_truncated_or_changed_opens_nothing(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync(JwtMaker.Options);
        var right = JwtMaker.Sign("ES256", JwtMaker.Claims());
        var sameOctets = right[..^1] + (char)(right[^1] + 1); // only bits that mean nothing differ
        foreach (var token in Login.Broken(right).Concat(Login.Broken(JwtMaker.Sign("HS256", JwtMaker.Claims()))).Append(sameOctets))
        {
            await Login.FailAsync(router, transport, serializer, Login.Hello("ticket", "joe"), _ => Login.Authenticate(token));
        }
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.WebSockets), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "AUT-13")]
    public async Task A_bearer_token_of_the_HTTP_request_opens_a_session_without_a_challenge(
        PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync(JwtMaker.Options);
        await using var peer = await TestPeer.DialAsync(router, transport, serializer);
        await peer.SendBytesAsync(Encoding.ASCII.GetBytes(TestPeer.UpgradeText(
            "Sec-WebSocket-Protocol: " + new WampSubprotocol(serializer, IsBatched: false).Name,
            "Authorization: Bearer " + JwtMaker.Sign("ES256", JwtMaker.Claims()))));
        await peer.ReceiveHttpHeadAsync();

        await peer.SendAsync(Login.Hello("ticket", authId: null));

        Assert.Equal("joe", (await peer.ExpectAsync("[2,*]"))[2].GetProperty("authid").GetString());
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SES-31")]
    public async Task A_session_ends_with_its_token(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync(JwtMaker.Options with { ClockSkew = TimeSpan.FromSeconds(2) });
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        await peer.ChallengeAsync(Login.Hello("ticket", "joe"));
        var claims = JwtMaker.Claims();
        claims["exp"] = (JwtMaker.Now + TimeSpan.FromSeconds(5)).ToUnixTimeSeconds();
        await peer.SendAsync(Login.Authenticate(JwtMaker.Sign("ES256", claims)));
        await peer.ExpectAsync("[2,*]");

        router.Clock.Advance(TimeSpan.FromSeconds(6));
        await peer.SendAsync("""[48,1,{},"com.example.nothing"]""");
        await peer.ExpectAsync("[8,48,1,*]");
        router.Clock.Advance(TimeSpan.FromSeconds(2));

        await peer.ExpectAsync("""[6,{*},"wamp.error.authentication_required"]""");
    }

    [Theory]
    [InlineData("exp", "-31", "expired")]
    [InlineData("exp", null, "no end")]
    [InlineData("exp", "\"never\"", "")]
    [InlineData("nbf", "31", "not valid yet")]
    [InlineData("aud", "\"others\"", "audience")]
    [InlineData("aud", null, "audience")]
    [InlineData("iss", "\"others\"", "issuer")]
    [InlineData("iss", null, "issuer")]
    [InlineData("sub", null, "authid")]
    [InlineData("sub", "\"\"", "authid")]
    [InlineData("sub", "\"ann\"", "authid")]
    [InlineData("sub", "[\"joe\",\"ann\"]", "")]
    [InlineData("sub", "7", "authid")]
    [InlineData("role", null, "role")]
    [InlineData("role", "[]", "role")]
    [InlineData("role", "{\"device\":true}", "role")]
    [Trait("wamp", "AUT-09")]
    public async Task What_a_token_must_say_and_does_not_is_told(string claim, string? value, string told)
    {
        var claims = JwtMaker.Claims();
        claims[claim] = int.TryParse(value, out var seconds) && claim != "sub"
            ? (JwtMaker.Now + TimeSpan.FromSeconds(seconds)).ToUnixTimeSeconds()
            : value is null ? null : JsonNode.Parse(value);
        if (value is null)
        {
            claims.Remove(claim);
        }

        Assert.Contains(told, await DeniedAsync(JwtMaker.Options, JwtMaker.Sign("ES256", claims)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exp", -29)]
    [InlineData("nbf", 29)]
    public async Task Clocks_may_differ_a_little(string claim, int seconds)
    {
        var claims = JwtMaker.Claims();
        claims[claim] = (JwtMaker.Now + TimeSpan.FromSeconds(seconds)).ToUnixTimeSeconds();

        var accepted = Assert.IsType<AuthenticationResult.Accepted>(await VerifyAsync(JwtMaker.Options, JwtMaker.Sign("ES256", claims)));
        Assert.Equal(
            claim == "exp"
                ? JwtMaker.Now + TimeSpan.FromSeconds(1)
                : JwtMaker.Now + (10 * Minute) + JwtMaker.Options.ClockSkew, accepted.Expires!.Value, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_token_without_a_signature_is_refused_however_it_says_so()
    {
        foreach (var algorithm in (string[])["none", "None", "NONE", "nOnE", ""])
        {
            var token = JwtMaker.Sign(algorithm, JwtMaker.Claims());
            Assert.EndsWith(".", token, StringComparison.Ordinal);
            await DeniedAsync(JwtMaker.Options, token);
            await DeniedAsync(JwtMaker.Options, token + JwtMaker.Encode([1, 2, 3]));
        }

        foreach (var algorithm in (string[])["HS256", "RS256", "ES256"])
        {
            var signed = JwtMaker.Sign(algorithm, JwtMaker.Claims());
            await DeniedAsync(JwtMaker.Options, signed[..(signed.LastIndexOf('.') + 1)]);
        }
    }

    [Fact]
    public async Task A_public_key_is_not_taken_for_a_shared_one()
    {
        var onlyPublic = JwtMaker.Options with { HmacKey = null };
        foreach (var key in (byte[][])
            [
                Encoding.UTF8.GetBytes(JwtMaker.Rsa.ExportSubjectPublicKeyInfoPem()), JwtMaker.Rsa.ExportSubjectPublicKeyInfo(),
                JwtMaker.Rsa.ExportParameters(false).Modulus!, Encoding.UTF8.GetBytes(JwtMaker.Curve256.ExportSubjectPublicKeyInfoPem()),
            ])
        {
            foreach (var options in (JwtOptions[])[onlyPublic, JwtMaker.Options])
            {
                Assert.Contains("not signed by a key", await DeniedAsync(options, JwtMaker.Sign("HS256", JwtMaker.Claims(), hmacKey: key)),
                    StringComparison.Ordinal);
            }
        }

        // The other way round: a signature of one kind under the name of another.
        var parts = JwtMaker.Sign("ES256", JwtMaker.Claims()).Split('.');
        foreach (var algorithm in (string[])["RS256", "ES384", "ES512", "PS256", "HS256", "EdDSA", "dir"])
        {
            parts[0] = JwtMaker.Encode(Encoding.UTF8.GetBytes($$"""{"alg":"{{algorithm}}"}"""));
            await DeniedAsync(JwtMaker.Options, string.Join('.', parts));
        }
    }

    [Fact]
    public async Task Keys_that_the_token_brings_along_and_demands_that_are_not_understood_are_refused()
    {
        using var own = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        foreach (var header in (JsonObject[])
            [
                new() { ["jwk"] = JwtMaker.CurveKey("own", own, "P-256") }, new() { ["jku"] = "https://example.com/keys" },
                    new() { ["kid"] = "../../dev/null" },
            ])
        {
            var token = JwtMaker.Sign("ES256", JwtMaker.Claims(), header);
            var text = token[..token.LastIndexOf('.')];
            var signature = own.SignData(Encoding.ASCII.GetBytes(text), System.Security.Cryptography.HashAlgorithmName.SHA256);
            await DeniedAsync(JwtMaker.Options, $"{text}.{JwtMaker.Encode(signature)}");
        }

        Assert.Contains(
            "crit",
            await DeniedAsync(
                JwtMaker.Options, JwtMaker.Sign("ES256", JwtMaker.Claims(), new() { ["crit"] = new JsonArray("b64"), ["b64"] = true })),
            StringComparison.Ordinal);
    }

    [Fact]
    [Trait("wamp", "AUT-11")]
    public async Task Realm_role_and_authid_come_from_the_claims_that_the_options_name()
    {
        var options = JwtMaker.Options with
        {
            AuthIdClaim = "https://example.com/user",
            RoleClaim = "realm_access.roles",
            RealmClaim = "realms",
            Roles = ["device", "technician"],
        };
        var claims = JwtMaker.Claims();
        claims["https://example.com/user"] = "ann";
        claims["realm_access"] = new JsonObject { ["roles"] = new JsonArray("offline", "technician", "device") };
        claims["realms"] = new JsonArray("realm0", "realm1");
        var token = JwtMaker.Sign("ES256", claims);

        Assert.Equal(("ann", "technician"), Identity(await VerifyAsync(options, token, authId: null)));
        Assert.Equal(("ann", "device"), Identity(await VerifyAsync(options, token, "ann", "device")));
        Assert.Contains("role", Refusal(await VerifyAsync(options, token, "ann", "offline")), StringComparison.Ordinal);
        Assert.Contains("authid", Refusal(await VerifyAsync(options, token, "joe")), StringComparison.Ordinal);
        Assert.Contains("realm", Refusal(await VerifyAsync(options with { RealmClaim = "sub" }, token, "ann")), StringComparison.Ordinal);
        Assert.Equal(
            ("ann", "guest"), Identity(await VerifyAsync(
                options with { RoleClaim = "nothing", DefaultRole = "guest" }, token, authId: null)));
        Assert.Contains("role", Refusal(await VerifyAsync(
            options with { Roles = ["admin"], DefaultRole = "guest" }, token, authId: null)), StringComparison.Ordinal); // it has the claim
    }

    [Theory]
    [InlineData("sesame")]
    [InlineData("a.b")]
    [InlineData("a.b.c")]
    [InlineData("..")]
    [InlineData("e30.e30.")]
    [InlineData("a.b.c.d.e")]
    public async Task What_is_no_token_may_be_a_ticket_of_another_kind(string ticket)
    {
        var users = new StaticUsers([new User { AuthId = "joe", Roles = ["guest"], Ticket = TicketCredential.Plain(ticket) }]);
        var authenticator = new TicketAuthenticator(new UserTickets(users), new JwtTickets(JwtMaker.Options, new ManualTimeProvider()));

        Assert.IsType<AuthenticationResult.Accepted>(
            await authenticator.ContinueAsync(
                Request("joe"), null, new AuthenticationAnswer(ticket, []), TestContext.Current.CancellationToken));
        Assert.IsType<AuthenticationResult.Accepted>(await authenticator.ContinueAsync(
            Request("ann"), null, new AuthenticationAnswer(JwtMaker.Sign("ES256", JwtMaker.Claims("ann")), []),
                TestContext.Current.CancellationToken));
        Assert.IsType<AuthenticationResult.Refused>(
            await authenticator.ContinueAsync(
                Request("ann"), null, new AuthenticationAnswer(ticket, []), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Options_that_cannot_work_are_refused_at_the_start()
    {
        using var weak = System.Security.Cryptography.RSA.Create(1024);
        using var odd = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.brainpoolP256r1);
        foreach (var (options, told) in ((JwtOptions, string)[])
            [
                (new JwtOptions(), "no key"),
                (new JwtOptions { HmacKey = "short" }, "at least 32"),
                (new JwtOptions { PublicKeys = ["nonsense"] }, "PEM"),
                (new JwtOptions { PublicKeys = ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"] }, "PEM"),
                (new JwtOptions { PublicKeys = [weak.ExportSubjectPublicKeyInfoPem()] }, "2048"),
                (new JwtOptions { KeySetUrl = new Uri("http://example.com/keys") }, "https"),
            ])
        {
            Assert.Contains(told, Assert.ThrowsAny<ArgumentException>(() => new JwtTickets(options)).Message, StringComparison.Ordinal);
        }
    }

    private static Task<TestRouter> StartAsync(JwtOptions options) =>
        Login.StartRouterAsync(new TicketAuthenticator(new JwtTickets(options, new ManualTimeProvider())));

    private static AuthenticationRequest Request(string? authId, string? role = null) => new()
    {
        Realm = "realm1",
        SessionId = 1,
        AuthId = authId,
        AuthRole = role,
        Transport = new TransportInfo { IsLocal = true },
    };

    private static ValueTask<AuthenticationResult?> VerifyAsync(
        JwtOptions options, string token, string? authId = "joe", string? role = null) =>
        new JwtTickets(options, new ManualTimeProvider()).VerifyAsync(Request(authId, role), token, TestContext.Current.CancellationToken);

    /// <summary>Not accepted; what the client is told.</summary>
    private static async Task<string> DeniedAsync(JwtOptions options, string token) =>
        await VerifyAsync(options, token) is { } result ? Refusal(result) : "";

    private static string Refusal(AuthenticationResult? result)
    {
        var refused = Assert.IsType<AuthenticationResult.Refused>(result);
        Assert.Equal("wamp.error.authentication_denied", refused.Reason);
        return refused.Text;
    }

    private static (string AuthId, string Role) Identity(AuthenticationResult? result)
    {
        var identity = Assert.IsType<AuthenticationResult.Accepted>(result).Identity;
        return (identity.AuthId, identity.AuthRole);
    }
}
