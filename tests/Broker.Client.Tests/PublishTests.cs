namespace Broker.Client;

public class PublishTests
{
    [Theory, Trait("wamp", "SUB-06"), Trait("wamp", "SER-12"), MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task PublishesArgumentsAndKeywords(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();

        await joined.Client.PublishAsync("com.acme.a");
        await joined.Client.PublishAsync("com.acme.b", [1, "two", 3.0, null, true]);
        await joined.Client.PublishAsync("com.acme.c", new WampArguments { 21.5, { "unit", "C" } });
        await joined.Client.PublishAsync("com.acme.d", new WampArguments { { "unit", "C" } }, new PublishOptions { ExcludeMe = false });

        await joined.Peer.ExpectAsync("""[16,1,{},"com.acme.a"]""");
        await joined.Peer.ExpectAsync("""[16,2,{},"com.acme.b",[1,"two",3.0,null,true]]""");
        await joined.Peer.ExpectAsync("""[16,3,{},"com.acme.c",[21.5],{"unit":"C"}]""");
        await joined.Peer.ExpectAsync("""[16,4,{"exclude_me":false},"com.acme.d",[],{"unit":"C"}]""");
    }

    [Theory, Trait("wamp", "SUB-06"), MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task AnAcknowledgedEventReturnsItsPublicationId(Wire wire)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync();
        var publishing = joined.Client.PublishAcknowledgedAsync("com.acme.a", [1]);
        await joined.Peer.ExpectAsync("""[16,1,{"acknowledge":true},"com.acme.a",[1]]""");
        await joined.Peer.SendAsync("[17,1,9007199254740992]");

        Assert.Equal(9007199254740992, await publishing.Soon());
    }

    [Fact]
    public async Task AnEventRefusedThrows()
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();
        var publishing = joined.Client.PublishAcknowledgedAsync("com.acme.a");
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync("""[8,16,1,{},"wamp.error.not_authorized",["Not you."]]""");

        var exception = await Assert.ThrowsAsync<WampException>(() => publishing.Soon());
        Assert.Equal("wamp.error.not_authorized", exception.Uri);
        Assert.Contains("Not you.", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("com..acme")]
    [InlineData("com.acme.")]
    [InlineData("com acme")]
    [InlineData("com.acme#")]
    public async Task ATopicThatIsNoUriIsRefusedBeforeItIsSent(string topic)
    {
        using var router = new FakeRouter();
        await using var joined = await router.JoinAsync();

        var exception = await Assert.ThrowsAsync<WampException>(() => joined.Client.PublishAsync(topic));
        Assert.Equal("wamp.error.invalid_uri", exception.Uri);
    }

    [Theory, Trait("wamp", "PSZ-02"), Trait("wamp", "RAW-08")]
    [InlineData(Wire.WebSocketJson, """[2,1,{"roles":{"broker":{}},"_max_message_size":2000}]""", 1 << 24, 2000)]
    [InlineData(Wire.RawSocketMessagePack, """[2,1,{"roles":{"broker":{}},"_max_message_size":2000}]""", 1 << 24, 2000)]
    [InlineData(Wire.RawSocketMessagePack, """[2,1,{"roles":{"broker":{}},"_max_message_size":2000}]""", 1024, 1024)]
    [InlineData(Wire.RawSocketCbor, """[2,1,{"roles":{"broker":{}}}]""", 1024, 1024)]
    public async Task WhatTheRouterWouldNotTakeIsRefusedBeforeItIsSent(Wire wire, string welcome, int peerLimit, int limit)
    {
        using var router = new FakeRouter(wire);
        await using var joined = await router.JoinAsync(welcome, peerLimit);
        Assert.Equal(limit, joined.Client.Session.MaxMessageSize);

        var exception = await Assert.ThrowsAsync<PayloadSizeExceededException>(() => joined.Client.PublishAsync("com.acme.a", [new byte[limit]]));
        Assert.Equal(("wamp.error.payload_size_exceeded", limit), (exception.Uri, exception.Limit));
        Assert.True(exception.Length > limit);
        await joined.Client.PublishAsync("com.acme.b"); // takes the id that the other did not use up
        await joined.Peer.ExpectAsync("""[16,1,{},"com.acme.b"]""");
    }

    [Fact, Trait("wamp", "ID-05"), Trait("wamp", "ID-11"), Trait("wamp", "ID-13")]
    public async Task IdsLeaveInOrderWhoeverSends()
    {
        using var router = new FakeRouter(Wire.RawSocketCbor);
        await using var joined = await router.JoinAsync();
        var publishing = Task.WhenAll(Enumerable.Range(0, 8).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
                await joined.Client.PublishAsync("com.acme.a", [sender, i]);
        })));
        var next = new int[8];
        for (var id = 1; id <= 800; id++)
        {
            var message = await joined.Peer.ReceiveAsync();
            Assert.StartsWith($$"""[16,{{id}},{},"com.acme.a",[""", message, StringComparison.Ordinal);
            var sender = int.Parse(message!.Split('[')[2].Split(',')[0]);
            Assert.EndsWith($"[{sender},{next[sender]++}]]", message, StringComparison.Ordinal);
        }

        await publishing.Soon();
    }
}
