using Broker.Peers;
using Broker.Serialization;

namespace Broker.Authentication;

/// <summary>Users who show a ticket (WAMP specification, "Ticket-based Authentication").</summary>
public sealed class TicketLoginTests
{
    private static readonly StaticUsers Users = new(
    [
        new User { AuthId = "joe", Roles = ["device", "technician"], Ticket = TicketCredential.Plain("sesame"),
            Extra = new() { ["site"] = "Zürich" } },
        new User { AuthId = "ann", Roles = ["guest"],
            Ticket = TicketCredential.Hashed(ScramCredential.FromPassword("open up", ScramParameters.Pbkdf2(1000))) },
        new User { AuthId = "signer", Roles = ["guest"], Cra = CraCredential.Unsalted("sesame") },
    ]);

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "TIC-02")]
    [Trait("wamp", "TIC-04")]
    [Trait("wamp", "AUT-12")]
    public async Task The_right_ticket_opens_a_session_be_it_kept_or_hashed(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await Login.StartRouterAsync(new TicketAuthenticator(Users));
        foreach (var (authId, ticket, role) in ((string, string, string)[])[("joe", "sesame", "device"), ("ann", "open up", "guest")])
        {
            await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);
            await peer.SendAsync(Login.Hello("ticket", authId));
            await peer.ExpectAsync("""[4,"ticket",{}]""");
            await peer.SendAsync(Login.Authenticate(ticket));

            var details = (await peer.ExpectAsync("[2,*]"))[2];
            Assert.Equal(
                (authId, role, "ticket", "static"),
                (details.GetProperty("authid").GetString(), details.GetProperty("authrole").GetString(),
                    details.GetProperty("authmethod").GetString(),
                    details.GetProperty("authprovider").GetString()));
            Assert.Equal(authId == "joe" ? "Zürich" : null,
                details.TryGetProperty("authextra", out var extra) ? extra.GetProperty("site").GetString() : null);
        }
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "TIC-04")]
    [Trait("wamp", "AUT-09")]
    public async Task A_wrong_ticket_and_a_name_that_nobody_has_get_the_same_answer(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await Login.StartRouterAsync(new TicketAuthenticator(Users));
        var answers = new HashSet<string>();
        foreach (var (authId, ticket) in ((string, string)[])
            [("joe", "sesam"), ("joe", "sesame "), ("joe", ""), ("ann", "open"), ("ann", "open up\u0000"), ("nobody", "sesame"),
                ("signer", "sesame"), ("JOE", "sesame")])
        {
            answers.Add(await Login.FailAsync(
                router, transport, serializer, Login.Hello("ticket", authId), _ => Login.Authenticate(ticket)));
        }

        Assert.Single(answers);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "TIC-07")]
    public async Task Without_an_authid_there_is_no_challenge(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await Login.StartRouterAsync(new TicketAuthenticator(Users));

        Assert.Contains(
            "authid",
            await Login.AbortAsync(router, transport, serializer, Login.Hello("ticket", authId: null), "wamp.error.authentication_denied"),
            StringComparison.Ordinal);
    }

    [Fact]
    [Trait("wamp", "TIC-05")]
    public async Task What_ticket_cannot_serve_is_left_to_the_next_method_of_the_client()
    {
        await using var router = await Login.StartRouterAsync(new TicketAuthenticator(Users), new AnonymousAuthenticator("guest"));
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket);

        await peer.SendAsync("""[1,"realm1",{"roles":{"caller":{}},"authmethods":["ticket","ticket","anonymous"]}]""");

        Assert.Equal("anonymous", (await peer.ExpectAsync("[2,*]"))[2].GetProperty("authmethod").GetString());
    }

    [Theory]
    [InlineData(null, "device")]
    [InlineData("device", "device")]
    [InlineData("technician", "technician")]
    [InlineData("admin", null)]
    [Trait("wamp", "AUT-11")]
    public async Task A_role_that_the_client_asks_for_is_granted_only_if_the_user_has_it(string? asked, string? granted)
    {
        await using var router = await Login.StartRouterAsync(new TicketAuthenticator(Users));
        var hello = Login.Hello("ticket", "joe", role: asked);
        if (granted is null)
        {
            Assert.Contains(
                "role",
                await Login.FailAsync(router, PeerTransport.WebSocket, SerializerKind.Json, hello, _ => Login.Authenticate("sesame")),
                StringComparison.Ordinal);
            Assert.DoesNotContain(
                "role",
                await Login.FailAsync(router, PeerTransport.WebSocket, SerializerKind.Json, hello, _ => Login.Authenticate("wrong")),
                StringComparison.Ordinal);
            return;
        }

        var welcome = await Login.JoinAsync(router, PeerTransport.WebSocket, SerializerKind.Json, hello, _ => Login.Authenticate("sesame"));
        Assert.Equal(granted, welcome[2].GetProperty("authrole").GetString());
    }

    [Theory]
    [InlineData(false, false, false, false)]
    [InlineData(true, false, false, true)]
    [InlineData(false, true, false, true)]
    [InlineData(false, false, true, true)]
    [Trait("wamp", "TIC-06")]
    public async Task Tickets_are_not_asked_for_where_others_could_read_them(bool isEncrypted, bool isLocal, bool isAllowed, bool isAsked)
    {
        var authenticator = new TicketAuthenticator(Users) { AllowUnencrypted = isAllowed };

        var result = await authenticator.BeginAsync(
            new AuthenticationRequest
            {
                Realm = "realm1",
                SessionId = 1,
                AuthId = "joe",
                Transport = new TransportInfo(
                    name => name == "Authorization" ? "Basic am9lOnNlc2FtZQ==" : null) { IsEncrypted = isEncrypted, IsLocal = isLocal },
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(isAsked, result is AuthenticationResult.Challenge);
        Assert.Equal(!isAsked, result is AuthenticationResult.Declined { Reason: "wamp.error.no_matching_auth_method" });
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.WebSockets), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "AUT-13")]
    public async Task A_ticket_in_the_HTTP_request_is_taken_without_a_challenge(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await Login.StartRouterAsync(new TicketAuthenticator(Users));
        foreach (var (ticket, expected) in ((string, string)[])[("sesame", "[2,*]"),
            ("simsim", """[3,*,"wamp.error.authentication_denied"]""")])
        {
            await using var peer = await TestPeer.DialAsync(router, transport, serializer);
            await peer.SendBytesAsync(System.Text.Encoding.ASCII.GetBytes(TestPeer.UpgradeText(
                "Sec-WebSocket-Protocol: " + new Broker.Transports.WampSubprotocol(serializer, IsBatched: false).Name,
                    "authorization: bearer " + ticket)));
            await peer.ReceiveHttpHeadAsync();

            await peer.SendAsync(Login.Hello("ticket", "joe"));

            await peer.ExpectAsync(expected);
        }
    }
}
