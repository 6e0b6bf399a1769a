using System.IO.Pipelines;
using System.Text;
using Broker.Messages;
using Broker.Options;
using Broker.Peers;
using Broker.PubSub;
using Broker.Realms;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Transports;

namespace Broker.Connections;

/// <summary>
/// Faults of the router itself where no session's read loop would catch them: on the threads of timers. They are logged, and nothing else goes down.
/// </summary>
public sealed class FaultTests
{
    [Fact]
    public async Task A_fault_while_a_call_times_out_is_logged_and_later_calls_time_out()
    {
        await using var router = await TestRouter.StartAsync();
        await using var callee = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        await callee.SendAsync("""[64,1,{},"com.example.procedure"]""");
        await callee.ExpectAsync("[65,1,*]");
        var faulty = Join(router.RealmState, new FaultySink());
        router.RealmState.Route(faulty, Call(timeout: 1000));
        await callee.ExpectAsync("[68,1,*]");

        router.Clock.Advance(TimeSpan.FromSeconds(1)); // runs the timers: a fault that came through would fail the test here, and end a process

        Assert.Contains(nameof(FaultySink), Assert.Single(router.Logs.Errors), StringComparison.Ordinal);
        router.Logs.ForgetErrors();
        await using var caller = await TestPeer.JoinAsync(router, PeerTransport.RawSocket);
        await caller.SendAsync("""[48,1,{"timeout":1000},"com.example.procedure"]""");
        await callee.ExpectAsync("[68,2,*]");
        router.Clock.Advance(TimeSpan.FromSeconds(1));
        await caller.ExpectAsync("""[8,48,1,{},"wamp.error.timeout",*]""");
        router.RealmState.Leave(faulty);
    }

    [Fact]
    public async Task A_connection_that_fails_at_the_heartbeat_ends_and_the_others_get_their_ping()
    {
        await using var router = await TestRouter.StartAsync();
        FaultyWriter? output = null;
        using var faulty = MemoryPeer.Join(router.Context, new WampSubprotocol(SerializerKind.Json), inner => output = new FaultyWriter(inner));
        await using var other = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        await using var another = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        output!.IsFaulty = true;

        router.Clock.Advance(TimeSpan.FromSeconds(21));

        await faulty.Served;
        Assert.NotEmpty(router.Logs.Errors);
        router.Logs.ForgetErrors();
        Assert.Contains("internal_error", Assert.Single(router.Logs.Endings), StringComparison.Ordinal);
        Assert.Equal(PeerFrame.Ping, (await other.ReceiveFrameAsync()).Kind);
        Assert.Equal(PeerFrame.Ping, (await another.ReceiveFrameAsync()).Kind);
        Assert.Equal(2, router.RealmState.SessionCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_cannot_be_sent_by_a_fault_ends_its_receiver_and_not_its_sender(bool isLater)
    {
        await using var router = await TestRouter.StartAsync();
        FaultyWriter? output = null;
        using var faulty = MemoryPeer.Join(router.Context, new WampSubprotocol(SerializerKind.Json), inner => output = new FaultyWriter(inner));
        faulty.Write(new WampMessage { Type = MessageType.Subscribe, RequestId = 1, Uri = "com.example.topic"u8 });
        faulty.Flush();
        await using var sender = await TestPeer.JoinAsync(router, PeerTransport.WebSocket);
        output!.Flushing = isLater ? FaultLaterAsync : static () => throw new NotSupportedException("A fault.");

        await sender.SendAsync("""[16,1,{"acknowledge":true},"com.example.topic"]""");

        await sender.ExpectAsync("[17,1,*]");
        await faulty.Served;
        Assert.Contains("A fault.", router.Logs.Errors.First(), StringComparison.Ordinal);
        Assert.Contains("internal_error", Assert.Single(router.Logs.Endings), StringComparison.Ordinal);
        router.Logs.ForgetErrors();
        await sender.SendAsync("""[16,2,{"acknowledge":true},"com.example.topic"]""");
        await sender.ExpectAsync("[17,2,*]");
        Assert.Equal(1, router.RealmState.SessionCount);

        static async ValueTask<FlushResult> FaultLaterAsync()
        {
            await Task.Yield();
            throw new NotSupportedException("A fault.");
        }
    }

    private static Session Join(Realm realm, IMessageSink sink) => realm.Join(
        SerializerKind.Json,
        new HelloDetails { Roles = new RoleSet { Caller = Features.None } },
        new SessionIdentity("a", "b", "c", "d"),
        new WelcomeDetails { Roles = Realm.Roles },
        sink);

    private static WampMessage Call(int timeout) => new()
    {
        Type = MessageType.Call,
        RequestId = 1,
        Uri = "com.example.procedure"u8,
        Dict = Encoding.UTF8.GetBytes($$"""{"timeout":{{timeout}}}"""),
    };

    /// <summary>Takes WELCOME and nothing after it.</summary>
    private sealed class FaultySink : IMessageSink
    {
        private bool _isWelcome;

        public Lock Gate { get; } = new();

        public SendResult Send(OutboundMessage message, bool isDroppable)
        {
            if (_isWelcome)
            {
                throw new NotSupportedException("A fault.");
            }

            _isWelcome = true;
            return SendResult.Queued;
        }

        public void SendEvent(OutboundMessage message, EventTerms terms, ReadOnlySpan<byte> topic) =>
            Assert.Fail("It has subscribed nothing.");

        public void SendRetained(RetainedDelivery events) => Assert.Fail("It has subscribed nothing.");

        public void ForgetMissed()
        {
            // It has missed nothing.
        }

        public void MissEvent() => Assert.Fail("It has subscribed nothing.");

        public void End(string reason, string? message) => Assert.Fail("Nobody kills this session.");
    }

    /// <summary>Another writer until it is told to fail.</summary>
    private sealed class FaultyWriter(PipeWriter inner) : PipeWriter
    {
        public bool IsFaulty { get; set; }

        public Func<ValueTask<FlushResult>>? Flushing { get; set; }

        public override Span<byte> GetSpan(int sizeHint = 0) => IsFaulty ? throw new NotSupportedException("A fault.") : inner.GetSpan(sizeHint);

        public override Memory<byte> GetMemory(int sizeHint = 0) => IsFaulty ? throw new NotSupportedException("A fault.") : inner.GetMemory(sizeHint);

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            Flushing?.Invoke() ?? inner.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }
}
