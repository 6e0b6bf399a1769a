using Broker.Client;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.EndToEnd;

/// <summary>The SDK calls the SDK: each transport the other, each serializer each.</summary>
[Trait("wamp", "RPC-02")]
[Trait("wamp", "RPC-03")]
public sealed class SdkRpcTests(SharedRouter router)
{
    [Theory]
    [Trait("wamp", "RPC-04")]
    [MemberData(nameof(SdkPeer.Pairs), MemberType = typeof(SdkPeer))]
    public async Task Calls_return_results_and_errors(string fromTransport, SerializerKind fromSerializer, string toTransport, SerializerKind toSerializer)
    {
        await using var caller = await router.ConnectAsync(fromTransport, fromSerializer);
        await using var callee = await router.ConnectAsync(toTransport, toSerializer);
        var root = SharedRouter.NewUri();
        await callee.RegisterAsync<int, int, int>(root + ".add", (a, b, _) => ValueTask.FromResult(a + b)).Soon();
        await callee.RegisterAsync<SdkReading, SdkReading>(root + ".next", (r, _) => ValueTask.FromResult(new SdkReading(r.Device, r.Value + 1, [.. r.Raw, 7], 1, r))).Soon();
        await callee.RegisterAsync(root + ".fail", (invocation, _) =>
            throw new WampException("com.acme.error.sold_out", "Nothing left.", ["Nothing left.", invocation.Arguments.Get<long>(0), new byte[] { 0, 255 }])).Soon();

        Assert.Equal(5, await caller.CallAsync<int>(root + ".add", [2, 3]).Soon());
        var next = await caller.CallAsync<SdkReading>(root + ".next", [new SdkReading("d1", 1.0, [1, 2], null, null)]).Soon();
        Assert.Equal(("d1", 2.0, 1.0), (next!.Device, next.Value, next.Previous!.Value));
        Assert.Equal([1, 2, 7], next.Raw);
        var soldOut = await Assert.ThrowsAsync<WampException>(() => caller.CallAsync(root + ".fail", [long.MaxValue]).Soon());
        Assert.Equal("com.acme.error.sold_out", soldOut.Uri);
        Assert.Contains("Nothing left.", soldOut.Message, StringComparison.Ordinal);
        Assert.Equal(long.MaxValue, soldOut.Arguments.Get<long>(1));
        Assert.Equal([0, 255], soldOut.Arguments.Get<byte[]>(2)!);
        var invalid = await Assert.ThrowsAsync<WampException>(() => caller.CallAsync(root + ".add", [2, "three"]).Soon());
        Assert.Equal(ErrorUris.InvalidArgument, invalid.Uri);
    }

    [Theory]
    [Trait("wamp", "RPC-01")]
    [Trait("wamp", "REG-02")]
    [Trait("wamp", "REG-06")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task A_procedure_is_there_once_and_as_long_as_it_is_registered(string transport, SerializerKind serializer)
    {
        await using var client = await router.ConnectAsync(transport, serializer);
        var procedure = SharedRouter.NewUri();
        var registration = await client.RegisterAsync(procedure, _ => ValueTask.FromResult(1)).Soon();

        var twice = await Assert.ThrowsAsync<WampException>(() => client.RegisterAsync(procedure, _ => ValueTask.FromResult(2)).Soon());
        Assert.Equal(ErrorUris.ProcedureAlreadyExists, twice.Uri);
        Assert.Equal(1, await client.CallAsync<int>(procedure).Soon()); // a session may call itself
        await registration.DisposeAsync();
        var gone = await Assert.ThrowsAsync<WampException>(() => client.CallAsync(procedure).Soon());
        Assert.Equal(ErrorUris.NoSuchProcedure, gone.Uri);
    }

    [Theory]
    [Trait("wamp", "PCR-09")]
    [Trait("wamp", "PCR-18")]
    [Trait("wamp", "CID-01")]
    [Trait("wamp", "CID-05")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task Progress_is_reported_from_end_to_end_and_callers_are_disclosed(string transport, SerializerKind serializer)
    {
        await using var caller = await router.ConnectAsync(transport, serializer);
        await using var callee = await router.ConnectAsync(transport, serializer);
        var root = SharedRouter.NewUri();
        await callee.RegisterProgressiveAsync<int, int>(root + ".sum", (invocation, progress, _) =>
        {
            var sum = 0;
            for (var i = 1; i <= invocation.Arguments.Get<int>(0); i++)
                progress.Report(sum += i);
            return ValueTask.FromResult(sum);
        }).Soon();
        await callee.RegisterAsync(root + ".who", WhoAsync, new RegisterOptions { DiscloseCaller = true }).Soon();
        await callee.RegisterAsync(root + ".maybe", WhoAsync).Soon();
        var seen = new List<int>();

        Assert.Equal(210, await caller.CallAsync<int>(root + ".sum", [20], new Told<int>(seen)).Soon());
        Assert.Equal(Enumerable.Range(1, 20).Select(n => n * (n + 1) / 2), seen);
        Assert.Equal(caller.Session.Id, await caller.CallAsync<long>(root + ".who").Soon());
        Assert.Equal(0, await caller.CallAsync<long>(root + ".maybe").Soon());
        Assert.Equal(caller.Session.Id, await caller.CallAsync<long>(root + ".maybe", options: new CallOptions { DiscloseMe = true }).Soon());

        static ValueTask<WampArguments?> WhoAsync(WampInvocation invocation, CancellationToken canceled) =>
            ValueTask.FromResult<WampArguments?>([invocation.Caller ?? 0]);
    }

    [Theory]
    [Trait("wamp", "RPC-30")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task A_callee_that_leaves_ends_the_call(string transport, SerializerKind serializer)
    {
        await using var caller = await router.ConnectAsync(transport, serializer);
        await using var callee = await router.ConnectAsync(transport, serializer);
        var procedure = SharedRouter.NewUri();
        var called = new TaskCompletionSource();
        await callee.RegisterAsync<int>(procedure, async canceled =>
        {
            called.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(canceled);
            return 1;
        }).Soon();
        var call = caller.CallAsync(procedure);
        await called.Task.Soon();

        await callee.LeaveAsync().Soon();

        var exception = await Assert.ThrowsAsync<WampException>(() => call.Soon());
        Assert.Equal(ErrorUris.Canceled, exception.Uri);
    }

    [Theory]
    [Trait("wamp", "RPC-06")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task A_thousand_calls_at_once_each_get_their_own_result(string transport, SerializerKind serializer)
    {
        await using var caller = await router.ConnectAsync(transport, serializer);
        await using var callee = await router.ConnectAsync(transport, serializer);
        var procedure = SharedRouter.NewUri();
        await callee.RegisterAsync<int, int>(procedure, async (i, _) =>
        {
            await Task.Yield();
            return i * 2;
        }).Soon();

        var results = await Task.WhenAll<int>(Enumerable.Range(0, 1000).Select(i => caller.CallAsync<int>(procedure, [i]))).Soon();

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => i * 2), results);
    }

    private sealed class Told<T>(List<T> values) : IProgress<T?>
    {
        public void Report(T? value) => values.Add(value!);
    }
}
