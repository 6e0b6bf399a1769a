using Broker.Client;

namespace Broker.EndToEnd;

/// <summary>One procedure of three callees: npm's autobahn, python3-autobahn and our own SDK.</summary>
[Trait("wamp", "SHR-01")]
public sealed class AutobahnSharedRegistrationTests(SharedRouter router, AnyClient clients)
{
    [Theory]
    [Trait("wamp", "SHR-04")]
    [Trait("wamp", "SHR-05")]
    [Trait("wamp", "SHR-07")]
    [MemberData(nameof(AnyClient.Trios), MemberType = typeof(AnyClient))]
    public async Task Calls_are_spread_as_the_policy_says(string one, string two, string three)
    {
        await using var a = await clients.OpenAsync(one, router.Url);
        await using var b = await clients.OpenAsync(two, router.Url);
        await using var c = await clients.OpenAsync(three, router.Url);

        await AssertSpreadAsync("roundrobin", [a, b, c], calls: [a, b, c, a], leaving: b, then: [c, a, c]);
        await AssertSpreadAsync("first", [a, b, c], calls: [a, a], leaving: a, then: [b, b]);
        await AssertSpreadAsync("last", [a, b, c], calls: [c, c], leaving: c, then: [b, b]);
    }

    [Theory]
    [Trait("wamp", "SHR-05")]
    [MemberData(nameof(AnyClient.Trios), MemberType = typeof(AnyClient))]
    public async Task With_random_any_of_them_is_called(string one, string two, string three)
    {
        await using var a = await clients.OpenAsync(one, router.Url);
        await using var b = await clients.OpenAsync(two, router.Url);
        await using var c = await clients.OpenAsync(three, router.Url);
        var procedure = SharedRouter.NewUri();
        DrivenSession[] callees = [a, b, c];
        foreach (var callee in callees)
            await callee.RegisterAsync(procedure, """{"invoke":"random"}""");

        var call = b.Call(procedure);
        var called = await Task.WhenAny(callees.Select(callee => callee.Invocations.NextAsync())).Soon();
        await (await called).CompleteAsync("""["mine"]""");

        Assert.Equal("""["mine"]""", await call.Result.Soon());
    }

    [Theory]
    [Trait("wamp", "SHR-02")]
    [Trait("wamp", "SHR-03")]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task A_registration_is_shared_only_by_those_who_agree_on_the_policy(string first, string second)
    {
        await using var one = await clients.OpenAsync(first, router.Url);
        await using var two = await clients.OpenAsync(second, router.Url);
        await AssertRefusedAsync("{}", "{}");
        await AssertRefusedAsync("""{"invoke":"single"}""", """{"invoke":"last"}""");
        await AssertRefusedAsync("""{"invoke":"first"}""", """{"invoke":"last"}""");

        async Task AssertRefusedAsync(string mine, string yours)
        {
            var procedure = SharedRouter.NewUri();
            await one.RegisterAsync(procedure, mine);

            var refused = await Assert.ThrowsAsync<WampException>(() => two.RegisterAsync(procedure, yours));
            Assert.Equal("wamp.error.procedure_already_exists", refused.Uri);
        }
    }

    [Theory]
    [MemberData(nameof(AnyClient.Pairs), MemberType = typeof(AnyClient))]
    public async Task A_callee_that_takes_one_call_at_once_gets_the_next_when_it_has_answered(string from, string to)
    {
        await using var caller = await clients.OpenAsync(from, router.Url);
        await using var callee = await clients.OpenAsync(to, router.Url);
        var procedure = SharedRouter.NewUri();
        await callee.RegisterAsync(procedure, """{"concurrency":1}"""); // as Crossbar.io calls it
        var (one, two) = (caller.Call(procedure, "[1]"), caller.Call(procedure, "[2]"));
        var first = await callee.Invocations.NextAsync();
        await caller.PublishAsync(SharedRouter.NewUri()); // the router has both calls,
        await callee.PublishAsync(SharedRouter.NewUri()); // and the callee all that was sent to it

        Assert.Equal(("[1]", 0), (first.Arguments, callee.Invocations.Count));
        await first.CompleteAsync("[1]");
        var second = await callee.Invocations.NextAsync();
        await second.CompleteAsync("[2]");
        Assert.Equal(("[1]", "[2]"), (await one.Result.Soon(), await two.Result.Soon()));
    }

    /// <summary>The callees register in their order; each call must reach the one expected, before and after one of them has unregistered.</summary>
    private static async Task AssertSpreadAsync(string invoke, DrivenSession[] callees, DrivenSession[] calls, DrivenSession leaving, DrivenSession[] then)
    {
        var procedure = SharedRouter.NewUri();
        var registrations = new HashSet<long>();
        foreach (var callee in callees)
            registrations.Add(await callee.RegisterAsync(procedure, $$"""{"invoke":"{{invoke}}"}"""));

        await AssertCallsAsync(calls);
        await leaving.UnregisterAsync(Assert.Single(registrations));
        await AssertCallsAsync(then);

        async Task AssertCallsAsync(DrivenSession[] expected)
        {
            foreach (var callee in expected)
            {
                var call = callees[0].Call(procedure);
                await (await callee.Invocations.NextAsync()).CompleteAsync("""["done"]""");
                Assert.Equal("""["done"]""", await call.Result.Soon());
            }
        }
    }
}
