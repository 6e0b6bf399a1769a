using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Broker.Client;
using Broker.Uris;

namespace Broker.EndToEnd;

/// <summary>Progressive call results and progressive call invocations from SDK to SDK: each transport to the other, each serializer to each.</summary>
public sealed class SdkProgressTests(SharedRouter router)
{
    [Theory]
    [Trait("wamp", "PCR-06"), Trait("wamp", "PCR-09"), Trait("wamp", "PCR-11"), Trait("wamp", "PCR-18")]
    [MemberData(nameof(SdkPeer.PairsOfWires), MemberType = typeof(SdkPeer))]
    public async Task Results_are_reported_in_order_before_the_last(string from, string to)
    {
        await using var caller = await router.ConnectAsync(from);
        await using var callee = await router.ConnectAsync(to);
        var procedure = SharedRouter.NewUri();
        await callee.RegisterAsync(procedure, async (invocation, _) =>
        {
            for (var i = 0; i < invocation.Arguments.Get<int>(0); i++)
                await invocation.ReportAsync(new WampArguments { i, new byte[] { 0, (byte)i }, { "half", i / 2.0 } });
            await invocation.ReportAsync(null);
            return ["all", "of them"];
        }).Soon();
        var seen = new List<WampResult>();

        var final = await caller.CallAsync(procedure, [100], seen.Add).Soon();

        Assert.Equal((true, """["all","of them"]"""), (final.IsFinal, final.Arguments.ToString()));
        Assert.Equal(101, seen.Count);
        Assert.All(seen, result => Assert.False(result.IsFinal));
        Assert.All(seen.Take(100).Index(), one =>
        {
            Assert.Equal((one.Index, one.Index / 2.0), (one.Item.Arguments.Get<int>(0), one.Item.ArgumentsKw.Get<double>("half")));
            Assert.Equal([0, (byte)one.Index], one.Item.Arguments.Get<byte[]>(1)!);
        });
        Assert.Equal(0, seen[100].Arguments.Count);
        Assert.Equal("""["all","of them"]""", (await caller.CallAsync(procedure, [100]).Soon()).Arguments.ToString()); // without progress
    }

    [Theory]
    [Trait("wamp", "PCR-12"), Trait("wamp", "PCR-18")]
    [MemberData(nameof(SdkPeer.PairsOfWires), MemberType = typeof(SdkPeer))]
    public async Task A_stream_of_results_is_a_stream_at_the_other_end(string from, string to)
    {
        await using var caller = await router.ConnectAsync(from);
        await using var callee = await router.ConnectAsync(to);
        var procedure = SharedRouter.NewUri();
        await callee.RegisterStreamAsync<int, SdkReading>(procedure, (count, _) => ReadingsAsync(count)).Soon();

        var values = await caller.CallStreamAsync<SdkReading>(procedure, [1000]).ToListAsync().AsTask().Soon();

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => (double)i), values.Select(reading => reading!.Value));
        var plain = await Assert.ThrowsAsync<WampException>(() => caller.CallAsync(procedure, [1]).Soon());
        Assert.Equal(ErrorUris.FeatureNotSupported, plain.Uri);

        static async IAsyncEnumerable<SdkReading> ReadingsAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await Task.Yield();
                yield return new SdkReading("d1", i, [1, 2], null, null);
            }
        }
    }

    [Theory]
    [Trait("wamp", "PCR-16"), Trait("wamp", "CAN-04"), Trait("wamp", "CAN-17")]
    [MemberData(nameof(SdkPeer.PairsOfWires), MemberType = typeof(SdkPeer))]
    public async Task Who_stops_enumerating_stops_the_callee(string from, string to)
    {
        await using var caller = await router.ConnectAsync(from);
        await using var callee = await router.ConnectAsync(to);
        var procedure = SharedRouter.NewUri();
        var stopped = new TaskCompletionSource();
        await callee.RegisterStreamAsync<int>(procedure, (_, canceled) => EndlessAsync(stopped, canceled)).Soon();

        var seen = await caller.CallStreamAsync<int>(procedure).Take(3).ToListAsync().AsTask().Soon();

        Assert.Equal([0, 1, 2], seen);
        await stopped.Task.Soon();
        Assert.Equal([0], await caller.CallStreamAsync<int>(procedure).Take(1).ToListAsync().AsTask().Soon()); // both sessions go on
    }

    [Theory]
    [Trait("wamp", "PCI-05"), Trait("wamp", "PCI-06"), Trait("wamp", "PCI-07"), Trait("wamp", "PCI-11"), Trait("wamp", "ORD-10")]
    [MemberData(nameof(SdkPeer.PairsOfWires), MemberType = typeof(SdkPeer))]
    public async Task Arguments_may_come_chunk_by_chunk(string from, string to)
    {
        await using var caller = await router.ConnectAsync(from);
        await using var callee = await router.ConnectAsync(to);
        var procedure = SharedRouter.NewUri();
        await callee.RegisterAsync(procedure, async (invocation, canceled) =>
        {
            var chunks = await invocation.ChunksAsync<int>(canceled).ToListAsync(canceled);
            return [string.Join(',', chunks)];
        }).Soon();

        var all = await caller.CallAsync<int, string>(procedure, Enumerable.Range(0, 1000).ToAsyncEnumerable()).Soon();

        Assert.Equal(string.Join(',', Enumerable.Range(0, 1000)), all);
        Assert.Equal("7", await caller.CallAsync<string>(procedure, [7]).Soon()); // a plain call is one chunk
    }

    [Theory]
    [Trait("wamp", "PCI-13"), Trait("wamp", "PCI-17")]
    [MemberData(nameof(SdkPeer.PairsOfWires), MemberType = typeof(SdkPeer))]
    public async Task Chunks_and_results_answer_each_other(string from, string to)
    {
        await using var caller = await router.ConnectAsync(from);
        await using var callee = await router.ConnectAsync(to);
        var procedure = SharedRouter.NewUri();
        await callee.RegisterAsync(procedure, async (invocation, canceled) =>
        {
            await foreach (var chunk in invocation.ChunksAsync(canceled))
                await invocation.ReportAsync([chunk.Arguments.Get<int>(0) + 1, chunk.Caller]); // the first chunk discloses for all
            return ["done"];
        }).Soon();
        var chunks = Channel.CreateUnbounded<WampArguments>();
        await chunks.Writer.WriteAsync([0]);
        var seen = new List<string>();

        await foreach (var result in caller.CallStreamAsync(procedure, chunks.Reader.ReadAllAsync(), new CallOptions { DiscloseMe = true }))
        {
            seen.Add(result.Arguments.ToString());
            if (result.IsFinal)
                break;
            if (result.Arguments.Get<int>(0) is var next && next < 5)
                await chunks.Writer.WriteAsync([next]);
            else
                chunks.Writer.Complete();
        }

        Assert.Equal([.. Enumerable.Range(1, 5).Select(i => $"[{i},{caller.Session.Id}]"), """["done"]"""], seen);
    }

    [Theory]
    [Trait("wamp", "PCI-11"), Trait("wamp", "PCI-20")]
    [MemberData(nameof(SdkPeer.PairsOfWires), MemberType = typeof(SdkPeer))]
    public async Task An_answer_before_the_last_chunk_ends_the_call_and_its_source(string from, string to)
    {
        await using var caller = await router.ConnectAsync(from);
        await using var callee = await router.ConnectAsync(to);
        var procedure = SharedRouter.NewUri();
        await callee.RegisterAsync(procedure, async (invocation, canceled) =>
        {
            var third = await invocation.ChunksAsync<int>(canceled).ElementAtAsync(2, canceled);
            return [third];
        }).Soon();
        for (var i = 0; i < 2; i++)
        {
            var stopped = new TaskCompletionSource();
            Assert.Equal(2, await caller.CallAsync<int, int>(procedure, EndlessAsync(stopped)).Soon());
            await stopped.Task.Soon();
        }
    }

    private static async IAsyncEnumerable<int> EndlessAsync(TaskCompletionSource stopped, [EnumeratorCancellation] CancellationToken canceled = default)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                yield return i;
                await Task.Yield();
                canceled.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            stopped.TrySetResult();
        }
    }
}
