using Broker.Client.Codecs;
using Broker.Options;
using Broker.Serialization;
using static Broker.Client.PassthruPeers;

namespace Broker.Client;

/// <summary>Arguments that are packed for the peer, and that the router passes on unread (WAMP specification, "Payload Passthru Mode").</summary>
public sealed class PayloadPassthruTests
{
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
}
