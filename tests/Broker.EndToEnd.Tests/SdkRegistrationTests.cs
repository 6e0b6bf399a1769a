using System.Collections.Concurrent;
using Broker.Client;
using Broker.Serialization;
using Broker.Uris;
using InvocationPolicy = Broker.Options.InvocationPolicy;

namespace Broker.EndToEnd;

/// <summary>Match and invocation policies of the SDK's registrations, over every transport and serializer.</summary>
public sealed class SdkRegistrationTests(SharedRouter router)
{
    [Theory]
    [Trait("wamp", "PBR-01"), Trait("wamp", "PBR-02"), Trait("wamp", "PBR-03"), Trait("wamp", "PBR-04"), Trait("wamp", "PBR-07")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task The_best_match_is_called_and_told_the_procedure(string transport, SerializerKind serializer)
    {
        await using var caller = await router.ConnectAsync(transport, serializer);
        await using var callee = await router.ConnectAsync(transport, serializer);
        var root = SharedRouter.NewUri();
        await RegisterAsync(".a.b", MatchPolicy.Exact);
        await RegisterAsync(".a", MatchPolicy.Prefix);
        await RegisterAsync("..b", MatchPolicy.Wildcard);

        Assert.Equal("Exact .a.b", await caller.CallAsync<string>(root + ".a.b").Soon());
        Assert.Equal("Prefix .a.c", await caller.CallAsync<string>(root + ".a.c").Soon());
        Assert.Equal("Prefix .ab", await caller.CallAsync<string>(root + ".ab").Soon());
        Assert.Equal("Wildcard .c.b", await caller.CallAsync<string>(root + ".c.b").Soon());
        var nobody = await Assert.ThrowsAsync<WampException>(() => caller.CallAsync(root + ".c.c").Soon());
        Assert.Equal(ErrorUris.NoSuchProcedure, nobody.Uri);

        Task<WampRegistration> RegisterAsync(string procedure, MatchPolicy match) => callee.RegisterAsync(
            root + procedure,
            (invocation, _) => ValueTask.FromResult<WampArguments?>([$"{match} {invocation.Procedure[root.Length..]}"]),
            new RegisterOptions { Match = match }).Soon();
    }

    [Theory]
    [Trait("wamp", "SHR-01"), Trait("wamp", "SHR-03"), Trait("wamp", "SHR-04"), Trait("wamp", "SHR-05"), Trait("wamp", "SHR-07")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task The_policy_says_who_of_several_is_called(string transport, SerializerKind serializer)
    {
        await using var caller = await router.ConnectAsync(transport, serializer);
        await using var a = await router.ConnectAsync(transport, serializer);
        await using var b = await router.ConnectAsync(transport, serializer);
        await using var c = await router.ConnectAsync(transport, serializer);

        Assert.Equal(["a", "b", "c", "a"], await CallAsync(InvocationPolicy.RoundRobin));
        Assert.Equal(["a", "a", "a", "a"], await CallAsync(InvocationPolicy.First));
        Assert.Equal(["c", "c", "c", "c"], await CallAsync(InvocationPolicy.Last));
        Assert.All(await CallAsync(InvocationPolicy.Random), name => Assert.Contains(name, (string[])["a", "b", "c"]));

        async Task<List<string?>> CallAsync(InvocationPolicy policy)
        {
            var procedure = SharedRouter.NewUri();
            var options = new RegisterOptions { Invoke = policy };
            var ids = new HashSet<long>();
            foreach (var (callee, name) in ((WampClient, string)[])[(a, "a"), (b, "b"), (c, "c")])
                ids.Add((await callee.RegisterAsync(procedure, _ => ValueTask.FromResult(name), options).Soon()).Id);
            Assert.Single(ids);
            var other = policy == InvocationPolicy.First ? InvocationPolicy.Last : InvocationPolicy.First;
            var refused = await Assert.ThrowsAsync<WampException>(
                () => caller.RegisterAsync(procedure, _ => ValueTask.FromResult("d"), options with { Invoke = other }).Soon());
            Assert.Equal(ErrorUris.ProcedureAlreadyExists, refused.Uri);
            var answers = new List<string?>();
            for (var i = 0; i < 4; i++)
                answers.Add(await caller.CallAsync<string>(procedure).Soon());
            return answers;
        }
    }

    [Theory]
    [Trait("wamp", "RER-01"), Trait("wamp", "RER-02"), Trait("wamp", "RER-03"), Trait("wamp", "RER-04")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task A_callee_that_is_unavailable_passes_the_call_on(string transport, SerializerKind serializer)
    {
        await using var caller = await router.ConnectAsync(transport, serializer);
        await using var one = await router.ConnectAsync(transport, serializer);
        await using var two = await router.ConnectAsync(transport, serializer);
        var procedure = SharedRouter.NewUri();
        var options = new RegisterOptions { Invoke = InvocationPolicy.First };
        var asked = new ConcurrentQueue<string>();
        await RegisterAsync(one, "one", n => n < 2);
        await RegisterAsync(two, "two", n => n < 1);

        Assert.Equal("two took 1", await caller.CallAsync<string>(procedure, [1]).Soon());
        Assert.Equal("one took 2", await caller.CallAsync<string>(procedure, [2]).Soon());
        var nobody = await Assert.ThrowsAsync<WampException>(() => caller.CallAsync(procedure, [0]).Soon());
        Assert.Equal(ErrorUris.NoAvailableCallee, nobody.Uri);
        Assert.Equal(["one", "two", "one", "one", "two"], asked);

        Task<WampRegistration> RegisterAsync(WampClient callee, string name, Predicate<int> isUnavailable) => callee.RegisterAsync<int, string>(
            procedure,
            (n, _) =>
            {
                asked.Enqueue(name);
                return isUnavailable(n) ? throw new WampException(ErrorUris.Unavailable, "Full.") : ValueTask.FromResult($"{name} took {n}");
            },
            options).Soon();
    }

    [Theory]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task A_callee_that_takes_one_call_at_once_gets_the_next_when_it_has_answered(string transport, SerializerKind serializer)
    {
        await using var caller = await router.ConnectAsync(transport, serializer);
        await using var callee = await router.ConnectAsync(transport, serializer);
        var procedure = SharedRouter.NewUri();
        var running = 0;
        await callee.RegisterAsync<int, int>(
            procedure,
            async (n, _) =>
            {
                Assert.Equal(1, Interlocked.Increment(ref running));
                await Task.Yield();
                Interlocked.Decrement(ref running);
                return n;
            },
            new RegisterOptions { Concurrency = 1 }).Soon();

        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => caller.CallAsync<int>(procedure, [n]))).Soon();

        Assert.Equal(Enumerable.Range(0, 50), results);
    }
}
