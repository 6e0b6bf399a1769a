using System.Text;
using Broker.Client.Codecs;
using Broker.Options;
using Broker.Serialization;

namespace Broker.Client;

/// <summary>Arguments that are packed for the peer, and that the router passes on unread (WAMP specification, "Payload Passthru Mode").</summary>
public sealed class PayloadPassthruTests
{
    private const string Welcome =
        """[2,1,{"roles":{"broker":{"features":{"payload_passthru_mode":true}},"dealer":{"features":{"payload_passthru_mode":true,"progressive_call_results":true,"progressive_call_invocations":true,"call_canceling":true}}}}]""";

    private const string Keys = "\"ppt_scheme\":\"x_acme\",\"ppt_serializer\":\"json\"";

    private static readonly PassthruOptions Acme = new() { Scheme = "x_acme" };

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires)), Trait("wamp", "PPT-01")]
    public async Task WhoHasCodecsAnnouncesItInAllRoles(Wire wire)
    {
        using var router = NewRouter(wire);
        var options = router.Options;
        foreach (var codecs in new IReadOnlyList<IPayloadCodec>[] { options.PayloadCodecs, [] })
        {
            router.Options = options with { PayloadCodecs = codecs };
            var connecting = WampClient.ConnectAsync(router.Options);
            await using var peer = await router.AcceptAsync();
            var hello = await peer.ReceiveAsync();
            Assert.Equal(codecs.Count == 0 ? 0 : 4, hello!.Split("\"payload_passthru_mode\":true").Length - 1);
            await peer.SendAsync(Welcome);
            await using var joined = new Joined(await connecting.Soon(), peer);
        }
    }

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires))]
    [Trait("wamp", "PPT-09"), Trait("wamp", "PPT-10"), Trait("wamp", "PPT-11"), Trait("wamp", "PPT-12")]
    public async Task ArgumentsBecomeOneBinaryArgument(Wire wire)
    {
        using var router = NewRouter(wire);
        await using var joined = await router.JoinAsync(Welcome);
        var arguments = new WampArguments { 1, "two", new byte[] { 1 }, { "k", 3.0 } };
        await joined.Client.PublishAsync("com.acme.t", arguments, new PublishOptions { ExcludeMe = false, Passthru = Acme });
        var content = Packed("""{"args":[1,"two","\u0000AQ=="],"kwargs":{"k":3.0}}""");
        await joined.Peer.ExpectAsync($$"""[16,1,{"exclude_me":false,{{Keys}}},"com.acme.t",[{{content}}]]""");

        foreach (var (serializer, name) in new[] { (SerializerKind.MessagePack, "msgpack"), (SerializerKind.Cbor, "cbor") })
        {
            await joined.Client.PublishAsync("com.acme.t", arguments, new PublishOptions { Passthru = Acme with { Serializer = name, KeyId = "k7" } });
            content = Packed("""{"args":[1,"two","\u0000AQ=="],"kwargs":{"k":3.0}}""", serializer);
            Assert.EndsWith(
                $$$"""{"ppt_scheme":"x_acme","ppt_serializer":"{{{name}}}","ppt_keyid":"k7"},"com.acme.t",[{{{content}}}]]""",
                await joined.Peer.ReceiveAsync(),
                StringComparison.Ordinal);
        }

        await joined.Client.PublishAsync("com.acme.t", options: new PublishOptions { Passthru = Acme });
        await joined.Peer.ExpectAsync($$"""[16,4,{{{Keys}}},"com.acme.t",[{{Packed("""{"args":[],"kwargs":{}}""")}}]]""");
    }

    [Theory, MemberData(nameof(Wires.OfEachSerializer), MemberType = typeof(Wires))]
    [Trait("wamp", "PPT-02"), Trait("wamp", "PPT-08"), Trait("wamp", "PPT-10"), Trait("wamp", "PPT-11")]
    public async Task EventsAreUnpackedForEachHandler(Wire wire)
    {
        using var router = NewRouter(wire);
        await using var joined = await router.JoinAsync(Welcome);
        var (first, second) = (new Inbox(), new Inbox());
        await SubscribedAsync(joined, 1, first.Add);
        await SubscribedAsync(joined, 2, second.Add);
        await joined.Peer.SendAsync($$"""[36,77,5,{{{Keys}},"ppt_keyid":"k7"},[{{Packed("""{"kwargs":{"k":3.0},"x":[],"args":[1,"two"]}""")}}]]""");
        await joined.Peer.SendAsync($$"""[36,77,6,{"ppt_scheme":"x_acme","ppt_serializer":"cbor"},[{{Packed("""{"args":null}""", SerializerKind.Cbor)}}],{}]""");
        await joined.Peer.SendAsync("""[36,77,7,{"ppt_scheme":"","ppt_keyid":"k7"},[7]]""");

        foreach (var events in new[] { first, second })
        {
            var published = await events.NextAsync();
            Assert.Equal((1, "two", 3.0), (published.Arguments.Get<int>(0), published.Arguments.Get<string>(1), published.ArgumentsKw.Get<double>("k")));
            Assert.Equal(new PassthruOptions { Scheme = "x_acme", Serializer = "json", KeyId = "k7" }, published.Passthru);
            published = await events.NextAsync();
            Assert.Equal((0, 0), (published.Arguments.Count, published.ArgumentsKw.Keys.Count));
            published = await events.NextAsync(); // no scheme: not packed
            Assert.Equal((7, null), (published.Arguments.Get<int>(0), published.Passthru));
        }
    }

    [Theory, Trait("wamp", "PPT-13")]
    [InlineData("{\"ppt_scheme\":\"x_other\",\"ppt_serializer\":\"json\"}", "[\"\\u0000e30=\"]")] // no codec
    [InlineData("{\"ppt_scheme\":\"x_acme\",\"ppt_serializer\":\"json\",\"ppt_cipher\":\"x\"}", "[\"\\u0000e30=\"]")] // none that decrypts
    [InlineData("{\"ppt_scheme\":\"x_acme\",\"ppt_serializer\":\"flatbuffers\"}", "[\"\\u0000e30=\"]")]
    [InlineData("{\"ppt_scheme\":\"x_acme\",\"ppt_serializer\":\"json\"}", "[\"\\u0000e30=\"],{\"k\":1}")]
    [InlineData("{\"ppt_scheme\":\"x_acme\",\"ppt_serializer\":\"json\"}", "[\"\\u0000e30=\",1]")]
    [InlineData("{\"ppt_scheme\":\"x_acme\",\"ppt_serializer\":\"json\"}", "[\"e30=\"]")]
    [InlineData("{\"ppt_scheme\":\"x_acme\",\"ppt_serializer\":\"json\"}", "[]")]
    [InlineData("{\"ppt_scheme\":\"x_acme\",\"ppt_serializer\":\"json\"}", "[\"\\u0000e30ge30=\"]")] // {} {}
    [InlineData("{\"ppt_scheme\":\"x_acme\",\"ppt_serializer\":\"json\"}", "[\"\\u0000W10=\"]")] // []
    [InlineData("{\"ppt_scheme\":\"x_acme\",\"ppt_serializer\":\"json\"}", "[\"\\u0000eyJhcmdzIjp7fX0=\"]")] // {"args":{}}
    [InlineData("{\"ppt_scheme\":\"x_acme\",\"ppt_serializer\":\"json\"}", "[\"\\u0000eyJrd2FyZ3MiOltdfQ==\"]")] // {"kwargs":[]}
    [InlineData("{\"ppt_scheme\":\"x_acme\",\"ppt_serializer\":\"cbor\"}", "[\"\\u0000e30=\"]")] // JSON is no CBOR
    [InlineData("{\"ppt_scheme\":\"x_acme\",\"ppt_serializer\":\"msgpack\"}", "[\"\\u0000\"]")]
    public async Task WhatCannotBeUnpackedReachesNoHandler(string details, string payload)
    {
        using var router = NewRouter();
        var failures = System.Threading.Channels.Channel.CreateUnbounded<HandlerFailure>();
        router.Options = router.Options with { HandlerFailed = failure => failures.Writer.TryWrite(failure) };
        await using var joined = await router.JoinAsync(Welcome);
        var events = new Inbox();
        var subscription = await SubscribedAsync(joined, 1, events.Add);
        await joined.Peer.SendAsync($"[36,77,5,{details},{payload}]");
        await joined.Peer.SendAsync("[36,77,6,{}]");
        Assert.Equal(6, (await events.NextAsync()).PublicationId);
        Assert.Equal(1, subscription.Unreadable);
        var failure = await failures.Reader.ReadAsync().AsTask().Soon();
        Assert.Equal("com.acme.t", failure.Uri);
        Assert.IsType<WampArgumentException>(failure.Exception);

        await RegisteredAsync(joined, 2, (_, _) => throw new InvalidOperationException("must not be called"));
        await joined.Peer.SendAsync($"[68,1,88,{details},{payload}]");
        Assert.StartsWith("""[8,68,1,{},"wamp.error.invalid_argument",["The payload cannot be unpacked""", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
        Assert.Equal("com.acme.p", (await failures.Reader.ReadAsync().AsTask().Soon()).Uri);

        var call = joined.Client.CallAsync("com.acme.q");
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync($"[50,3,{details},{payload}]");
        await Assert.ThrowsAsync<WampArgumentException>(() => call.Soon());
        call = joined.Client.CallAsync("com.acme.q");
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync($"""[8,48,4,{details},"com.acme.error",{payload}]""");
        var exception = await Assert.ThrowsAsync<WampException>(() => call.Soon());
        Assert.Equal("com.acme.error", exception.Uri);
        Assert.Contains("The payload cannot be unpacked", exception.Message, StringComparison.Ordinal);
        Assert.IsType<WampArgumentException>(exception.InnerException);
    }

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

    [Fact, Trait("wamp", "PPT-03"), Trait("wamp", "PPT-04"), Trait("wamp", "GEN-02")]
    public async Task NothingPackedGoesToARouterThatDidNotAnnounceItOrWithoutACodec()
    {
        using var router = NewRouter();
        var options = router.Options;
        await RefuseAsync("""[2,1,{"roles":{"broker":{},"dealer":{}}}]""", Acme, "wamp.error.feature_not_supported");
        await RefuseAsync(Welcome, new PassthruOptions { Scheme = "x_other" }, "wamp.error.feature_not_supported");
        await RefuseAsync(Welcome, Acme with { Cipher = "aes256gcm" }, "wamp.error.feature_not_supported");
        await RefuseAsync(Welcome, new PassthruOptions { KeyId = "k7" }, "wamp.error.invalid_argument"); // forgot the scheme: never in the open
        await RefuseAsync(Welcome, Acme with { Serializer = "flatbuffers" }, "wamp.error.invalid_argument");
        router.Options = options with { PayloadCodecs = [] };
        await RefuseAsync(Welcome, Acme, "wamp.error.feature_not_supported");

        async Task RefuseAsync(string welcome, PassthruOptions passthru, string uri)
        {
            await using var joined = await router.JoinAsync(welcome);
            var client = joined.Client;
            var publish = new PublishOptions { Passthru = passthru };
            Func<Task>[] attempts =
            [
                () => client.PublishAsync("com.acme.t", ["x"], publish),
                () => client.PublishAcknowledgedAsync("com.acme.t", ["x"], publish),
                () => client.CallAsync("com.acme.p", ["x"], new CallOptions { Passthru = passthru }),
                () => client.Meta.Sessions.AddTestamentAsync("com.acme.t", ["x"], publish),
            ];
            foreach (var attempt in attempts)
                Assert.Equal(uri, (await Assert.ThrowsAnyAsync<WampException>(attempt)).Uri);

            await RegisteredAsync(joined, 1, (invocation, _) =>
            {
                invocation.AnswerWith(passthru);
                return ValueTask.FromResult<WampArguments?>(["x"]);
            });
            await joined.Peer.SendAsync("[68,1,88,{}]");
            Assert.DoesNotContain("[\"x\"]", await joined.Peer.ReceiveAsync(), StringComparison.Ordinal);
        }
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

    [Fact, Trait("wamp", "TST-01"), Trait("wamp", "PPT-10")]
    public async Task TestamentsArePackedToo()
    {
        using var router = NewRouter(Wire.RawSocketCbor);
        await using var joined = await router.JoinAsync(Welcome);
        var add = joined.Client.Meta.Sessions.AddTestamentAsync("com.acme.gone", ["x"], new PublishOptions { Passthru = Acme });
        await joined.Peer.ExpectAsync(
            $$$"""[48,1,{},"wamp.session.add_testament",["com.acme.gone",[{{{Packed("""{"args":["x"],"kwargs":{}}""")}}}],{}],{"publish_options":{{{{Keys}}}}}]""");
        await joined.Peer.SendAsync("[50,1,{}]");
        await add.Soon();
    }

    [Fact, Trait("wamp", "HIS-03"), Trait("wamp", "PPT-13")]
    public async Task HistoriesAreUnpackedAndWhatCannotBeIsLeftOut()
    {
        using var router = NewRouter();
        var failed = new TaskCompletionSource<HandlerFailure>();
        router.Options = router.Options with { HandlerFailed = failed.SetResult };
        await using var joined = await router.JoinAsync(Welcome);
        var query = joined.Client.Meta.Subscriptions.GetEventsAsync(5);
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync(
            $$"""[50,1,{},[{"timestamp":"2026-03-01T10:00:00Z","publication":6,"details":{{{Keys}}},"args":[{{Packed("""{"args":[1],"kwargs":{"k":2}}""")}}]},"""
            + """{"timestamp":"2026-03-01T10:00:01Z","publication":7,"details":{"topic":"a.b","ppt_scheme":"x_other"},"args":["\u0000e30="]},"""
            + """{"timestamp":"2026-03-01T10:00:02Z","publication":8,"details":{},"args":[3]}]]""");
        var events = await query.Soon();
        Assert.Equal([6L, 8L], events.Select(published => published.PublicationId));
        Assert.Equal((1, 2, "x_acme"), (events[0].Arguments.Get<int>(0), events[0].ArgumentsKw.Get<int>("k"), events[0].Passthru?.Scheme));
        Assert.Equal((3, null), (events[1].Arguments.Get<int>(0), events[1].Passthru));
        Assert.Equal("a.b", (await failed.Task.Soon()).Uri);
    }

    private static FakeRouter NewRouter(Wire wire = Wire.RawSocketJson)
    {
        var router = new FakeRouter(wire);
        router.Options = router.Options with { PayloadCodecs = [new PlainPayloadCodec("x_acme", SerializerKind.Json)] };
        return router;
    }

    /// <summary>The binary argument of a content, as it stands in JSON.</summary>
    private static string Packed(string content, SerializerKind serializer = SerializerKind.Json)
    {
        using var encoded = new ByteBuffer();
        Assert.True(Transcoder.TryTranscodeValue(SerializerKind.Json, Encoding.UTF8.GetBytes(content), serializer, encoded));
        return $"\"\\u0000{Convert.ToBase64String(encoded.Written)}\"";
    }

    private static async Task<WampSubscription> SubscribedAsync(Joined joined, int requestId, Action<WampEvent> handler)
    {
        var subscribing = joined.Client.SubscribeAsync("com.acme.t", handler);
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync($"[33,{requestId},77]");
        return await subscribing.Soon();
    }

    private static async Task RegisteredAsync(Joined joined, int requestId, Func<WampInvocation, CancellationToken, ValueTask<WampArguments?>> handler)
    {
        var registering = joined.Client.RegisterAsync("com.acme.p", handler);
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync($"[65,{requestId},88]");
        await registering.Soon();
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
