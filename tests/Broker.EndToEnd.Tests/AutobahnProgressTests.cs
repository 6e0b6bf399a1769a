namespace Broker.EndToEnd;

/// <summary>Progressive call results between foreign clients and with our own SDK, in every direction.</summary>
public sealed class AutobahnProgressTests(SharedRouter router, AnyClient clients)
{
    [Theory]
    [Trait("wamp", "PCR-03")]
    [Trait("wamp", "PCR-06")]
    [Trait("wamp", "PCR-09")]
    [Trait("wamp", "PCR-11")]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task Results_come_one_by_one_and_then_the_last(string from, string to)
    {
        await using var caller = await clients.OpenAsync(from, router.Url);
        await using var callee = await clients.OpenAsync(to, router.Url);
        var procedure = SharedRouter.NewUri();
        await callee.RegisterAsync(procedure);

        var call = caller.Call(procedure, "[3]", options: """{"receive_progress":true}""");
        var invocation = await callee.Invocations.NextAsync();

        Assert.Equal((procedure, "[3]", CanReport(to)), (invocation.Procedure, invocation.Arguments, invocation.ReceivesProgress));
        if (CanReport(to))
        {
            await invocation.ReportAsync("[1]");
            Assert.Equal("[1]", await call.Progress.NextAsync());
            await invocation.ReportAsync("""[2,"of",3]""");
            Assert.Equal("""[2,"of",3]""", await call.Progress.NextAsync());
        }

        await invocation.CompleteAsync("""["done"]""");
        Assert.Equal("""["done"]""", await call.Result.Soon());
        Assert.Equal(0, call.Progress.Count);
    }

    [Theory]
    [Trait("wamp", "PCR-09")]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task An_error_ends_the_results(string from, string to)
    {
        await using var caller = await clients.OpenAsync(from, router.Url);
        await using var callee = await clients.OpenAsync(to, router.Url);
        var procedure = SharedRouter.NewUri();
        await callee.RegisterAsync(procedure);

        var call = caller.Call(procedure, options: """{"receive_progress":true}""");
        var invocation = await callee.Invocations.NextAsync();
        if (CanReport(to))
        {
            await invocation.ReportAsync("[1]");
            Assert.Equal("[1]", await call.Progress.NextAsync());
        }

        await invocation.FailAsync("com.example.error.broken");
        Assert.Equal("com.example.error.broken", await call.ErrorAsync());
    }

    [Theory]
    [Trait("wamp", "PCR-13")]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task A_caller_that_leaves_has_its_callee_interrupted(string from, string to)
    {
        await using var caller = await clients.OpenAsync(from, router.Url);
        await using var callee = await clients.OpenAsync(to, router.Url);
        var procedure = SharedRouter.NewUri();
        await callee.RegisterAsync(procedure);
        var call = caller.Call(procedure, options: """{"receive_progress":true}""");
        var invocation = await callee.Invocations.NextAsync();
        if (CanReport(to))
        {
            await invocation.ReportAsync("[1]");
            Assert.Equal("[1]", await call.Progress.NextAsync());
        }

        await caller.LeaveAsync();

        if (CanReport(to))
            await invocation.Interrupted.Soon();
        await invocation.CompleteAsync("""["too late"]""");
        await callee.PublishAsync(SharedRouter.NewUri()); // its session goes on
    }

    /// <summary>npm's autobahn announces progressive_call_results to callees without call_canceling, which makes neither count (PCR-03).</summary>
    private static bool CanReport(string callee) => !callee.StartsWith("node", StringComparison.Ordinal);
}
