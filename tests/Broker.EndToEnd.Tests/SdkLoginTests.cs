using Broker.Authentication;
using Broker.Client;
using Broker.Client.Authentication;
using Broker.Serialization;

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

            Assert.Equal((way.AuthId ?? "joe", way.Method, "static"), (client.Session.AuthId, client.Session.AuthMethod, client.Session.AuthProvider));
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
            Authenticators = [new Client.Authentication.ScramAuthenticator("joe", "sesame"), new Client.Authentication.TicketAuthenticator("joe", "sesame")],
            AuthRole = "technician",
        };
        await using (var client = await WampClient.ConnectAsync(options).Soon())
        {
            Assert.Equal(("wamp-scram", "technician"), (client.Session.AuthMethod, client.Session.AuthRole));
        }

        var refused = await Assert.ThrowsAnyAsync<WampException>(() => WampClient.ConnectAsync(options with { AuthRole = "admin" }).Soon());
        Assert.Equal("wamp.error.authentication_denied", refused.Uri);
    }

    private static string RouterKey => Convert.ToHexStringLower(Ed25519.PublicKeyOf(Convert.FromHexString(LoginUsers.RouterKey)));

    private static Task<WampClient> ConnectAsync(LoginRouter router, string transport, SerializerKind serializer, IWampClientAuthenticator way) =>
        WampClient.ConnectAsync(new WampClientOptions
        {
            Url = new Uri(router.Url(transport)),
            Realm = RouterProcess.Realm,
            Serializer = serializer,
            Batched = transport == "batched",
            Authenticators = [way],
        }).Soon();
}
