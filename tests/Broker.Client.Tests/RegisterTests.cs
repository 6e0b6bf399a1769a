namespace Broker.Client;

public class RegisterTests
{
    [Theory, Trait("wamp", "RPC-08"), MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task InvocationsAreAnsweredByYield(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        var registering = joined.Client.RegisterAsync(
            "com.acme.p",
            (invocation, _) => ValueTask.FromResult<WampArguments?>(new WampArguments
            {
                invocation.Procedure, invocation.Arguments.Count, { "kw", invocation.ArgumentsKw.Get<string>("k") },
            }));
        await joined.Peer.ExpectAsync("""[64,1,{},"com.acme.p"]""");
        await joined.Peer.SendAsync("[65,1,88]");
        await joined.Peer.SendAsync("""[68,9007199254740992,88,{"procedure":"com.acme.p","progress":false,"trust_level":3},[1,2],{"k":"v"}]""");

        await joined.Peer.ExpectAsync("""[70,9007199254740992,{},["com.acme.p",2],{"kw":"v"}]""");
        Assert.Equal(88, (await registering.Soon()).Id);
    }

    [Fact]
    public async Task TypedHandlersBindTheirArguments()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        await RegisterAsync(joined, joined.Client.RegisterAsync<int, int, int>("com.acme.add", (a, b, _) => ValueTask.FromResult(a + b)), 1, 81);
        await RegisterAsync(joined, joined.Client.RegisterAsync<string, string>("com.acme.up", (s, _) => ValueTask.FromResult(s.ToUpperInvariant())), 2, 82);
        await RegisterAsync(joined, joined.Client.RegisterAsync("com.acme.pi", _ => ValueTask.FromResult(3.0)), 3, 83);
        await RegisterAsync(joined, joined.Client.RegisterAsync("com.acme.none", (_, _) => ValueTask.FromResult<WampArguments?>(null)), 4, 84);

        await joined.Peer.SendAsync("[68,1,81,{},[2,3]]");
        await joined.Peer.ExpectAsync("[70,1,{},[5]]");
        await joined.Peer.SendAsync("""[68,2,82,{},["abc"]]""");
        await joined.Peer.ExpectAsync("""[70,2,{},["ABC"]]""");
        await joined.Peer.SendAsync("[68,3,83,{}]");
        await joined.Peer.ExpectAsync("[70,3,{},[3.0]]");
        await joined.Peer.SendAsync("[68,4,84,{}]");
        await joined.Peer.ExpectAsync("[70,4,{}]");
    }

    [Theory, Trait("wamp", "RPC-08")]
    [InlineData("")]
    [InlineData(",[1]")]
    [InlineData(",[1,\"x\"]")]
    [InlineData(",[1,2.5]")]
    [InlineData(",[1,null]")]
    [InlineData(",[1,[2]]")]
    public async Task ArgumentsThatDoNotBindAreInvalidArguments(string arguments)
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        await RegisterAsync(joined, joined.Client.RegisterAsync<int, int, int>("com.acme.add", (a, b, _) => ValueTask.FromResult(a + b)), 1, 88);
        await joined.Peer.SendAsync($$"""[68,1,88,{}{{arguments}}]""");

        Assert.StartsWith("""[8,68,1,{},"wamp.error.invalid_argument",["Argument""", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Theory, Trait("wamp", "RPC-08"), MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires))]
    public async Task AWampExceptionKeepsItsUriAndArguments(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        await RegisterAsync(
            joined,
            joined.Client.RegisterAsync("com.acme.p", Throw(new WampException("com.acme.error.x", "in words", [1, "a"]))),
            1,
            88);
        await RegisterAsync(joined, joined.Client.RegisterAsync("com.acme.q", Throw(new WampException("com.acme.error.y", "in words"))), 2, 89);

        await joined.Peer.SendAsync("[68,1,88,{}]");
        await joined.Peer.ExpectAsync("""[8,68,1,{},"com.acme.error.x",[1,"a"]]""");
        await joined.Peer.SendAsync("[68,2,89,{}]");
        await joined.Peer.ExpectAsync("""[8,68,2,{},"com.acme.error.y",["in words"]]""");
    }

    [Theory, Trait("wamp", "RPC-08")]
    [InlineData(false, "The callee failed; its log tells why.")]
    [InlineData(true, "InvalidOperationException: secret")]
    public async Task AnyOtherExceptionIsARuntimeErrorThatTellsNothingUnlessAskedTo(bool sendMessages, string text)
    {
        using var router = new FakeRouter();
        var failed = new TaskCompletionSource<HandlerFailure>();
        router.Options = router.Options with { HandlerFailed = failed.SetResult, SendExceptionMessages = sendMessages };
        await using var joined = await router.JoinAsync();
        await RegisterAsync(joined, joined.Client.RegisterAsync("com.acme.p", Throw(new InvalidOperationException("secret"))), 1, 88);
        await joined.Peer.SendAsync("[68,1,88,{}]");

        await joined.Peer.ExpectAsync($$"""[8,68,1,{},"wamp.error.runtime_error",["{{text}}"]]""");
        var failure = await failed.Task.Soon();
        Assert.Equal(("com.acme.p", "secret"), (failure.Uri, failure.Exception.Message));
    }

    [Fact]
    public async Task AResultThatCannotBeSentIsTheCalleesFault()
    {
        using var router = new FakeRouter();
        router.Options = router.Options with { HandlerFailed = _ => { } };
        await using var joined = await router.JoinAsync();
        await RegisterAsync(joined, joined.Client.RegisterAsync("com.acme.p", _ => ValueTask.FromResult(double.NaN)), 1, 88);
        await RegisterAsync(joined, joined.Client.RegisterAsync("com.acme.q", _ => ValueTask.FromResult(new Version(1, 2))), 2, 89);

        await joined.Peer.SendAsync("[68,1,88,{}]");
        Assert.StartsWith("""[8,68,1,{},"wamp.error.runtime_error",""", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
        await joined.Peer.SendAsync("[68,2,89,{}]");
        Assert.StartsWith("""[8,68,2,{},"wamp.error.runtime_error",""", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact, Trait("wamp", "PSZ-02")]
    public async Task AResultTooLongForTheRouterIsAnError()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync(peerLimit: 1024);
        await RegisterAsync(joined, joined.Client.RegisterAsync("com.acme.p", _ => ValueTask.FromResult(new string('x', 1100))), 1, 88);
        await joined.Peer.SendAsync("[68,1,88,{}]");

        await joined.Peer.ExpectAsync("""[8,68,1,{},"wamp.error.payload_size_exceeded"]""");
    }

    [Fact]
    public async Task InvocationsRunBesideEachOtherAndTheReceiveLoop()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var gates = new[] { new TaskCompletionSource(), new TaskCompletionSource() };
        await RegisterAsync(
            joined,
            joined.Client.RegisterAsync<int, int>("com.acme.p", async (i, _) =>
            {
                await gates[i].Task;
                return i;
            }),
            1,
            88);
        await joined.Peer.SendAsync("[68,17,88,{},[0]]"); // ids of other routers are in no sequence
        await joined.Peer.SendAsync("[68,3,88,{},[1]]");
        gates[1].SetResult();
        await joined.Peer.ExpectAsync("[70,3,{},[1]]");
        gates[0].SetResult();
        await joined.Peer.ExpectAsync("[70,17,{},[0]]");
    }

    [Fact]
    public async Task AProcedureMayCallWithTheSameClient()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        await RegisterAsync(
            joined,
            joined.Client.RegisterAsync<int, int>("com.acme.p", async (i, canceled) => await joined.Client.CallAsync<int>("com.acme.q", [i], cancellationToken: canceled)),
            1,
            88);
        await joined.Peer.SendAsync("[68,1,88,{},[5]]");
        await joined.Peer.ExpectAsync("""[48,2,{},"com.acme.q",[5]]""");
        await joined.Peer.SendAsync("""[8,48,2,{},"com.acme.error.z",[6]]""");

        await joined.Peer.ExpectAsync("""[8,68,1,{},"com.acme.error.z",[6]]"""); // passed on as it is
    }

    [Fact, Trait("wamp", "REG-04")]
    public async Task AfterUnregisterWhatWasOnItsWayIsStillAnswered()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var registration = await RegisterAsync(joined, joined.Client.RegisterAsync("com.acme.p", _ => ValueTask.FromResult(1)), 1, 88);
        var unregistering = registration.DisposeAsync().AsTask();
        await joined.Peer.ExpectAsync("[66,2,88]");
        await joined.Peer.SendAsync("[68,1,88,{}]");
        await joined.Peer.ExpectAsync("[70,1,{},[1]]");
        await joined.Peer.SendAsync("[67,2]");
        await unregistering.Soon();

        await joined.Peer.SendAsync("[68,2,88,{}]");
        Assert.StartsWith("""[8,68,2,{},"wamp.error.no_such_registration",""", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARegisterRefusedThrowsAndOneGivenUpIsUndone()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var refused = joined.Client.RegisterAsync("com.acme.p", _ => ValueTask.FromResult(1));
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("""[8,64,1,{},"wamp.error.procedure_already_exists"]""");
        Assert.Equal("wamp.error.procedure_already_exists", (await Assert.ThrowsAsync<WampException>(() => refused.Soon())).Uri);

        using var cancellation = new CancellationTokenSource();
        var givenUp = joined.Client.RegisterAsync("com.acme.p", _ => ValueTask.FromResult(1), cancellationToken: cancellation.Token);
        await joined.Peer.ReceiveAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp.Soon());
        await joined.Peer.SendAsync("[65,2,88]");
        await joined.Peer.ExpectAsync("[66,3,88]");
    }

    [Fact, Trait("wamp", "CAN-16")]
    [Trait("wamp", "CAN-13")]
    public async Task AnInterruptCancelsTheTokenOfTheInvocation()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        await RegisterAsync(
            joined,
            joined.Client.RegisterAsync<int>("com.acme.p", async canceled =>
            {
                await new TaskCompletionSource().Task.WaitAsync(canceled);
                return 1;
            }),
            1,
            88);
        await joined.Peer.SendAsync("[68,5,88,{}]");
        await joined.Peer.SendAsync("[69,5,{}]");

        Assert.StartsWith("""[8,68,5,{},"wamp.error.canceled",""", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheEndOfTheSessionCancelsTheTokensOfHandlers()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await RegisterAsync(
            joined,
            joined.Client.RegisterAsync<int>("com.acme.p", async canceled =>
            {
                await using var told = canceled.Register(cancelled.SetResult);
                started.SetResult();
                await cancelled.Task;
                return 1;
            }),
            1,
            88);
        await joined.Peer.SendAsync("[68,5,88,{}]");
        await started.Task.Soon();
        await joined.Peer.DisposeAsync();

        await cancelled.Task.Soon();
    }

    private static Func<WampInvocation, CancellationToken, ValueTask<WampArguments?>> Throw(Exception exception) =>
        (_, _) => ValueTask.FromException<WampArguments?>(exception);

    private static async Task<WampRegistration> RegisterAsync(Joined joined, Task<WampRegistration> registering, int requestId, int registrationId)
    {
        Assert.StartsWith($$"""[64,{{requestId}},{},""", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
        await joined.Peer.SendAsync($"[65,{requestId},{registrationId}]");
        return await registering.Soon();
    }
}
