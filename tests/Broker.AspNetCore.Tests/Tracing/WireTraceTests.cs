using System.Globalization;
using System.Text.RegularExpressions;
using Broker.Authentication;
using Broker.Authentication.Remote;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Tracing;

/// <summary>The messages of a connection, in the log for as long as an operator asks for them.</summary>
public sealed partial class WireTraceTests
{
    [Theory]
    [MemberData(nameof(PeerMatrix.All), MemberType = typeof(PeerMatrix))]
    public async Task Each_message_of_the_session_is_a_line_and_those_of_others_are_none(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport, serializer);
        await using var other = await TestPeer.JoinAsync(router, transport, serializer);
        Assert.Equal(1, router.Router.StartTrace(Of(peer)));

        await peer.SendAsync("""[16,1,{"acknowledge":true},"com.example.topic",["secret"]]""");
        await peer.ExpectAsync("[17,1,*]");
        await other.SendAsync("""[16,1,{"acknowledge":true},"com.example.topic"]""");
        await other.ExpectAsync("[17,1,*]");
        await peer.SendAsync("""[48,2,{},"com.example.none"]""");
        await peer.ExpectAsync("[8,48,2,*]");

        Assert.Equal(
            [
                $"received PUBLISH, request 1, URI 'com.example.topic', subscription or registration 0 (session {peer.SessionId})",
                $"sent PUBLISHED, request 1, URI '', subscription or registration 0 (session {peer.SessionId})",
                $"received CALL, request 2, URI 'com.example.none', subscription or registration 0 (session {peer.SessionId})",
                $"sent ERROR, request 2, URI 'wamp.error.no_such_procedure', subscription or registration 0 (session {peer.SessionId})",
            ],
            Lines(router));
        Assert.DoesNotContain(router.Logs.Traced, line => line.Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.WebSockets), MemberType = typeof(PeerMatrix))]
    public async Task Payloads_are_told_as_JSON_only_if_asked_for_and_cut_to_the_length_asked_for(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, transport, serializer);
        router.Router.StartTrace(Of(peer) with { PayloadBytes = 12 });

        await peer.SendAsync("""[16,1,{"acknowledge":true},"com.example.topic",["a\nb"]]""");
        await peer.ExpectAsync("[17,1,*]");
        await peer.SendAsync("""[16,2,{"acknowledge":true},"com.example.topic",["0123456789",12]]""");
        await peer.ExpectAsync("[17,2,*]");

        Assert.Contains(router.Logs.Traced, line => line.EndsWith(""") ["a\nb"]""", StringComparison.Ordinal));
        Assert.Contains(router.Logs.Traced, line => line.EndsWith(""") ["0123456789...""", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_ends_after_the_count_asked_for()
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        router.Router.StartTrace(Of(peer) with { MaxMessages = 3 });

        for (var i = 1; i <= 5; i++)
        {
            await peer.SendAsync($$"""[16,{{i}},{"acknowledge":true},"com.example.topic"]""");
            await peer.ExpectAsync($"[17,{i},*]");
        }

        Assert.Equal(3, Lines(router).Count);
        Assert.EndsWith("has ended: its count is full.", router.Logs.Traced.Last(), StringComparison.Ordinal);
        Assert.Empty(router.Router.Traces);
    }

    [Fact]
    public async Task It_ends_after_the_time_asked_for_though_nothing_is_sent()
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        router.Router.StartTrace(Of(peer) with { MaxTime = TimeSpan.FromSeconds(3) });

        router.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Single(router.Router.Traces);
        router.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Empty(router.Router.Traces);
        Assert.EndsWith("has ended: its time is up.", router.Logs.Traced.Last(), StringComparison.Ordinal);
        await peer.SendAsync("""[16,1,{"acknowledge":true},"com.example.topic"]""");
        await peer.ExpectAsync("[17,1,*]");
        Assert.Empty(Lines(router));
    }

    [Fact]
    public async Task It_ends_when_asked_to()
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        router.Router.StartTrace(Of(peer));

        Assert.True(router.Router.StopTrace(TraceSubject.Session, Name(peer)));
        Assert.False(router.Router.StopTrace(TraceSubject.Session, Name(peer)));
        await peer.SendAsync("""[16,1,{"acknowledge":true},"com.example.topic"]""");
        await peer.ExpectAsync("[17,1,*]");

        Assert.Empty(Lines(router));
    }

    [Fact]
    public async Task Of_who_is_not_there_no_trace_is_started()
    {
        await using var router = await TestRouter.StartAsync();
        Assert.Equal(0, router.Router.StartTrace(new WampTraceOptions { Subject = TraceSubject.Session, Name = "17" }));
        Assert.Equal(0, router.Router.StartTrace(new WampTraceOptions { Subject = TraceSubject.Connection, Name = "none" }));
        Assert.Empty(router.Router.Traces);
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1_000_001, 1, 0)]
    [InlineData(1, 0, 0)]
    [InlineData(1, 100_000, 0)]
    [InlineData(1, 1, -1)]
    [InlineData(1, 1, 65_537)]
    public async Task Numbers_out_of_range_are_refused(int messages, int seconds, int payload)
    {
        await using var router = await TestRouter.StartAsync();
        var options = new WampTraceOptions
        {
            Subject = TraceSubject.AuthId, Name = "joe", MaxMessages = messages, MaxTime = TimeSpan.FromSeconds(seconds), PayloadBytes = payload,
        };

        Assert.Throws<ArgumentException>(() => router.Router.StartTrace(options));
        Assert.Empty(router.Router.Traces);
    }

    [Fact]
    public async Task By_authid_sessions_that_come_later_are_traced_from_WELCOME_on()
    {
        await using var router = await Login.StartRouterAsync(new TicketAuthenticator(new StaticUsers([new User { AuthId = "joe", Roles = ["user"], Ticket = TicketCredential.Plain("sesame") }])));
        router.Router.StartTrace(new WampTraceOptions { Subject = TraceSubject.AuthId, Name = "joe" });
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket, SerializerKind.Json);
        await peer.ChallengeAsync(Login.Hello("ticket", "joe"));
        await peer.SendAsync(Login.Authenticate("sesame"));
        var id = (await peer.ExpectAsync("[2,*]"))[1].GetInt64();

        await peer.SendAsync("""[16,1,{"acknowledge":true},"com.example.topic"]""");
        await peer.ExpectAsync("[17,1,*]");

        Assert.Equal(["sent WELCOME", "received PUBLISH", "sent PUBLISHED"], Lines(router).Select(line => line.Split(',')[0]));
        Assert.All(Lines(router), line => Assert.EndsWith($"(session {id})", line, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(PeerMatrix.WebSockets), MemberType = typeof(PeerMatrix))]
    public async Task What_proves_who_somebody_is_never_shows(PeerTransport transport, SerializerKind serializer)
    {
        await using var router = await Login.StartRouterAsync(
            new TicketAuthenticator(new ProcedureTickets(new ProcedureOptions { Procedure = "com.example.authenticate" })), new AnonymousAuthenticator());
        await using var judge = await TestPeer.JoinAsync(router, transport, serializer);
        await judge.SendAsync("""[64,1,{},"com.example.authenticate"]""");
        await judge.ExpectAsync("[65,1,*]");
        router.Router.StartTrace(Of(judge) with { PayloadBytes = 4096 });
        await using var peer = await TestPeer.ConnectAsync(router, transport, serializer);
        await TestRouter.WaitUntilAsync(() => router.Context.Connections.Count == 2, () => "The second connection is not there");
        foreach (var connection in router.Context.Connections.All)
        {
            router.Router.StartTrace(new WampTraceOptions { Subject = TraceSubject.Connection, Name = connection.ConnectionId, PayloadBytes = 4096 });
        }

        await peer.ChallengeAsync(Login.Hello("ticket", "joe", new() { ["pin"] = "sesame" }));
        await peer.SendAsync(Login.Authenticate("sesame"));
        await judge.ExpectAsync("[68,1,*]");
        await judge.SendAsync("""[70,1,{},[{"role":"device","extra":{"pin":"sesame"}}]]""");
        await peer.ExpectAsync("[2,*]");

        Assert.Equal(
            ["received HELLO", "sent CHALLENGE", "received AUTHENTICATE", "sent INVOCATION", "received YIELD", "sent WELCOME"],
            Lines(router).Select(line => line.Split(',')[0]));
        Assert.Equal(2, router.Logs.Traced.Count(line => line.EndsWith("(not shown)", StringComparison.Ordinal)));
        Assert.DoesNotContain(router.Logs.Traced, line => line.Contains("sesame", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""[70,1,{},[{"role":"device","ticket":"sesame"}]]""", "received YIELD")]
    [InlineData("""[8,68,1,{},"com.example.error",["sesame"]]""", "received ERROR")]
    public async Task The_answer_of_an_authenticator_does_not_show_though_it_comes_when_nobody_waits_for_it_any_more(string answer, string line)
    {
        await using var router = await Login.StartRouterAsync(
            new TicketAuthenticator(new ProcedureTickets(new ProcedureOptions { Procedure = "com.example.authenticate" })), new AnonymousAuthenticator());
        await using var judge = await TestPeer.JoinAsync(router, PeerTransport.WebSocket, SerializerKind.Json);
        await judge.SendAsync("""[64,1,{},"com.example.authenticate"]""");
        await judge.ExpectAsync("[65,1,*]");
        router.Router.StartTrace(Of(judge) with { PayloadBytes = 4096 });
        await using var peer = await TestPeer.ConnectAsync(router, PeerTransport.WebSocket, SerializerKind.Json);
        await peer.ChallengeAsync(Login.Hello("ticket", "joe"));
        await peer.SendAsync(Login.Authenticate("sesame"));
        await judge.ExpectAsync("[68,1,*]");
        router.Clock.Advance(TimeSpan.FromSeconds(4));
        await peer.ExpectAsync("[3,*]");

        await judge.SendAsync(answer);
        await judge.RoutedAsync();

        Assert.Contains(Lines(router), one => one.StartsWith(line, StringComparison.Ordinal));
        Assert.DoesNotContain(router.Logs.Traced, one => one.Contains("sesame", StringComparison.Ordinal));
        router.Logs.ForgetErrors(); // that of the authentication that came to no end
    }

    [Fact]
    public async Task The_answer_to_another_session_shows()
    {
        await using var router = await TestRouter.StartAsync();
        await using var callee = await TestPeer.JoinAsync(router, PeerTransport.WebSocket, SerializerKind.Json);
        await callee.SendAsync("""[64,1,{},"com.example.procedure"]""");
        await callee.ExpectAsync("[65,1,*]");
        router.Router.StartTrace(Of(callee) with { PayloadBytes = 4096 });
        await using var caller = await TestPeer.JoinAsync(router, PeerTransport.WebSocket, SerializerKind.Json);
        await caller.SendAsync("""[48,1,{},"com.example.procedure"]""");
        await callee.ExpectAsync("[68,1,*]");

        await callee.SendAsync("""[70,1,{},["answer"]]""");
        await caller.ExpectAsync("[50,1,*]");

        Assert.EndsWith("""["answer"]""", router.Logs.Traced.Last(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[99999999", "received unknown, request 0")]
    [InlineData("[1234]", "received unknown, request 0")]
    [InlineData("""[16,"one",{},"com.example.topic"]""", "received unknown, request 0")]
    public async Task What_comes_and_is_no_message_is_a_line_with_the_reason(string text, string line)
    {
        await using var router = await TestRouter.StartAsync();
        await using var peer = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        router.Router.StartTrace(Of(peer));

        await peer.SendBytesAsync(peer.FrameBytes(System.Text.Encoding.UTF8.GetBytes(text)));
        var reason = (await peer.ExpectAsync("[3,*]"))[1].GetProperty("message").GetString()!;

        Assert.Contains(router.Logs.Traced, one => one.StartsWith(line, StringComparison.Ordinal)
            && one.Contains($", {text.Length} bytes", StringComparison.Ordinal) && one.EndsWith(reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_more_than_a_hundred_run()
    {
        await using var router = await TestRouter.StartAsync();
        for (var number = 0; number < WampTraceOptions.MostTraces; number++)
        {
            router.Router.StartTrace(Named(number));
        }

        Assert.Throws<InvalidOperationException>(() => router.Router.StartTrace(Named(WampTraceOptions.MostTraces)));
        router.Router.StartTrace(Named(0)); // in the place of the other
        Assert.Equal(WampTraceOptions.MostTraces, router.Router.Traces.Count);
        Assert.True(router.Router.StopTrace(TraceSubject.AuthId, "joe1"));
        router.Router.StartTrace(Named(WampTraceOptions.MostTraces));

        static WampTraceOptions Named(int number) => new() { Subject = TraceSubject.AuthId, Name = $"joe{number}" };
    }

    private static WampTraceOptions Of(TestPeer peer) => new() { Subject = TraceSubject.Session, Name = Name(peer) };

    private static string Name(TestPeer peer) => peer.SessionId.ToString(CultureInfo.InvariantCulture);

    /// <summary>The lines of messages, without what differs from run to run and from serializer to serializer, and without payloads.</summary>
    private static List<string> Lines(TestRouter router) =>
        [.. router.Logs.Traced.Where(line => Line().IsMatch(line)).Select(line => Line().Replace(line, "${what} (session ${session})"))];

    [GeneratedRegex(@"^(?<what>(received|sent) .*), \d+ bytes \(connection \S+, session (?<session>\d+)\).*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Line();
}
