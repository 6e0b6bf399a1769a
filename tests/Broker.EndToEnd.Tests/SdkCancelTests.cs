using Broker.Client;
using Broker.Uris;
using CancelMode = Broker.Options.CancelMode;

namespace Broker.EndToEnd;

/// <summary>Calls of the SDK that are canceled, or take too long, at procedures of the SDK: each transport to the other, each serializer to each.</summary>
public sealed class SdkCancelTests(SharedRouter router)
{
    private static readonly CallOptions s_millisecond = new() { Timeout = TimeSpan.FromMilliseconds(1) };

    [Theory]
    [Trait("wamp", "CAN-03"), Trait("wamp", "CAN-12"), Trait("wamp", "CAN-13"), Trait("wamp", "CAN-17")]
    [MemberData(nameof(SdkPeer.PairsOfWires), MemberType = typeof(SdkPeer))]
    public async Task With_kill_the_procedure_has_the_last_word(string from, string to)
    {
        await using var caller = await router.ConnectAsync(from);
        await using var callee = await router.ConnectAsync(to);
        var procedure = SharedRouter.NewUri();
        var asked = await RegisterAsync(callee, procedure, answer => answer switch
        {
            "half" => throw new WampException("com.example.error.half_done", "Half done."),
            "canceled" => throw new OperationCanceledException(),
            _ => "finished all the same",
        });

        var half = await CancelAsync(caller, procedure, "half", CancelMode.Kill, asked);
        Assert.Equal("com.example.error.half_done", (await Assert.ThrowsAsync<WampException>(() => half.Call.Soon())).Uri);
        var canceled = await CancelAsync(caller, procedure, "canceled", CancelMode.Kill, asked);
        Assert.Equal(canceled.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled.Call.Soon())).CancellationToken);
        var finished = await CancelAsync(caller, procedure, "finished", CancelMode.Kill, asked);
        Assert.Equal("finished all the same", await finished.Call.Soon());
    }

    [Theory]
    [Trait("wamp", "CAN-04"), Trait("wamp", "CAN-12"), Trait("wamp", "CAN-17")]
    [MemberData(nameof(SdkPeer.PairsOfWires), MemberType = typeof(SdkPeer))]
    public async Task With_killnowait_the_call_ends_and_so_does_the_procedure(string from, string to)
    {
        await using var caller = await router.ConnectAsync(from);
        await using var callee = await router.ConnectAsync(to);
        var procedure = SharedRouter.NewUri();
        var interrupted = new TaskCompletionSource();
        var asked = await RegisterAsync(callee, procedure, _ =>
        {
            interrupted.SetResult();
            return "too late";
        });

        var given = await CancelAsync(caller, procedure, "", CancelMode.KillNoWait, asked);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given.Call.Soon());
        await interrupted.Task.Soon();
    }

    [Theory]
    [Trait("wamp", "CAN-02"), Trait("wamp", "CAN-17")]
    [MemberData(nameof(SdkPeer.PairsOfWires), MemberType = typeof(SdkPeer))]
    public async Task With_skip_the_call_ends_and_the_procedure_hears_nothing(string from, string to)
    {
        await using var caller = await router.ConnectAsync(from);
        await using var callee = await router.ConnectAsync(to);
        var procedure = SharedRouter.NewUri();
        var asked = new TaskCompletionSource<CancellationToken>();
        var answer = new TaskCompletionSource<string>();
        await callee.RegisterAsync(procedure, async (invocation, canceled) =>
        {
            if (invocation.Arguments.Get<string>(0) != "wait")
                return ["at once"];

            asked.SetResult(canceled);
            return [await answer.Task];
        }).Soon();
        using var cancellation = new CancellationTokenSource();
        var call = caller.CallAsync(procedure, ["wait"], new CallOptions { CancelMode = CancelMode.Skip }, cancellation.Token);
        var token = await asked.Task.Soon();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
        Assert.Equal("at once", await caller.CallAsync<string>(procedure, ["other"]).Soon()); // an INTERRUPT would have come before
        Assert.False(token.IsCancellationRequested);
        answer.SetResult("too late");
        Assert.Equal("at once", await caller.CallAsync<string>(procedure, ["other"]).Soon());
    }

    [Theory]
    [Trait("wamp", "CTO-01"), Trait("wamp", "CTO-03"), Trait("wamp", "CTO-04")]
    [MemberData(nameof(SdkPeer.PairsOfWires), MemberType = typeof(SdkPeer))]
    public async Task When_its_time_is_over_the_call_ends_and_the_procedure_is_interrupted(string from, string to)
    {
        await using var caller = await router.ConnectAsync(from);
        await using var callee = await router.ConnectAsync(to);
        var procedure = SharedRouter.NewUri();
        var interrupted = new TaskCompletionSource();
        var asked = await RegisterAsync(callee, procedure, _ =>
        {
            interrupted.TrySetResult();
            return "too late";
        });

        // The time counts from the CALL on: on a busy machine it can be over before anybody is invoked.
        do
        {
            await Assert.ThrowsAsync<WampTimeoutException>(() => caller.CallAsync(procedure, [""], s_millisecond).Soon());
        }
        while (asked.CurrentCount == 0);
        await interrupted.Task.Soon();
    }

    [Theory]
    [Trait("wamp", "CTO-05"), Trait("wamp", "CTO-06")]
    [MemberData(nameof(SdkPeer.PairsOfWires), MemberType = typeof(SdkPeer))]
    public async Task The_callee_may_keep_the_time(string from, string to)
    {
        await using var caller = await router.ConnectAsync(from);
        await using var callee = await router.ConnectAsync(to);
        var procedure = SharedRouter.NewUri();
        var (canceled, released) = (new TaskCompletionSource(), new TaskCompletionSource());
        await callee.RegisterAsync<string, string>(
            procedure,
            async (_, token) =>
            {
                await using var telling = token.Register(canceled.SetResult);
                await released.Task;
                return "too late";
            },
            new RegisterOptions { ForwardTimeout = true }).Soon();

        await Assert.ThrowsAsync<WampTimeoutException>(() => caller.CallAsync(procedure, [""], s_millisecond).Soon());
        await canceled.Task.Soon();
        released.SetResult();
    }

    [Theory]
    [Trait("wamp", "RPC-20"), Trait("wamp", "PCR-13")]
    [MemberData(nameof(SdkPeer.PairsOfWires), MemberType = typeof(SdkPeer))]
    public async Task A_caller_that_leaves_has_the_procedure_interrupted(string from, string to)
    {
        await using var caller = await router.ConnectAsync(from);
        await using var callee = await router.ConnectAsync(to);
        var procedure = SharedRouter.NewUri();
        var interrupted = new TaskCompletionSource();
        var asked = await RegisterAsync(callee, procedure, _ =>
        {
            interrupted.SetResult();
            return "nobody hears it";
        });
        var call = caller.CallAsync(procedure, [""]);
        await asked.WaitAsync().Soon();

        await caller.LeaveAsync().Soon();

        await Assert.ThrowsAsync<WampSessionClosedException>(() => call);
        await interrupted.Task.Soon();
    }

    /// <summary>Registers a procedure that waits until it is canceled and answers then; gives what counts its calls.</summary>
    private static async Task<SemaphoreSlim> RegisterAsync(WampClient callee, string procedure, Func<string, string> answer)
    {
        var asked = new SemaphoreSlim(0);
        await callee.RegisterAsync<string, string>(procedure, async (argument, canceled) =>
        {
            var told = new TaskCompletionSource();
            await using var telling = canceled.Register(told.SetResult);
            asked.Release();
            await told.Task;
            return answer(argument);
        }).Soon();
        return asked;
    }

    private static async Task<(Task<string?> Call, CancellationToken Token)> CancelAsync(
        WampClient caller, string procedure, string argument, CancelMode mode, SemaphoreSlim asked)
    {
        var cancellation = new CancellationTokenSource();
        var call = caller.CallAsync<string>(procedure, [argument], new CallOptions { CancelMode = mode }, cancellation.Token);
        await asked.WaitAsync().Soon();
        await cancellation.CancelAsync();
        return (call, cancellation.Token);
    }
}
