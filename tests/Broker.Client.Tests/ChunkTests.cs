using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Broker.Client;

/// <summary>Progressive call invocations, as caller and as callee.</summary>
public sealed class ChunkTests
{
    private const string Welcome =
        """[2,1,{"roles":{"dealer":{"features":{"progressive_call_invocations":true,"progressive_call_results":true,"call_canceling":true,"call_timeout":true}}}}]""";

    [Theory, MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    [Trait("wamp", "PCI-01"), Trait("wamp", "PCI-05"), Trait("wamp", "PCI-07"), Trait("wamp", "PCI-14")]
    public async Task ChunksGoOutAsTheyComeUnderOneRequestId(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync(Welcome);
        var chunks = Channel.CreateUnbounded<int>();
        var call = joined.Client.CallAsync<int, int>(
            "com.acme.sum", chunks.Reader.ReadAllAsync(TestContext.Current.CancellationToken), new CallOptions { Timeout = TimeSpan.FromSeconds(9) });
        chunks.Writer.TryWrite(1);
        await joined.Peer.ExpectAsync("""[48,1,{"timeout":9000,"progress":true},"com.acme.sum",[1]]""");
        var other = joined.Client.CallAsync("com.acme.other");
        await joined.Peer.ExpectAsync("""[48,2,{},"com.acme.other"]""");
        chunks.Writer.TryWrite(2);
        await joined.Peer.ExpectAsync("""[48,1,{"progress":true},"com.acme.sum",[2]]""");
        chunks.Writer.Complete();
        await joined.Peer.ExpectAsync("""[48,1,{},"com.acme.sum"]""");
        await joined.Peer.SendAsync("[50,1,{},[3]]");
        await joined.Peer.SendAsync("[50,2,{}]");

        Assert.Equal(3, await call.Soon());
        await other.Soon();
    }

    [Fact, Trait("wamp", "PCI-07")]
    public async Task NoChunksAreAPlainCall()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        var call = joined.Client.CallAsync("com.acme.sum", AsyncEnumerable.Empty<WampArguments>());
        await joined.Peer.ExpectAsync("""[48,1,{},"com.acme.sum"]""");
        await joined.Peer.SendAsync("[50,1,{}]");
        await call.Soon();
    }

    [Fact, Trait("wamp", "PCI-03")]
    public async Task ADealerWithoutTheFeatureGetsNoChunks()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();

        var exception = await Assert.ThrowsAsync<WampException>(() => joined.Client.CallAsync("com.acme.p", AsyncEnumerable.Empty<WampArguments>()));
        Assert.Equal("wamp.error.feature_not_supported", exception.Uri);
        await AssertAliveAsync(joined, 1);
    }

    [Fact, Trait("wamp", "PCI-11"), Trait("wamp", "PCI-20")]
    public async Task AnAnswerBeforeTheLastChunkEndsTheCallAndItsSource()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        var ended = new TaskCompletionSource();
        var call = joined.Client.CallAsync<int, int>("com.acme.p", Endless(ended));
        await joined.Peer.ExpectAsync("""[48,1,{"progress":true},"com.acme.p",[1]]""");
        await joined.Peer.SendAsync("[50,1,{},[7]]");

        Assert.Equal(7, await call.Soon());
        await ended.Task.Soon();
        await AssertAliveAsync(joined, 2);
    }

    [Fact, Trait("wamp", "PCI-23")]
    public async Task NoChunkFollowsCancel()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        using var cancellation = new CancellationTokenSource();
        var chunks = Channel.CreateUnbounded<int>();
        var call = joined.Client.CallAsync<int, int>("com.acme.p", Deaf(chunks.Reader), cancellationToken: cancellation.Token);
        chunks.Writer.TryWrite(1);
        await joined.Peer.ReceiveAsync();
        await cancellation.CancelAsync();
        await joined.Peer.ExpectAsync("""[49,1,{"mode":"killnowait"}]""");
        chunks.Writer.TryWrite(2);
        chunks.Writer.Complete();
        await joined.Peer.SendAsync("""[8,48,1,{},"wamp.error.canceled"]""");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
        await AssertAliveAsync(joined, 2);
    }

    [Fact]
    public async Task ASourceThatFailsCancelsTheCallAndTheCallerSeesWhy()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        var chunks = Channel.CreateUnbounded<int>();
        var call = joined.Client.CallAsync<int, int>("com.acme.p", Deaf(chunks.Reader));
        chunks.Writer.TryWrite(1);
        await joined.Peer.ReceiveAsync();
        chunks.Writer.Complete(new InvalidOperationException("no more paper"));
        await joined.Peer.ExpectAsync("""[49,1,{"mode":"killnowait"}]""");
        await joined.Peer.SendAsync("""[8,48,1,{},"wamp.error.canceled"]""");

        Assert.Equal("no more paper", (await Assert.ThrowsAsync<InvalidOperationException>(() => call.Soon())).Message);
    }

    [Fact, Trait("wamp", "PCI-17")]
    public async Task ChunksAndProgressGoBothWays()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        var chunks = Channel.CreateUnbounded<int>();
        chunks.Writer.TryWrite(1);
        await using var echoes = joined.Client
            .CallStreamAsync<int, string>("com.acme.echo", chunks.Reader.ReadAllAsync(TestContext.Current.CancellationToken))
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var moving = echoes.MoveNextAsync().AsTask();
        await joined.Peer.ExpectAsync("""[48,1,{"receive_progress":true,"progress":true},"com.acme.echo",[1]]""");
        await joined.Peer.SendAsync("""[50,1,{"progress":true},["one"]]""");
        Assert.True(await moving.Soon());
        Assert.Equal("one", echoes.Current);
        chunks.Writer.TryWrite(2);
        await joined.Peer.ExpectAsync("""[48,1,{"progress":true},"com.acme.echo",[2]]""");
        chunks.Writer.Complete();
        await joined.Peer.ExpectAsync("""[48,1,{},"com.acme.echo"]""");
        await joined.Peer.SendAsync("[50,1,{}]");

        Assert.False(await echoes.MoveNextAsync().AsTask().Soon());
    }

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires))]
    [Trait("wamp", "PCI-13"), Trait("wamp", "PCI-16")]
    public async Task AProcedureReadsChunks(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync(Welcome);
        await RegisterAsync(joined, joined.Client.RegisterAsync("com.acme.sum", async (invocation, canceled) =>
        {
            var sum = 0;
            await foreach (var chunk in invocation.ChunksAsync(canceled))
            {
                Assert.Equal(invocation.Caller, chunk.Caller);
                sum += chunk.Arguments.Get<int>(0);
                await chunk.ReportAsync([sum]);
            }

            return [sum];
        }));
        await joined.Peer.SendAsync("""[68,1,88,{"progress":true,"receive_progress":true,"caller":99},[1]]""");
        await joined.Peer.ExpectAsync("""[70,1,{"progress":true},[1]]""");
        await joined.Peer.SendAsync("""[68,1,88,{"progress":true},[2]]""");
        await joined.Peer.ExpectAsync("""[70,1,{"progress":true},[3]]""");
        await joined.Peer.SendAsync("[68,1,88,{}]"); // just the end
        await joined.Peer.ExpectAsync("[70,1,{},[3]]");

        await joined.Peer.SendAsync("""[68,2,88,{"progress":true},[4]]""");
        await joined.Peer.SendAsync("[68,2,88,{},[5]]"); // the last may carry arguments
        await joined.Peer.ExpectAsync("[70,2,{},[9]]");
        await joined.Peer.SendAsync("[68,3,88,{},[6]]"); // a call that has no chunks
        await joined.Peer.ExpectAsync("[70,3,{},[6]]");
    }

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires)), Trait("wamp", "PCI-12")]
    public async Task ChunksOfACallThatWasAnsweredAreIgnored(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync(Welcome);
        await RegisterAsync(joined, joined.Client.RegisterAsync<int, int>("com.acme.p", (first, _) => ValueTask.FromResult(first)));
        await joined.Peer.SendAsync("""[68,1,88,{"progress":true},[1]]""");
        await joined.Peer.ExpectAsync("[70,1,{},[1]]");
        await joined.Peer.SendAsync("""[68,1,88,{"progress":true},[2]]""");
        await joined.Peer.SendAsync("[68,1,88,{},[3]]");

        await AssertAliveAsync(joined, 2);
    }

    [Fact, Trait("wamp", "PCI-23")]
    public async Task AnInterruptEndsTheChunks()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        await RegisterAsync(joined, joined.Client.RegisterAsync("com.acme.p", async (invocation, _) =>
        {
            await foreach (var chunk in invocation.ChunksAsync<int>(CancellationToken.None))
            {
                await invocation.ReportAsync([chunk]);
            }

            return null;
        }));
        await joined.Peer.SendAsync("""[68,1,88,{"progress":true,"receive_progress":true},[1]]""");
        await joined.Peer.ExpectAsync("""[70,1,{"progress":true},[1]]""");
        await joined.Peer.SendAsync("""[69,1,{"mode":"killnowait"}]""");

        Assert.StartsWith("""[8,68,1,{},"wamp.error.canceled",""", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact, Trait("wamp", "CTO-06")]
    public async Task AProcedureThatKeepsTheTimeAnswersWhenItIsOver()
    {
        using var router = new FakeRouter();
        var time = new ManualTime();
        router.Options = router.Options.On(time);
        await using var joined = await router.JoinAsync(Welcome);
        var stubborn = new TaskCompletionSource();
        var registering = joined.Client.RegisterAsync(
            "com.acme.p",
            async (_, canceled) =>
            {
                await stubborn.Task; // does not look at its token
                Assert.True(canceled.IsCancellationRequested);
                return ["late"];
            },
            new RegisterOptions { ForwardTimeout = true });
        await joined.Peer.ExpectAsync("""[64,1,{"forward_timeout":true},"com.acme.p"]""");
        await joined.Peer.SendAsync("[65,1,88]");
        await registering.Soon();
        await joined.Peer.SendAsync("""[68,1,88,{"timeout":5500}]""");
        await time.ElapseAsync(TimeSpan.FromSeconds(5.5));

        Assert.StartsWith("""[8,68,1,{},"wamp.error.timeout",""", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
        stubborn.SetResult();
        await AssertAliveAsync(joined, 2); // and nothing is answered twice
    }

    /// <summary>One value, then nothing until the enumeration is given up.</summary>
    private static async IAsyncEnumerable<int> Endless(TaskCompletionSource ended, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        yield return 1;
        try
        {
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        }
        finally
        {
            ended.SetResult();
        }
    }

    /// <summary>A source that does not look at its token.</summary>
    private static async IAsyncEnumerable<int> Deaf(ChannelReader<int> values)
    {
        while (await values.WaitToReadAsync(CancellationToken.None))
        {
            while (values.TryRead(out var value))
            {
                yield return value;
            }
        }
    }

    private static async Task RegisterAsync(Joined joined, Task<WampRegistration> registering)
    {
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("[65,1,88]");
        await registering.Soon();
    }

    private static async Task AssertAliveAsync(Joined joined, int requestId)
    {
        var call = joined.Client.CallAsync("com.acme.q");
        await joined.Peer.ExpectAsync($$"""[48,{{requestId}},{},"com.acme.q"]""");
        await joined.Peer.SendAsync($$"""[50,{{requestId}},{}]""");
        await call.Soon();
    }
}
