namespace Broker.Client;

/// <summary>Progressive call results, as caller and as callee.</summary>
public sealed class ProgressTests
{
    private const string Welcome =
        """[2,1,{"roles":{"dealer":{"features":{"progressive_call_results":true,"call_canceling":true,"call_timeout":true}}}}]""";

    [Theory, MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    [Trait("wamp", "PCR-01"), Trait("wamp", "PCR-09"), Trait("wamp", "PCR-11"), Trait("wamp", "PCR-18")]
    public async Task ProgressComesInOrderBeforeTheFinalResult(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync(Welcome);
        var seen = new List<string>();
        var call = joined.Client.CallAsync("com.acme.p", [1], result => seen.Add($"{result.Arguments} {result.ArgumentsKw} {result.IsFinal}"));
        await joined.Peer.ExpectAsync("""[48,1,{"receive_progress":true},"com.acme.p",[1]]""");
        for (var i = 0; i < 3; i++)
        {
            await joined.Peer.SendAsync($$"""[50,1,{"progress":true},[{{i}}],{"k":{{i}}}]""");
        }

        await joined.Peer.SendAsync("""[50,1,{"progress":true}]""");
        await joined.Peer.SendAsync("""[50,1,{},["end"]]""");

        var final = await call.Soon();
        Assert.Equal(["[0] {\"k\":0} False", "[1] {\"k\":1} False", "[2] {\"k\":2} False", "[] {} False"], seen);
        Assert.Equal((true, "end"), (final.IsFinal, final.Arguments.Get<string>(0)));
    }

    [Fact, Trait("wamp", "PCR-11")]
    public async Task TypedProgressAndResult()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        var seen = new List<int>();
        var call = joined.Client.CallAsync<int>("com.acme.p", [], new Collected<int>(seen));
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("""[50,1,{"progress":true},[1]]""");
        await joined.Peer.SendAsync("""[50,1,{"progress":true},[2]]""");
        await joined.Peer.SendAsync("[50,1,{},[3]]");

        Assert.Equal(3, await call.Soon());
        Assert.Equal([1, 2], seen);
    }

    [Theory, Trait("wamp", "PCR-18")]
    [InlineData("[50,1,{}]", new[] { 1, 2 })]
    [InlineData("[50,1,{},[3]]", new[] { 1, 2, 3 })]
    public async Task AStreamHandsResultsOver(string final, int[] expected)
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        var collecting = CollectAsync(joined.Client.CallStreamAsync<int>("com.acme.p", [5]));
        await joined.Peer.ExpectAsync("""[48,1,{"receive_progress":true},"com.acme.p",[5]]""");
        await joined.Peer.SendAsync("""[50,1,{"progress":true},[1]]""");
        await joined.Peer.SendAsync("""[50,1,{"progress":true},[2]]""");
        await joined.Peer.SendAsync(final);

        Assert.Equal(expected, await collecting.Soon());
    }

    [Fact, Trait("wamp", "PCR-09")]
    public async Task AStreamThatFailsThrowsBehindItsResults()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        var seen = new List<int>();
        var collecting = Task.Run(async () =>
        {
            await foreach (var value in joined.Client.CallStreamAsync<int>("com.acme.p"))
            {
                seen.Add(value);
            }
        });
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("""[50,1,{"progress":true},[1]]""");
        await joined.Peer.SendAsync("""[8,48,1,{},"com.acme.error.x"]""");

        Assert.Equal("com.acme.error.x", (await Assert.ThrowsAsync<WampException>(() => collecting.Soon())).Uri);
        Assert.Equal([1], seen);
    }

    [Fact, Trait("wamp", "CAN-17")]
    public async Task WhoStopsEnumeratingCancelsTheCall()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        var first = Task.Run(async () =>
        {
            await foreach (var value in joined.Client.CallStreamAsync<int>("com.acme.p"))
            {
                return value;
            }

            return 0;
        });
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("""[50,1,{"progress":true},[1]]""");
        Assert.Equal(1, await first.Soon());

        await joined.Peer.ExpectAsync("""[49,1,{"mode":"killnowait"}]""");
        await joined.Peer.SendAsync("""[50,1,{"progress":true},[2]]""");
        await joined.Peer.SendAsync("""[8,48,1,{},"wamp.error.canceled"]""");
        await AssertAliveAsync(joined);
    }

    [Fact, Trait("wamp", "PCR-08")]
    public async Task ProgressThatNobodyAskedForIsIgnored()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        var call = joined.Client.CallAsync<int>("com.acme.p");
        await joined.Peer.ExpectAsync("""[48,1,{},"com.acme.p"]""");
        await joined.Peer.SendAsync("""[50,1,{"progress":true},[1]]""");
        await joined.Peer.SendAsync("""[50,1,{"progress":false},[2]]""");

        Assert.Equal(2, await call.Soon());
    }

    [Fact, Trait("wamp", "PCR-01")]
    public async Task ADealerWithoutTheFeatureIsNotAskedForProgress()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var collecting = CollectAsync(joined.Client.CallStreamAsync<int>("com.acme.p"));
        await joined.Peer.ExpectAsync("""[48,1,{},"com.acme.p"]""");
        await joined.Peer.SendAsync("[50,1,{},[4]]");

        Assert.Equal([4], await collecting.Soon());
    }

    [Fact, Trait("wamp", "PCR-15"), Trait("wamp", "CTO-08")]
    public async Task TheTimeStartsAnewWithEachResult()
    {
        using var router = new FakeRouter();
        var time = new ManualTime();
        router.Options = router.Options.On(time);
        await using var joined = await router.JoinAsync(Welcome);
        var reported = new TaskCompletionSource();
        var call = joined.Client.CallAsync("com.acme.p", [], _ => reported.SetResult(), new CallOptions { Timeout = TimeSpan.FromSeconds(7) });
        await joined.Peer.ExpectAsync("""[48,1,{"timeout":7000,"receive_progress":true},"com.acme.p"]""");
        Assert.Equal(0, time.Restarts(TimeSpan.FromSeconds(8)));
        await joined.Peer.SendAsync("""[50,1,{"progress":true}]""");
        await reported.Task.Soon();

        Assert.Equal(1, time.Restarts(TimeSpan.FromSeconds(8)));
        await joined.Peer.SendAsync("[50,1,{}]");
        await call.Soon();
    }

    [Fact]
    public async Task ASlowConsumerStopsTheReadingUntilItTakesResults()
    {
        using var router = new FakeRouter();
        router.Options = router.Options with { ReceiveBuffer = 1 };
        await using var joined = await router.JoinAsync(Welcome);
        await using var results = joined.Client.CallStreamAsync<int>("com.acme.p").GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var moving = results.MoveNextAsync().AsTask();
        await joined.Peer.ReceiveAsync();
        for (var i = 0; i < 100; i++)
        {
            await joined.Peer.SendAsync($$"""[50,1,{"progress":true},[{{i}}]]""");
        }

        await joined.Peer.SendAsync("[50,1,{}]");
        var seen = new List<int>();
        Assert.True(await moving.Soon());
        var other = joined.Client.CallAsync("com.acme.other"); // its reply is behind all those
        await joined.Peer.ExpectAsync("""[48,2,{},"com.acme.other"]""");
        await joined.Peer.SendAsync("[50,2,{}]");
        await other.Soon();
        do
        {
            seen.Add(results.Current);
        }
        while (await results.MoveNextAsync().AsTask().Soon());

        Assert.Equal(Enumerable.Range(0, 100), seen);
    }

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires))]
    [Trait("wamp", "PCR-09"), Trait("wamp", "PCR-02")]
    public async Task AProcedureReportsProgress(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync(Welcome);
        await RegisterAsync(joined, joined.Client.RegisterAsync("com.acme.p", async (invocation, _) =>
        {
            await invocation.ReportAsync([1]);
            await invocation.ReportAsync(new WampArguments { { "k", 2 } });
            await invocation.ReportAsync(null);
            return ["end"];
        }));
        await joined.Peer.SendAsync("""[68,1,88,{"receive_progress":true}]""");
        await joined.Peer.ExpectAsync("""[70,1,{"progress":true},[1]]""");
        await joined.Peer.ExpectAsync("""[70,1,{"progress":true},[],{"k":2}]""");
        await joined.Peer.ExpectAsync("""[70,1,{"progress":true}]""");
        await joined.Peer.ExpectAsync("""[70,1,{},["end"]]""");

        await joined.Peer.SendAsync("[68,2,88,{}]"); // takes no progress
        await joined.Peer.ExpectAsync("""[70,2,{},["end"]]""");
    }

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires))]
    [Trait("wamp", "PCR-09"), Trait("wamp", "PCR-12")]
    public async Task AProcedureMayReportToAnIProgress(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync(Welcome);
        await RegisterAsync(joined, joined.Client.RegisterProgressiveAsync("com.acme.p", (int n, IProgress<double> progress, CancellationToken _) =>
        {
            for (var i = 1; i <= n; i++)
                progress.Report(i / 2.0);
            return ValueTask.FromResult("end");
        }));
        await joined.Peer.SendAsync("""[68,1,88,{"receive_progress":true},[3]]""");
        await joined.Peer.ExpectAsync("""[70,1,{"progress":true},[0.5]]""");
        await joined.Peer.ExpectAsync("""[70,1,{"progress":true},[1.0]]""");
        await joined.Peer.ExpectAsync("""[70,1,{"progress":true},[1.5]]""");
        await joined.Peer.ExpectAsync("""[70,1,{},["end"]]""");

        await joined.Peer.SendAsync("[68,2,88,{},[3]]"); // takes no progress
        await joined.Peer.ExpectAsync("""[70,2,{},["end"]]""");
    }

    [Fact, Trait("wamp", "PCR-16")]
    public async Task AReportThatCannotBeSentFailsAndOneThatNobodyWaitsForDoesNot()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        var failed = new TaskCompletionSource<Exception>();
        await RegisterAsync(joined, joined.Client.RegisterProgressiveAsync<double, int>("com.acme.p", async (_, progress, canceled) =>
        {
            failed.SetResult(Assert.ThrowsAny<Exception>(() => progress.Report(double.NaN)));
            progress.Report(1);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new TaskCompletionSource().Task.WaitAsync(canceled));
            progress.Report(2); // to nobody
            canceled.ThrowIfCancellationRequested();
            return 3;
        }));
        await joined.Peer.SendAsync("""[68,1,88,{"receive_progress":true}]""");
        await joined.Peer.ExpectAsync("""[70,1,{"progress":true},[1.0]]""");
        Assert.IsType<WampArgumentException>(await failed.Task.Soon());
        await joined.Peer.SendAsync("""[69,1,{"mode":"kill"}]""");
        Assert.StartsWith("""[8,68,1,{},"wamp.error.canceled",""", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact, Trait("wamp", "PCR-12")]
    public async Task AProcedureMayBeAStream()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        await RegisterAsync(joined, joined.Client.RegisterStreamAsync<int, int>("com.acme.count", (n, _) => Enumerable.Range(1, n).ToAsyncEnumerable()));
        await joined.Peer.SendAsync("""[68,1,88,{"receive_progress":true},[2]]""");
        await joined.Peer.ExpectAsync("""[70,1,{"progress":true},[1]]""");
        await joined.Peer.ExpectAsync("""[70,1,{"progress":true},[2]]""");
        await joined.Peer.ExpectAsync("[70,1,{}]");

        await joined.Peer.SendAsync("[68,2,88,{},[2]]");
        Assert.StartsWith("""[8,68,2,{},"wamp.error.feature_not_supported",""", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires)), Trait("wamp", "PCR-16"), Trait("wamp", "CAN-13")]
    public async Task AnInterruptStopsAStream(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync(Welcome);
        var interrupted = new TaskCompletionSource();
        await RegisterAsync(joined, joined.Client.RegisterAsync("com.acme.p", async (invocation, canceled) =>
        {
            await invocation.ReportAsync([1]);
            await using var told = canceled.Register(interrupted.SetResult);
            await interrupted.Task;
            await invocation.ReportAsync([2]);
            return null;
        }));
        await joined.Peer.SendAsync("""[68,1,88,{"receive_progress":true}]""");
        await joined.Peer.ExpectAsync("""[70,1,{"progress":true},[1]]""");
        await joined.Peer.SendAsync("""[69,1,{"mode":"kill","reason":"com.acme.enough"}]""");

        Assert.StartsWith("""[8,68,1,{},"wamp.error.canceled",""", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact, Trait("wamp", "PCR-10")]
    public async Task NothingIsReportedBehindTheAnswer()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(Welcome);
        WampInvocation? kept = null;
        await RegisterAsync(joined, joined.Client.RegisterAsync("com.acme.p", (invocation, _) =>
        {
            kept = invocation;
            return ValueTask.FromResult<WampArguments?>(null);
        }));
        await joined.Peer.SendAsync("""[68,1,88,{"receive_progress":true}]""");
        await joined.Peer.ExpectAsync("[70,1,{}]");

        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => kept!.ReportAsync([1]));
        await AssertAliveAsync(joined);
    }

    private static async Task<List<T?>> CollectAsync<T>(IAsyncEnumerable<T?> values)
    {
        var all = new List<T?>();
        await foreach (var value in values)
        {
            all.Add(value);
        }

        return all;
    }

    private static async Task RegisterAsync(Joined joined, Task<WampRegistration> registering)
    {
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("[65,1,88]");
        await registering.Soon();
    }

    private static async Task AssertAliveAsync(Joined joined)
    {
        var call = joined.Client.CallAsync("com.acme.q");
        await joined.Peer.ExpectAsync("""[48,2,{},"com.acme.q"]""");
        await joined.Peer.SendAsync("[50,2,{}]");
        await call.Soon();
    }

    private sealed class Collected<T>(List<T> values) : IProgress<T>
    {
        public void Report(T value) => values.Add(value);
    }
}
