namespace Broker.EndToEnd;

/// <summary>
/// Calls that are canceled or take too long, between foreign clients and with our own SDK, in every direction. npm's autobahn as a callee knows
/// no INTERRUPT and does not announce call_canceling: it gets none (CAN-05).
/// </summary>
public sealed class AutobahnCancelTests(SharedRouter router, AnyClient clients)
{
    [Theory]
    [Trait("wamp", "CAN-03")]
    [Trait("wamp", "CAN-05")]
    [MemberData(nameof(AnyClient.PairsOfNodeAndSdk), MemberType = typeof(AnyClient))]
    public async Task Kill_has_the_callee_end_the_call(string from, string to)
    {
        await using var caller = await clients.OpenAsync(from, router.Url);
        await using var callee = await clients.OpenAsync(to, router.Url);
        var (call, invocation) = await BeginAsync(caller, callee, cancelMode: "kill");

        await call.CancelAsync();

        if (IsInterrupted(to))
        {
            await invocation.Interrupted.Soon();
            await invocation.FailAsync("com.example.error.half_done", "[1]");
            Assert.Equal("com.example.error.half_done", await call.ErrorAsync());
        }
        else
        {
            Assert.Equal("wamp.error.canceled", await call.ErrorAsync());
            await invocation.CompleteAsync("""["too late"]""");
        }

        await AssertServesAsync(caller, callee);
    }

    [Theory]
    [Trait("wamp", "CAN-04")]
    [Trait("wamp", "CAN-07")]
    [MemberData(nameof(AnyClient.PairsOfPython), MemberType = typeof(AnyClient))]
    public async Task Who_says_no_mode_gives_the_call_up_and_has_the_callee_interrupted(string from, string to)
    {
        await using var caller = await clients.OpenAsync(from, router.Url);
        await using var callee = await clients.OpenAsync(to, router.Url);
        var (call, invocation) = await BeginAsync(caller, callee);

        await call.CancelAsync();

        // python3-autobahn sends CANCEL without a mode and ends the call itself. It takes the ERROR without a word; a RESULT would end its session.
        Assert.Equal("CancelledError", await call.ErrorAsync());
        await caller.PublishAsync(SharedRouter.NewUri()); // the CANCEL before it has come to the router, too
        if (IsInterrupted(to))
            await invocation.Interrupted.Soon();
        await invocation.CompleteAsync("""["too late"]""");
        await AssertServesAsync(caller, callee);
    }

    [Theory]
    [Trait("wamp", "CAN-02")]
    [Trait("wamp", "CAN-04")]
    [MemberData(nameof(AnyClient.PairsOfSdk), MemberType = typeof(AnyClient))]
    public async Task Skip_and_killnowait_give_the_call_up_at_once(string from, string to)
    {
        await using var caller = await clients.OpenAsync(from, router.Url);
        await using var callee = await clients.OpenAsync(to, router.Url);
        foreach (var mode in (string[])["skip", "killnowait"])
        {
            var (call, invocation) = await BeginAsync(caller, callee, cancelMode: mode);
            await call.CancelAsync();

            Assert.Equal("wamp.error.canceled", await call.ErrorAsync());
            if (mode == "killnowait" && IsInterrupted(to))
                await invocation.Interrupted.Soon();
            await invocation.CompleteAsync("""["too late"]""");
            await AssertServesAsync(caller, callee);
            Assert.Equal(mode == "killnowait" && IsInterrupted(to), invocation.Interrupted.IsCompleted);
        }
    }

    [Theory]
    [Trait("wamp", "CAN-02")]
    [MemberData(nameof(AnyClient.Node), MemberType = typeof(AnyClient))]
    public async Task What_npms_autobahn_does_to_itself_with_skip_harms_nobody_else(string from)
    {
        await using var caller = await clients.OpenAsync(from, router.Url);
        await using var callee = await clients.OpenAsync("sdk websocket json", router.Url);
        var (call, invocation) = await BeginAsync(caller, callee, cancelMode: "skip");

        await call.CancelAsync();

        // It forgets the call at once, takes the ERROR that the specification demands for a violation of the protocol, and closes its connection.
        Assert.Equal("Cancelled", await call.ErrorAsync());
        Assert.Contains(await caller.Left.Soon(), (string[])["closed", "lost"]);
        await invocation.CompleteAsync("""["too late"]""");
        await using var other = await clients.OpenAsync(from, router.Url);
        await AssertServesAsync(other, callee);
    }

    [Theory]
    [Trait("wamp", "CTO-01")]
    [Trait("wamp", "CTO-04")]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task A_call_that_takes_longer_than_its_milliseconds_ends(string from, string to)
    {
        await using var caller = await clients.OpenAsync(from, router.Url);
        await using var callee = await clients.OpenAsync(to, router.Url);

        var procedure = SharedRouter.NewUri();
        await callee.RegisterAsync(procedure);

        // python3-autobahn's documentation speaks of seconds; it sends the number as it is, and the specification's unit is the millisecond.
        var call = caller.Call(procedure, options: """{"timeout":1}""");

        // The callee may hear of it or not: where INVOCATION and INTERRUPT arrive together, a client may well not start at all.
        Assert.Equal("wamp.error.timeout", await call.ErrorAsync());
        await AssertServesAsync(caller, callee);
    }

    private static bool IsInterrupted(string callee) => !callee.StartsWith("node", StringComparison.Ordinal);

    private static async Task<(DrivenCall Call, DrivenInvocation Invocation)> BeginAsync(DrivenSession caller, DrivenSession callee, string cancelMode = "kill")
    {
        var procedure = SharedRouter.NewUri();
        await callee.RegisterAsync(procedure);
        var call = caller.Call(procedure, "[1]", cancelMode: cancelMode);
        DrivenInvocation invocation;
        do
        {
            invocation = await callee.Invocations.NextAsync();
        }
        while (invocation.Procedure != procedure);

        return (call, invocation);
    }

    /// <summary>Both sessions go on, and the answer that came too late is nobody's.</summary>
    private static async Task AssertServesAsync(DrivenSession caller, DrivenSession callee)
    {
        var (call, invocation) = await BeginAsync(caller, callee);
        await invocation.CompleteAsync("[2]");
        Assert.Equal("[2]", await call.Result.Soon());
    }
}
