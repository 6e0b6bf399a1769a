using Broker.Client.Codecs;
using Broker.Options;
using Broker.Serialization;
using static Broker.Client.PassthruPeers;

namespace Broker.Client;

/// <summary>Calls whose arguments, results and errors are packed, with progress and in chunks (WAMP specification, "Payload Passthru Mode").</summary>
public sealed class PassthruCallTests
{
    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires)), Trait("wamp", "PPT-08"), Trait("wamp", "PPT-10")]
    public async Task CallsArePackedAndTheirResultsAndErrorsUnpacked(Wire wire)
    {
        using var router = NewRouter(wire);
        await using var joined = await router.JoinAsync(Welcome);
        var options = new CallOptions { Passthru = Acme };
        var call = joined.Client.CallAsync("com.acme.q", ["x"], options);
        await joined.Peer.ExpectAsync($$"""[48,1,{{{Keys}}},"com.acme.q",[{{Packed("""{"args":["x"],"kwargs":{}}""")}}]]""");
        await joined.Peer.SendAsync($$"""[50,1,{{{Keys}}},[{{Packed("""{"args":[5],"kwargs":{"k":"v"}}""")}}]]""");
        var result = await call.Soon();
        Assert.Equal((5, "v", "x_acme"), (result.Arguments.Get<int>(0), result.ArgumentsKw.Get<string>("k"), result.Passthru?.Scheme));

        call = joined.Client.CallAsync("com.acme.q", ["x"], options);
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync($$"""[8,48,2,{{{Keys}}},"com.acme.error",[{{Packed("""{"args":["Sold out.",5]}""")}}]]""");
        var exception = await Assert.ThrowsAsync<WampException>(() => call.Soon());
        Assert.Contains("Sold out.", exception.Message, StringComparison.Ordinal);
        Assert.Equal(("com.acme.error", 5), (exception.Uri, exception.Arguments.Get<int>(1)));

        call = joined.Client.CallAsync("com.acme.q", ["x"], options); // the callee may answer in the open
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("[50,3,{},[5]]");
        result = await call.Soon();
        Assert.Equal((5, null), (result.Arguments.Get<int>(0), result.Passthru));
    }

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires))]
    [Trait("wamp", "PPT-02"), Trait("wamp", "PPT-08"), Trait("wamp", "PPT-10")]
    public async Task InvocationsAreAnsweredInKind(Wire wire)
    {
        using var router = NewRouter(wire);
        await using var joined = await router.JoinAsync(Welcome);
        await RegisteredAsync(joined, 1, (invocation, _) => invocation.Arguments.Get<string>(0) switch
        {
            "fail" => throw new WampException("com.acme.error", "Sold out."),
            "open" => AnswerAsync(invocation, null),
            "other" => AnswerAsync(invocation, new PassthruOptions { Scheme = "x_acme", Serializer = "cbor", KeyId = "k8" }),
            var text => ValueTask.FromResult<WampArguments?>([text, invocation.Passthru?.KeyId]),
        });
        var details = $$"""{{{Keys}},"ppt_keyid":"k7"}""";

        await InvokeAsync(1, "x");
        await joined.Peer.ExpectAsync($$"""[70,1,{{details}},[{{Packed("""{"args":["x","k7"],"kwargs":{}}""")}}]]""");
        await InvokeAsync(2, "fail");
        await joined.Peer.ExpectAsync($$"""[8,68,2,{{details}},"com.acme.error",[{{Packed("""{"args":["Sold out."],"kwargs":{}}""")}}]]""");
        await InvokeAsync(3, "open");
        await joined.Peer.ExpectAsync("""[70,3,{},["yes"]]""");
        await InvokeAsync(4, "other");
        await joined.Peer.ExpectAsync(
            $$$"""[70,4,{"ppt_scheme":"x_acme","ppt_serializer":"cbor","ppt_keyid":"k8"},[{{{Packed("""{"args":["yes"],"kwargs":{}}""", SerializerKind.Cbor)}}}]]""");
        await joined.Peer.SendAsync("""[68,5,88,{"ppt_keyid":"k7"},["x"]]"""); // no scheme: not packed
        await joined.Peer.ExpectAsync("""[70,5,{},["x",null]]""");

        Task InvokeAsync(int request, string argument) =>
            joined.Peer.SendAsync($$"""[68,{{request}},88,{{details}},[{{Packed($$"""{"args":["{{argument}}"]}""")}}]]""");

        static ValueTask<WampArguments?> AnswerAsync(WampInvocation invocation, PassthruOptions? passthru)
        {
            invocation.AnswerWith(passthru);
            return ValueTask.FromResult<WampArguments?>(["yes"]);
        }
    }

    [Fact, Trait("wamp", "PPT-14")]
    public async Task ProgressiveResultsAreUnpackedOneByOne()
    {
        using var router = NewRouter();
        await using var joined = await router.JoinAsync(Welcome);
        var seen = new List<int>();
        var options = new CallOptions { Passthru = Acme };
        var call = joined.Client.CallAsync("com.acme.q", null, result => seen.Add(result.Arguments.Get<int>(0)), options);
        await joined.Peer.ExpectAsync($$"""[48,1,{"receive_progress":true,{{Keys}}},"com.acme.q",[{{Packed("""{"args":[],"kwargs":{}}""")}}]]""");
        await joined.Peer.SendAsync($$"""[50,1,{"progress":true,{{Keys}}},[{{Packed("""{"args":[1]}""")}}]]""");
        await joined.Peer.SendAsync("""[50,1,{"progress":true},[2]]""");
        await joined.Peer.SendAsync($$"""[50,1,{{{Keys}}},[{{Packed("""{"args":[3]}""")}}]]""");
        Assert.Equal(3, (await call.Soon()).Arguments.Get<int>(0));
        Assert.Equal([1, 2], seen);
    }

    [Theory, Trait("wamp", "PPT-13"), Trait("wamp", "PPT-14")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AProgressiveResultThatCannotBeUnpackedEndsTheCall(bool isStream)
    {
        using var router = NewRouter();
        await using var joined = await router.JoinAsync(Welcome);
        var seen = new List<int>();
        var call = isStream ? ReadAsync() : joined.Client.CallAsync("com.acme.q", null, result => seen.Add(result.Arguments.Get<int>(0)));
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("""[50,1,{"progress":true},[1]]""");
        await joined.Peer.SendAsync("""[50,1,{"progress":true,"ppt_scheme":"x_acme"},["x"]]""");
        await joined.Peer.SendAsync("""[50,1,{"progress":true},[2]]""");
        await joined.Peer.ExpectAsync("""[49,1,{"mode":"killnowait"}]""");
        await joined.Peer.SendAsync("""[8,48,1,{},"wamp.error.canceled"]""");
        await Assert.ThrowsAsync<WampArgumentException>(() => call.Soon());
        Assert.Equal([1], seen);

        async Task ReadAsync()
        {
            await foreach (var result in joined.Client.CallStreamAsync("com.acme.q"))
                seen.Add(result.Arguments.Get<int>(0));
        }
    }

    [Fact, Trait("wamp", "PPT-14")]
    public async Task ChunksOfACallArePackedLikeTheFirstAndTheEndToo()
    {
        using var router = NewRouter();
        await using var joined = await router.JoinAsync(Welcome);
        var call = joined.Client.CallAsync("com.acme.q", Chunks(), new CallOptions { Passthru = Acme });
        await joined.Peer.ExpectAsync($$"""[48,1,{"progress":true,{{Keys}}},"com.acme.q",[{{Packed("""{"args":[1],"kwargs":{}}""")}}]]""");
        await joined.Peer.ExpectAsync($$"""[48,1,{"progress":true},"com.acme.q",[{{Packed("""{"args":[2],"kwargs":{}}""")}}]]""");
        await joined.Peer.ExpectAsync($$"""[48,1,{},"com.acme.q",[{{Packed("""{"args":[],"kwargs":{}}""")}}]]""");
        await joined.Peer.SendAsync("[50,1,{}]");
        await call.Soon();

        static async IAsyncEnumerable<WampArguments> Chunks()
        {
            yield return [1];
            await Task.Yield();
            yield return [2];
        }
    }

    [Fact, Trait("wamp", "PPT-14")]
    public async Task ACodecThatChangesItsMindBetweenChunksBreaksTheCallOff()
    {
        using var router = NewRouter();
        router.Options = router.Options with { PayloadCodecs = [new RotatingCodec()] };
        await using var joined = await router.JoinAsync(Welcome);
        var call = joined.Client.CallAsync("com.acme.q", Chunks(), new CallOptions { Passthru = new PassthruOptions { Scheme = "x_rotating" } });
        Assert.Contains("\"ppt_keyid\":\"1\"", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
        await joined.Peer.ExpectAsync("""[49,1,{"mode":"killnowait"}]""");
        await joined.Peer.SendAsync("""[8,48,1,{},"wamp.error.canceled"]""");
        Assert.Contains("PPT-14", (await Assert.ThrowsAsync<WampArgumentException>(() => call.Soon())).Message, StringComparison.Ordinal);

        static async IAsyncEnumerable<WampArguments> Chunks()
        {
            yield return [1];
            await Task.Yield();
            yield return [2];
        }
    }

    [Fact, Trait("wamp", "PPT-14")]
    public async Task ChunksOfAnInvocationAreUnpackedLikeTheFirst()
    {
        using var router = NewRouter();
        await using var joined = await router.JoinAsync(Welcome);
        await RegisteredAsync(joined, 1, async (invocation, canceled) =>
        {
            var sum = 0;
            await foreach (var number in invocation.ChunksAsync<int>(canceled))
            {
                sum += number;
                await invocation.ReportAsync([sum]);
            }

            return [sum];
        });
        var details = $$"""{"progress":true,"receive_progress":true,{{Keys}}}""";
        await joined.Peer.SendAsync($$"""[68,1,88,{{details}},[{{Packed("""{"args":[1]}""")}}]]""");
        await joined.Peer.ExpectAsync($$"""[70,1,{"progress":true,{{Keys}}},[{{Packed("""{"args":[1],"kwargs":{}}""")}}]]""");
        await joined.Peer.SendAsync($$"""[68,1,88,{"progress":true},[{{Packed("""{"args":[2]}""")}}]]""");
        await joined.Peer.ExpectAsync($$"""[70,1,{"progress":true,{{Keys}}},[{{Packed("""{"args":[3],"kwargs":{}}""")}}]]""");
        await joined.Peer.SendAsync($$"""[68,1,88,{},[{{Packed("""{"args":[],"kwargs":{}}""")}}]]""");
        await joined.Peer.ExpectAsync($$"""[70,1,{{{Keys}}},[{{Packed("""{"args":[3],"kwargs":{}}""")}}]]""");

        await joined.Peer.SendAsync($$"""[68,2,88,{{details}},[{{Packed("""{"args":[1]}""")}}]]""");
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("""[68,2,88,{"progress":true},[2]]""");
        Assert.Contains("wamp.error.invalid_argument", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact, Trait("wamp", "PPT-04"), Trait("wamp", "PPT-13")]
    public async Task APackedCallThatCannotBeAnsweredInKindIsRefused()
    {
        using var router = NewRouter();
        await using var joined = await router.JoinAsync("""[2,1,{"roles":{"broker":{},"dealer":{}}}]"""); // and passes them on all the same
        await RegisteredAsync(joined, 1, (_, _) => ValueTask.FromResult<WampArguments?>(["x"]));
        await joined.Peer.SendAsync($$"""[68,1,88,{{{Keys}}},[{{Packed("{}")}}]]""");
        Assert.StartsWith("""[8,68,1,{},"wamp.error.feature_not_supported",""", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact, Trait("wamp", "PPT-08")]
    public async Task AnAnswerThatCannotBePackedIsNotSentInTheOpen()
    {
        using var router = NewRouter();
        router.Options = router.Options with { PayloadCodecs = [new OneWayCodec()], SendExceptionMessages = true };
        await using var joined = await router.JoinAsync(Welcome);
        await RegisteredAsync(joined, 1, (_, _) => ValueTask.FromResult<WampArguments?>(["secret"]));
        await joined.Peer.SendAsync("""[68,1,88,{"ppt_scheme":"x_oneway"},["\u0000AQ=="]]""");
        await joined.Peer.ExpectAsync("""[8,68,1,{},"wamp.error.runtime_error"]""");
    }

    /// <summary>Takes another key each time, whatever is asked for.</summary>
    private sealed class RotatingCodec : IPayloadCodec
    {
        private int _keys;

        public string Scheme => "x_rotating";

        public string? Cipher => null;

        public PackedPayload Pack(string uri, PayloadContent content, PassthruOptions asked) =>
            new(content.Encode(SerializerKind.Json), asked with { KeyId = Interlocked.Increment(ref _keys).ToString(System.Globalization.CultureInfo.InvariantCulture) });

        public PayloadContent Unpack(string uri, PackedPayload payload) => PayloadContent.Decode(SerializerKind.Json, payload.Octets.Span);
    }

    /// <summary>Has a key to read and none to write.</summary>
    private sealed class OneWayCodec : IPayloadCodec
    {
        public string Scheme => "x_oneway";

        public string? Cipher => null;

        public PackedPayload Pack(string uri, PayloadContent content, PassthruOptions asked) => throw new InvalidOperationException("no key for " + uri);

        public PayloadContent Unpack(string uri, PackedPayload payload) => PayloadContent.Of([payload.Octets]);
    }
}
