using System.Text;
using Broker.Authentication;
using Broker.Limits;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Attacks;

/// <summary>
/// Many connections that begin and never come to an end, at each stage: each is ended when its time is over, whatever it drips meanwhile, told so
/// where it can be told, and costs little until then.
/// </summary>
[Collection(nameof(Alone))]
public sealed class SlowlorisTests
{
    private const int Count = 200;

    /// <summary>What one connection that has said nothing of use may hold, this process' end of the socket included.</summary>
    private const long Each = 48 * 1024;

    /// <summary>The same behind TLS: both ends of it are in this process.</summary>
    private const long EachWithTls = 160 * 1024;

    private const string Challenge = """[1,"realm1",{"roles":{"caller":{}},"authmethods":["riddles"]}]""";

    public static TheoryData<string, bool> Openings => new()
    {
        { "", false },
        { "\u007F", false },
        { "\u007F\u00F1\0", false },
        { "GET /ws HTTP/1.1\r\nHost: a\r\nX: ", false },
        { "", true },
        { "\u007F\u00F1\0", true },
        { "GET /ws HTTP/1.1\r\nHost: a\r\nX: ", true },
    };

    [Theory]
    [MemberData(nameof(Openings))]
    public async Task A_transport_that_is_never_opened_is_ended(string start, bool isTls)
    {
        await using var attacked = await AttackedRouter.StartAsync();
        await using var crowd = await Crowd.DialAsync(isTls ? attacked.Router.TlsPort : attacked.Router.Port, Count);
        await attacked.HoldsAsync(Count * (isTls ? EachWithTls : Each), async () =>
        {
            await (isTls ? crowd.SecureAsync() : Task.CompletedTask);
            await crowd.SendAsync(Encoding.Latin1.GetBytes(start));
            await AdmittedAsync(attacked, Count);
        });

        // A drip does not buy time.
        await (start.Contains("GET", StringComparison.Ordinal)
            ? crowd.DripAsync("slow"u8.ToArray(), () => attacked.LetPassAsync(seconds: 2))
            : attacked.LetPassAsync(seconds: 8));
        await AdmittedAsync(attacked, Count);
        var reading = crowd.ReadToEndAsync();
        await attacked.WhileTimePassesAsync(reading); // the time of each begins when the router has come to it

        Assert.All(await reading, Assert.Empty);
        Assert.Equal(Count, attacked.Router.Logs.Lines.Count(line => line.EndsWith("no handshake came in time.", StringComparison.Ordinal)));
        await attacked.EndAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("160301020001")] // the beginning of a ClientHello of 512 bytes
    public async Task A_handshake_of_TLS_that_never_ends_is_ended_and_counts_as_a_connection_until_then(string start)
    {
        const int Few = 50;
        await using var attacked = await AttackedRouter.StartAsync(
            configure: options => options.ConnectionLimits = new ConnectionLimits { Total = Few + 2 },
            serve: kestrel => kestrel.ConfigureHttpsDefaults(https => https.HandshakeTimeout = TimeSpan.FromSeconds(5))); // the server's own clock
        await using var crowd = await Crowd.DialAsync(attacked.Router.TlsPort, Few);
        await AdmittedAsync(attacked, Few);
        await crowd.SendAsync(Convert.FromHexString(start));

        await using (var late = await TestPeer.DialAsync(attacked.Router, PeerTransport.RawSocket))
        {
            await late.SendBytesAsync(late.Handshake());
            Assert.Equal("7F400000", Convert.ToHexString(await late.ReceiveBytesAsync(4))); // "maximum connection count reached"
            await late.ExpectEndAsync();
        }

        var reading = crowd.ReadToEndAsync();
        await attacked.DuringAsync(reading);

        await attacked.EndAsync();
    }

    [Theory]
    [InlineData("POST /ws HTTP/1.1\r\nHost: a\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: ")]
    public async Task A_head_that_is_left_to_the_HTTP_server_is_ended_by_it(string start)
    {
        const int Few = 50;
        await using var attacked = await AttackedRouter.StartAsync(
            serve: kestrel => kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1)); // the server's own clock
        foreach (var port in (int[])[attacked.Router.Port, attacked.Router.MappedPort])
        {
            await using var crowd = await Crowd.DialAsync(port, Few);
            await crowd.SendAsync(Encoding.Latin1.GetBytes(start));
            var reading = crowd.ReadToEndAsync();
            await attacked.DuringAsync(reading);

            Assert.All(await reading, answer => Assert.StartsWith("HTTP/1.1 408 ", Encoding.Latin1.GetString(answer), StringComparison.Ordinal));
        }

        await attacked.EndAsync();
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task A_session_that_is_never_opened_is_told_and_ended(PeerTransport transport, bool isTls, bool isChallenged)
    {
        var riddles = new Riddles();
        await using var attacked = await AttackedRouter.StartAsync(
            transport, options => options.Authenticators[TestRouter.Realm] = [new AnonymousAuthenticator(), riddles]);
        var router = attacked.Router;
        var port = isTls ? router.TlsPort : transport == PeerTransport.MappedWebSocket ? router.MappedPort : router.Port;
        await using var sample = await TestPeer.DialAsync(router, transport); // knows how messages are framed
        await using var crowd = await Crowd.DialAsync(port, Count);
        await attacked.HoldsAsync(Count * (isTls ? EachWithTls : Each), async () =>
        {
            await (isTls ? crowd.SecureAsync() : Task.CompletedTask);
            await crowd.SendAsync([.. sample.Handshake(), .. isChallenged ? sample.Frame(Challenge) : []]);
            await attacked.AttackersAsync(Count);
            await TestRouter.WaitUntilAsync(
                () => riddles.Requests.Count == (isChallenged ? Count : 0), () => $"{riddles.Requests.Count} attackers have said HELLO");
        });

        var half = sample.Frame(isChallenged ? """[5,"answer 1",{}]""" : TestPeer.HelloText)[..3];
        await crowd.DripAsync(half, () => attacked.LetPassAsync(seconds: 1));
        var reading = crowd.ReadToEndAsync();
        await attacked.WhileTimePassesAsync(reading);

        var (reason, uri) = isChallenged
            ? ("authentication_timeout", "wamp.error.authentication_failed")
            : ("hello_timeout", "wamp.error.protocol_violation");
        Assert.All(await reading, answer =>
        {
            var text = Encoding.Latin1.GetString(answer);
            Assert.Equal(isChallenged, text.Contains("[4,\"riddles\"", StringComparison.Ordinal));
            Assert.Contains($"\"{uri}\"]", text, StringComparison.Ordinal);
            Assert.Equal(sample.IsWebSocket, text.Contains("\u0003\u00F0", StringComparison.Ordinal)); // 1008
        });
        await attacked.AttackersAsync(0);
        Assert.Equal(Count, attacked.Endings.Count(line => line.Contains($"ended: {reason}.", StringComparison.Ordinal)));
        await sample.DisposeAsync();
        await attacked.EndAsync();
    }

    public static TheoryData<PeerTransport, bool, bool> Stages
    {
        get
        {
            var stages = new TheoryData<PeerTransport, bool, bool>();
            foreach (var isChallenged in (bool[])[false, true])
            {
                stages.Add(PeerTransport.WebSocket, false, isChallenged);
                stages.Add(PeerTransport.WebSocket, true, isChallenged);
                stages.Add(PeerTransport.MappedWebSocket, false, isChallenged);
                stages.Add(PeerTransport.RawSocket, false, isChallenged);
                stages.Add(PeerTransport.RawSocket, true, isChallenged);
            }

            return stages;
        }
    }

    [Fact]
    public async Task A_HELLO_in_the_last_moment_does_not_buy_another_time_for_the_answer()
    {
        var riddles = new Riddles();
        await using var attacked = await AttackedRouter.StartAsync(
            configure: options => options.Authenticators[TestRouter.Realm] = [new AnonymousAuthenticator(), riddles]);
        await using (var peer = await TestPeer.ConnectAsync(attacked.Router, PeerTransport.WebSocket))
        {
            await attacked.AttackersAsync(1);
            await attacked.LetPassAsync(seconds: 8);
            await peer.SendAsync(Challenge);
            await peer.ExpectAsync("[4,*]");
            await attacked.LetPassAsync(seconds: 3);

            Assert.Contains("10 s", await peer.ExpectAbortAsync("wamp.error.authentication_failed"), StringComparison.Ordinal);
            await peer.ExpectCloseAsync(1008);
        }

        await attacked.EndAsync();
    }

    private static Task AdmittedAsync(AttackedRouter attacked, int count) => TestRouter.WaitUntilAsync(
        () => attacked.Router.Context.Admission.Count == count + 2, () => $"{attacked.Router.Context.Admission.Count - 2} attackers are let in, not {count}");
}
