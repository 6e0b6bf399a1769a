using System.Text.Json.Nodes;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Authentication;

/// <summary>CHALLENGE and AUTHENTICATE on the wire, whatever the method (WAMP specification, "Authentication").</summary>
public sealed class AuthenticationTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "AUT-01")]
    [Trait("wamp", "AUT-03")]
    [Trait("wamp", "AUT-06")]
    [Trait("wamp", "AUT-12")]
    [Trait("wamp", "AUT-16")]
    public async Task HELLO_is_challenged_as_often_as_the_authenticator_likes_before_WELCOME(PeerTransport transport, SerializerKind serializer)
    {
        var riddles = new Riddles(rounds: 2);
        await using var router = await StartAsync(riddles);
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);

        await peer.SendAsync(Hello("joe", """{"a":[1,true,null,"é"]}"""));
        await peer.ExpectAsync("""[4,"riddles",{"question":2}]""");
        await peer.SendAsync("""[5,"answer 2",{}]""");
        await peer.ExpectAsync("""[4,"riddles",{"question":1}]""");
        await peer.SendAsync("""[5,"answer 1",{"hint":"blue"}]""");
        var welcome = await peer.ExpectAsync("[2,*]");

        var request = Assert.Single(riddles.Requests);
        Assert.Equal(request.SessionId, welcome[1].GetInt64());
        Assert.Equal(("realm1", "joe"), (request.Realm, request.AuthId));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"a":[1,true,null,"é"]}"""), request.AuthExtra));
        Assert.True(request.Transport.IsLocal);
        var details = welcome[2];
        Assert.Equal(
            ("joe", "guest", "riddles", "test", "blue"),
            (details.GetProperty("authid").GetString(), details.GetProperty("authrole").GetString(), details.GetProperty("authmethod").GetString(),
                details.GetProperty("authprovider").GetString(), details.GetProperty("authextra").GetProperty("hint").GetString()));
        await peer.SendAsync("""[32,1,{},"com.example.topic"]""");
        await peer.ExpectAsync("[33,1,*]");
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "AUT-03")]
    public async Task A_wrong_answer_is_ABORT_and_the_end(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync(new Riddles());
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);

        await peer.SendAsync(Hello("joe"));
        await peer.ExpectAsync("[4,*]");
        await peer.SendAsync("""[5,"no idea",{}]""");

        Assert.Equal("That is wrong.", await peer.ExpectAbortAsync("wamp.error.authentication_denied"));
        await peer.ExpectCloseAsync(1000);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SES-07")]
    [Trait("wamp", "AUT-14")]
    public async Task Nothing_but_the_answer_is_taken_while_the_router_waits_for_it(PeerTransport transport, SerializerKind serializer)
    {
        foreach (var message in (string[])[Hello("joe"), """[16,1,{},"com.example.topic"]""", """[32,1,{},"com.example.topic"]""", """[6,{},"wamp.close.close_realm"]"""])
        {
            await using var router = await StartAsync(new Riddles());
            await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);
            await peer.SendAsync(Hello("joe"));
            await peer.ExpectAsync("[4,*]");

            await peer.SendAsync(message);

            await peer.ExpectAbortAsync("wamp.error.protocol_violation");
        }
    }

    [Theory]
    [InlineData("", "wamp.error.authentication_required")]
    [InlineData("""["ticket","anonymous"]""", "wamp.error.no_matching_auth_method")]
    [Trait("wamp", "AUT-05")]
    public async Task Who_offers_no_method_of_the_realm_is_told_which_there_are(string methods, string reason)
    {
        await using var router = await StartAsync(new Riddles());
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket);

        await peer.SendAsync("""[1,"realm1",{"roles":{"caller":{}}""" + (methods == "" ? "" : ",\"authmethods\":" + methods) + "}]");

        Assert.Contains("riddles", await peer.ExpectAbortAsync(reason), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    public async Task A_second_HELLO_is_told_that_the_answer_is_expected(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync(new Riddles());
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        await peer.SendAsync(Hello("joe"));
        await peer.ExpectAsync("[4,*]");

        await peer.SendAsync(Hello("joe"));

        Assert.Equal(
            "HELLO came before the session was established: HELLO was answered by CHALLENGE, so AUTHENTICATE is next.",
            await peer.ExpectAbortAsync("wamp.error.protocol_violation"));
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "AUT-12")]
    public async Task Who_may_not_join_any_more_gets_no_WELCOME(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await StartAsync(new Riddles { Expires = new ManualTimeProvider().GetUtcNow() });

        Assert.Contains(
            "is over",
            await Login.FailAsync(router, transport, serializer, Hello("joe"), _ => Login.Authenticate("answer 1")),
            StringComparison.Ordinal);
    }

    [Fact]
    [Trait("wamp", "TIC-05")]
    public async Task One_that_declines_late_is_followed_by_the_next_at_once()
    {
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        var (slow, slower) = (new Hesitant("slow", first.Task, declines: true), new Hesitant("slower", second.Task, declines: false));
        await using var router = await Login.StartRouterAsync(slow, slower);
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket);
        await peer.SendAsync("""[1,"realm1",{"roles":{"caller":{}},"authmethods":["slow","slower"],"authid":"joe"}]""");
        await slow.Asked.Task;
        first.SetResult();
        await slower.Asked.Task;
        second.SetResult();

        await peer.ExpectAsync("[2,*]");
    }

    [Fact]
    [Trait("wamp", "AUT-04")]
    public async Task The_first_method_of_the_client_that_the_realm_offers_is_used()
    {
        await using var router = await StartAsync(new AnonymousAuthenticator(), new Riddles());
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket);

        await peer.SendAsync("""[1,"realm1",{"roles":{"caller":{}},"authmethods":["ticket","riddles","anonymous"]}]""");

        await peer.ExpectAsync("""[4,"riddles",*]""");
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "AUT-06")]
    public async Task What_comes_while_an_authenticator_is_at_work_waits_for_it(PeerTransport transport, SerializerKind serializer)
    {
        var riddles = new Riddles { Held = new TaskCompletionSource() };
        await using var router = await StartAsync(riddles);
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);

        await peer.SendAsync(Hello("joe"), """[5,"answer 1",{}]""", """[32,1,{},"com.example.topic"]""");
        await riddles.Asked.Task;
        riddles.Held.SetResult();

        await peer.ExpectAsync("[4,*]");
        await peer.ExpectAsync("[2,*]");
        await peer.ExpectAsync("[33,1,*]");
    }

    [Fact]
    [Trait("wamp", "AUT-08")]
    public async Task A_client_that_does_not_answer_in_time_is_told_and_ended()
    {
        await using var router = await StartAsync(new Riddles());
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket);
        await peer.SendAsync(Hello("joe"));
        await peer.ExpectAsync("[4,*]");

        router.Clock.Advance(6 * Second);

        await peer.ExpectAbortAsync("wamp.error.authentication_failed");
        await peer.ExpectCloseAsync(1008);
    }

    [Fact]
    [Trait("wamp", "AUT-08")]
    public async Task An_authenticator_that_takes_too_long_refuses_and_shutdown_does_not_wait_for_it()
    {
        var riddles = new Riddles { Held = new TaskCompletionSource() };
        await using var router = await StartAsync(riddles);
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
        await peer.SendAsync(Hello("joe"));
        await riddles.Asked.Task;

        router.Clock.Advance(6 * Second);

        await peer.ExpectAbortAsync("wamp.error.authentication_failed");
        await using var late = await TestPeer.ConnectAsync(router, PeerTransport.RawSocket);
        await late.SendAsync(Hello("late"));
        await TestRouter.WaitUntilAsync(() => riddles.Requests.Any(request => request.AuthId == "late"), () => "not asked");
        var stopped = router.StopAsync();
        await late.ExpectAbortAsync("wamp.close.system_shutdown");
        late.CloseOutput();
        peer.CloseOutput();
        riddles.Held.SetResult();
        await stopped;
    }

    [Fact]
    public async Task An_authenticator_that_fails_refuses_and_tells_the_client_nothing_of_it()
    {
        await using var router = await StartAsync(new Riddles());
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket);

        await peer.SendAsync(Hello("faulty"));

        Assert.DoesNotContain("backend", await peer.ExpectAbortAsync("wamp.error.authentication_failed"), StringComparison.Ordinal);
        Assert.Contains("The backend is down.", Assert.Single(router.Logs.Errors), StringComparison.Ordinal);
        router.Logs.ForgetErrors();
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "SES-31")]
    public async Task A_session_ends_by_GOODBYE_when_its_time_is_over(PeerTransport transport, SerializerKind serializer)
    {
        var now = new ManualTimeProvider().GetUtcNow();
        await using var router = await StartAsync(new Riddles { Expires = now + (5 * Second) });
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        await peer.SendAsync(Hello("joe"));
        await peer.ExpectAsync("[4,*]");
        await peer.SendAsync("""[5,"answer 1",{}]""");
        await peer.ExpectAsync("[2,*]");

        router.Clock.Advance(6 * Second);

        await peer.ExpectAsync("""[6,{*},"wamp.error.authentication_required"]""");
        await peer.SendAsync("""[6,{},"wamp.close.goodbye_and_out"]""");
        await peer.ExpectCloseAsync(1008);
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    [Trait("wamp", "AUT-10")]
    public async Task A_role_that_the_realm_has_not_got_is_told(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync(options =>
        {
            options.Realms[TestRouter.Realm] = new() { Roles = [new() { Name = "guest" }] };
            options.Authenticators[TestRouter.Realm] = [new Riddles(), new AnonymousAuthenticator("ghost")];
        });
        await using var ghost = await TestPeer.ConnectAsync(router, transport, serializer);
        await ghost.SendAsync(TestPeer.HelloText);
        Assert.Contains("'ghost'", await ghost.ExpectAbortAsync("wamp.error.no_such_role"), StringComparison.Ordinal);

        await using var guest = await TestPeer.ConnectAsync(router, transport, serializer);
        await guest.SendAsync(Hello("joe"));
        await guest.ExpectAsync("[4,*]");
        await guest.SendAsync("""[5,"answer 1",{}]""");
        await guest.ExpectAsync("[2,*]");
    }

    private static Task<TestRouter> StartAsync(params IWampAuthenticator[] authenticators) =>
        TestRouter.StartAsync(options => options.Authenticators["realm1"] = authenticators);

    private static string Hello(string authId, string extra = "{}") =>
        $$$"""[1,"realm1",{"roles":{"publisher":{},"subscriber":{}},"authmethods":["riddles"],"authid":"{{{authId}}}","authextra":{{{extra}}}}]""";

    /// <summary>Takes its time, and then accepts everybody or nobody.</summary>
    private sealed class Hesitant(string method, Task time, bool declines) : IWampAuthenticator
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Method => method;

        public async ValueTask<AuthenticationResult> BeginAsync(AuthenticationRequest request, CancellationToken cancellationToken)
        {
            Asked.SetResult();
            await time;
            return declines
                ? new AuthenticationResult.Declined(Uris.ErrorUris.AuthenticationDenied, "Not me.")
                : new AuthenticationResult.Accepted(new Sessions.SessionIdentity("joe", "guest", Method, "test"));
        }

        public ValueTask<AuthenticationResult> ContinueAsync(
            AuthenticationRequest request, object? state, AuthenticationAnswer answer, CancellationToken cancellationToken) =>
            throw new InvalidOperationException();
    }
}
