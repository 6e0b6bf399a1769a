using System.Text.Json.Nodes;
using Broker.Authentication;
using Broker.Authentication.Remote;
using Broker.Authentication.Tokens;
using Broker.Client;
using Broker.Client.Authentication;
using Broker.Serialization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Broker.EndToEnd;

/// <summary>The SDK logs in to the router by every method that both speak.</summary>
public sealed class SdkLoginTests
{
    /// <summary>transport, serializer</summary>
    public static TheoryData<string, SerializerKind> Wires => SdkPeer.Wires;

    [Theory]
    [Trait("wamp", "TIC-04")]
    [Trait("wamp", "CRA-05")]
    [Trait("wamp", "CRA-06")]
    [Trait("wamp", "SCR-06")]
    [Trait("wamp", "SCR-07")]
    [Trait("wamp", "SCR-13")]
    [Trait("wamp", "CRY-05")]
    [Trait("wamp", "CRY-07")]
    [MemberData(nameof(Wires))]
    public async Task Who_knows_the_secret_or_has_the_key_gets_in(string transport, SerializerKind serializer)
    {
        await using var router = await LoginRouter.StartAsync(LoginUsers.AllMethods);
        IWampClientAuthenticator[] ways =
        [
            new Client.Authentication.TicketAuthenticator("joe", "sesame"),
            new Client.Authentication.CraAuthenticator("joe", "sesame"),
            new Client.Authentication.ScramAuthenticator("joe", "sesame"),
            new Client.Authentication.CryptosignAuthenticator(LoginUsers.JoesKey, "joe") { RouterKeys = [RouterKey] },
            new Client.Authentication.CryptosignAuthenticator(LoginUsers.JoesKey),
            new Client.Authentication.TicketAuthenticator("Ann Zürich", "öffne dich"),
            new Client.Authentication.CraAuthenticator("Ann Zürich", "öffne dich"),
            new Client.Authentication.ScramAuthenticator("Ann Zürich", "öffne dich"),
        ];
        foreach (var way in ways)
        {
            await using var client = await ConnectAsync(router, transport, serializer, way);

            Assert.Equal((way.AuthId ?? "joe", way.Method, "static"),
                (client.Session.AuthId, client.Session.AuthMethod, client.Session.AuthProvider));
            Assert.Equal(client.Session.AuthId == "joe" ? "device" : "guest", client.Session.AuthRole);
        }
    }

    [Theory]
    [Trait("wamp", "AUT-09")]
    [MemberData(nameof(Wires))]
    public async Task Who_does_not_know_it_gets_one_and_the_same_answer(string transport, SerializerKind serializer)
    {
        await using var router = await LoginRouter.StartAsync(LoginUsers.AllMethods);
        IWampClientAuthenticator[] ways =
        [
            new Client.Authentication.TicketAuthenticator("joe", "simsim"),
            new Client.Authentication.CraAuthenticator("joe", "simsim"),
            new Client.Authentication.ScramAuthenticator("joe", "simsim"),
            new Client.Authentication.CryptosignAuthenticator(LoginUsers.RouterKey, "joe"),
            new Client.Authentication.TicketAuthenticator("nobody", "sesame"),
            new Client.Authentication.CraAuthenticator("nobody", "sesame"),
            new Client.Authentication.ScramAuthenticator("nobody", "sesame") { CostLimits = new ScramCostLimits { MinMemory = 8192 } },
            new Client.Authentication.CryptosignAuthenticator(LoginUsers.JoesKey, "nobody"),
        ];
        var answers = new HashSet<(string, string)>();
        foreach (var way in ways)
        {
            var refused = await Assert.ThrowsAnyAsync<WampException>(() => ConnectAsync(router, transport, serializer, way));
            answers.Add((refused.Uri, refused.Message));
        }

        Assert.Equal("wamp.error.authentication_denied", Assert.Single(answers).Item1);
    }

    [Fact]
    [Trait("wamp", "AUT-04")]
    [Trait("wamp", "AUT-11")]
    public async Task The_first_method_of_the_client_counts_and_the_role_it_asks_for_if_it_has_it()
    {
        await using var router = await LoginRouter.StartAsync(LoginUsers.AllMethods);
        var options = new WampClientOptions
        {
            Url = new Uri(router.WebSocketUrl),
            Realm = RouterProcess.Realm,
            Authenticators = [new Client.Authentication.ScramAuthenticator("joe", "sesame"),
                new Client.Authentication.TicketAuthenticator("joe", "sesame")],
            AuthRole = "technician",
        };
        await using (var client = await WampClient.ConnectAsync(options).Soon())
        {
            Assert.Equal(("wamp-scram", "technician"), (client.Session.AuthMethod, client.Session.AuthRole));
        }

        var refused = await Assert.ThrowsAnyAsync<WampException>(() => WampClient.ConnectAsync(options with { AuthRole = "admin" }).Soon());
        Assert.Equal("wamp.error.authentication_denied", refused.Uri);
    }

    [Fact]
    [Trait("wamp", "TIC-03")]
    [Trait("wamp", "AUT-13")]
    public async Task A_token_is_shown_as_a_ticket_or_in_the_HTTP_request()
    {
        const string shared = "a shared key of more than 32 octets";
        await using var router = await LoginRouter.StartAsync(
            new Authentication.TicketAuthenticator(new JwtTickets(new JwtOptions { HmacKey = shared, Audiences = ["router"] })));
        var ends = DateTimeOffset.FromUnixTimeSeconds(4_000_000_000).UtcDateTime;
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Audience = "router",
            Claims = new Dictionary<string, object> { ["sub"] = "joe", ["role"] = "device" },
            Expires = ends,
            SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(System.Text.Encoding.UTF8.GetBytes(shared)), "HS256"),
        });
        await using var shown = await ConnectAsync(router, "rawsocket", SerializerKind.Cbor,
            new Client.Authentication.TicketAuthenticator("joe", _ => ValueTask.FromResult(token)));
        Assert.Equal(("joe", "device", "jwt"), (shown.Session.AuthId, shown.Session.AuthRole, shown.Session.AuthProvider));

        await using var bearer = await WampClient.ConnectAsync(new WampClientOptions
        {
            Url = new Uri(router.WebSocketUrl),
            Realm = RouterProcess.Realm,
            Authenticators = [new TransportAuthenticator("ticket")],
            ConfigureWebSocket = webSocket => webSocket.SetRequestHeader("Authorization", "Bearer " + token),
        }).Soon();
        Assert.Equal(("joe", "device", "jwt"), (bearer.Session.AuthId, bearer.Session.AuthRole, bearer.Session.AuthProvider));
        await Assert.ThrowsAnyAsync<WampException>(
            () =>
                ConnectAsync(
                    router, "websocket", SerializerKind.Json, new TransportAuthenticator("ticket"))); // which has no answer to a CHALLENGE
    }

    [Theory]
    [Trait("wamp", "AUT-16")]
    [MemberData(nameof(Wires))]
    public async Task A_procedure_of_an_application_says_who_users_are(string transport, SerializerKind serializer)
    {
        var procedure = new ProcedureOptions { Procedure = "com.example.authenticate" };
        await using var router = await LoginRouter.StartAsync(
            new Authentication.TicketAuthenticator(new ProcedureTickets(procedure)),
            new Authentication.CraAuthenticator(new ProcedureUsers(procedure)),
            new Authentication.AnonymousAuthenticator());
        await using var application = await ConnectAsync(router, transport, serializer, new Client.Authentication.AnonymousAuthenticator());
        await using var registration = await application.RegisterAsync(procedure.Procedure, (invocation, _) =>
        {
            var (authId, details) = (invocation.Arguments.Get<string>(1), invocation.Arguments.Get<JsonObject>(2)!);
            var isTicket = details["authmethod"]!.GetValue<string>() == "ticket";
            return isTicket && details["ticket"]!.GetValue<string>() != $"ticket of {authId}"
                ? throw new WampException("com.example.error.wrong_ticket", "It is another one.")
                : ValueTask.FromResult<WampArguments?>([
                    isTicket ? new JsonObject { ["role"] = "device" } : new JsonObject { ["role"] = "device", ["secret"] = $"secret of {authId}" }]);
        });

        await using var first = await ConnectAsync(
            router, transport, serializer, new Client.Authentication.TicketAuthenticator("joe", "ticket of joe"));
        await using var second = await ConnectAsync(
            router, transport, serializer, new Client.Authentication.CraAuthenticator("ann", "secret of ann"));
        var refused = await Assert.ThrowsAnyAsync<WampException>(
            () => ConnectAsync(router, transport, serializer, new Client.Authentication.TicketAuthenticator("joe", "ticket of ann")));

        Assert.Equal(
            ("joe", "ann", "device", "dynamic", "wamp.error.authentication_denied"),
            (first.Session.AuthId, second.Session.AuthId, second.Session.AuthRole, second.Session.AuthProvider, refused.Uri));
    }

    [Fact]
    [Trait("wamp", "AUT-13")]
    public async Task A_cookie_of_the_last_login_makes_the_next_one()
    {
        var cookies = new LoginCookies(new EphemeralDataProtectionProvider());
        await using var router = await LoginRouter.StartAsync(
            new RememberingAuthenticator(new Authentication.TicketAuthenticator(LoginUsers.All), cookies),
                new CookieAuthenticator(cookies, LoginUsers.All));
        await using var first = await ConnectAsync(
            router, "websocket", SerializerKind.Json, new Client.Authentication.TicketAuthenticator("joe", "sesame"));
        var cookie = first.Session.AuthExtra.Get<JsonObject>("cookie")!;

        await using var second = await WampClient.ConnectAsync(new WampClientOptions
        {
            Url = new Uri(router.WebSocketUrl),
            Realm = RouterProcess.Realm,
            Authenticators = [new TransportAuthenticator("cookie")],
            ConfigureWebSocket = webSocket => webSocket.SetRequestHeader("Cookie", $"{cookie["name"]}={cookie["value"]}"),
        }).Soon();

        Assert.Equal(("joe", "device", "cookie"), (second.Session.AuthId, second.Session.AuthRole, second.Session.AuthMethod));
    }

    private static string RouterKey => Convert.ToHexStringLower(Ed25519.PublicKeyOf(Convert.FromHexString(LoginUsers.RouterKey)));

    private static Task<WampClient> ConnectAsync(
        LoginRouter router, string transport, SerializerKind serializer, IWampClientAuthenticator way) =>
        WampClient.ConnectAsync(new WampClientOptions
        {
            Url = new Uri(router.Url(transport)),
            Realm = RouterProcess.Realm,
            Serializer = serializer,
            Batched = transport == "batched",
            Authenticators = [way],
        }).Soon();
}
