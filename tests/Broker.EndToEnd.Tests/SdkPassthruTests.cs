using System.Threading.Channels;
using Broker.Client;
using Broker.Client.Codecs;
using Broker.Options;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.EndToEnd;

/// <summary>The SDK packs payloads for the SDK, and the router passes them on unread: each transport to the other, each serializer to each.</summary>
public sealed class SdkPassthruTests(SharedRouter router)
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7))];

    private static readonly PassthruOptions Encrypted = new() { Scheme = "wamp", KeyId = "k1" };

    private static AesGcmPayloadCodec Cipher => new(keyId => keyId == "k1" ? Key : null);

    [Theory]
    [Trait("wamp", "E2E-01"), Trait("wamp", "PPT-08"), Trait("wamp", "PPT-11"), Trait("wamp", "PPT-13")]
    [MemberData(nameof(SdkPeer.Pairs), MemberType = typeof(SdkPeer))]
    public async Task Only_who_has_the_key_reads_an_encrypted_event(string fromTransport, SerializerKind fromSerializer, string toTransport, SerializerKind toSerializer)
    {
        await using var publisher = await router.ConnectAsync(fromTransport, fromSerializer, Cipher);
        await using var subscriber = await router.ConnectAsync(toTransport, toSerializer, Cipher);
        await using var stranger = await router.ConnectAsync(toTransport, toSerializer, new AesGcmPayloadCodec(_ => new byte[32]));
        var topic = SharedRouter.NewUri();
        var (events, others) = (Channel.CreateUnbounded<WampEvent>(), Channel.CreateUnbounded<WampEvent>());
        await subscriber.SubscribeAsync(topic, published => events.Writer.WriteAsync(published)).Soon();
        var blind = await stranger.SubscribeAsync(topic, published => others.Writer.WriteAsync(published)).Soon();
        var reading = new SdkReading("d1", 1.0, [0, 255], long.MaxValue, null);

        await publisher.PublishAsync(topic, new WampArguments { reading, { "k", ulong.MaxValue } }, new PublishOptions { Passthru = Encrypted });
        await publisher.PublishAsync(topic, ["open"]);

        var published = await events.Reader.ReadAsync().AsTask().Soon();
        Assert.Equal(Encrypted with { Serializer = "cbor", Cipher = "aes256gcm" }, published.Passthru);
        var back = published.Arguments.Get<SdkReading>(0)!;
        Assert.Equal((reading.Device, reading.Value, reading.Count, ulong.MaxValue), (back.Device, back.Value, back.Count, published.ArgumentsKw.Get<ulong>("k")));
        Assert.Equal(reading.Raw, back.Raw);
        Assert.Equal("open", (await others.Reader.ReadAsync().AsTask().Soon()).Arguments.Get<string>(0));
        Assert.Equal(1, blind.Unreadable);
    }

    [Theory]
    [Trait("wamp", "E2E-01"), Trait("wamp", "PPT-08"), Trait("wamp", "PPT-14")]
    [MemberData(nameof(SdkPeer.Pairs), MemberType = typeof(SdkPeer))]
    public async Task Calls_results_progress_chunks_and_errors_are_encrypted(string fromTransport, SerializerKind fromSerializer, string toTransport, SerializerKind toSerializer)
    {
        await using var caller = await router.ConnectAsync(fromTransport, fromSerializer, Cipher);
        await using var callee = await router.ConnectAsync(toTransport, toSerializer, Cipher);
        var root = SharedRouter.NewUri();
        await callee.RegisterAsync<int, int, int>(root + ".add", (a, b, _) => ValueTask.FromResult(a + b)).Soon();
        await callee.RegisterAsync(root + ".fail", (_, _) => throw new WampException("com.acme.error.sold_out", "Nothing left.")).Soon();
        await callee.RegisterAsync(root + ".sums", async (invocation, canceled) =>
        {
            var sum = 0;
            await foreach (var number in invocation.ChunksAsync<int>(canceled))
                await invocation.ReportAsync([sum += number]);
            return [sum];
        }).Soon();
        var options = new CallOptions { Passthru = Encrypted };

        var result = await caller.CallAsync(root + ".add", [2, 3], options).Soon();
        Assert.Equal((5, "aes256gcm", "k1"), (result.Arguments.Get<int>(0), result.Passthru?.Cipher, result.Passthru?.KeyId));
        var soldOut = await Assert.ThrowsAsync<WampException>(() => caller.CallAsync(root + ".fail", options: options).Soon());
        Assert.Equal(("com.acme.error.sold_out", "Nothing left."), (soldOut.Uri, soldOut.Arguments.Get<string>(0)));
        var sums = new List<WampResult>();
        await foreach (var sum in caller.CallStreamAsync(root + ".sums", Numbers(), options))
            sums.Add(sum);
        Assert.Equal([1, 3, 6, 6], sums.Select(sum => sum.Arguments.Get<int>(0)));
        Assert.All(sums, sum => Assert.Equal("aes256gcm", sum.Passthru?.Cipher));

        static async IAsyncEnumerable<WampArguments> Numbers()
        {
            for (var i = 1; i <= 3; i++)
            {
                await Task.Yield();
                yield return [i];
            }
        }
    }

    [Theory]
    [Trait("wamp", "PPT-05"), Trait("wamp", "PPT-13")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task A_call_that_its_callee_cannot_read_fails(string transport, SerializerKind serializer)
    {
        await using var caller = await router.ConnectAsync(transport, serializer, Cipher);
        await using var open = await router.ConnectAsync(transport, serializer);
        await using var stranger = await router.ConnectAsync(transport, serializer, new AesGcmPayloadCodec(_ => null));
        var root = SharedRouter.NewUri();
        await open.RegisterAsync(root + ".open", _ => ValueTask.FromResult(1)).Soon();
        await stranger.RegisterAsync(root + ".strange", _ => ValueTask.FromResult(1)).Soon();
        var options = new CallOptions { Passthru = Encrypted };

        var exception = await Assert.ThrowsAsync<WampException>(() => caller.CallAsync(root + ".open", [1], options).Soon());
        Assert.Equal(ErrorUris.FeatureNotSupported, exception.Uri);
        exception = await Assert.ThrowsAsync<WampException>(() => caller.CallAsync(root + ".strange", [1], options).Soon());
        Assert.Equal(ErrorUris.InvalidArgument, exception.Uri);
    }

    [Theory]
    [Trait("wamp", "PPT-12")]
    [MemberData(nameof(SdkPeer.Pairs), MemberType = typeof(SdkPeer))]
    public async Task Payloads_of_gateways_pass_as_they_are(string fromTransport, SerializerKind fromSerializer, string toTransport, SerializerKind toSerializer)
    {
        await using var publisher = await router.ConnectAsync(fromTransport, fromSerializer, new PlainPayloadCodec("mqtt"));
        await using var subscriber = await router.ConnectAsync(toTransport, toSerializer, new PlainPayloadCodec("mqtt"));
        var topic = SharedRouter.NewUri();
        var events = Channel.CreateUnbounded<WampEvent>();
        await subscriber.SubscribeAsync(topic, published => events.Writer.WriteAsync(published)).Soon();

        await publisher.PublishAsync(topic, [new byte[] { 0, 1, 255 }], new PublishOptions { Passthru = new PassthruOptions { Scheme = "mqtt" } });
        await publisher.PublishAsync(topic, ["text"], new PublishOptions { Passthru = new PassthruOptions { Scheme = "mqtt", Serializer = "json" } });

        var published = await events.Reader.ReadAsync().AsTask().Soon();
        Assert.Equal([0, 1, 255], published.Arguments.Get<byte[]>(0)!);
        Assert.Equal(new PassthruOptions { Scheme = "mqtt", Serializer = "native" }, published.Passthru);
        Assert.Equal("text", (await events.Reader.ReadAsync().AsTask().Soon()).Arguments.Get<string>(0));
    }

    [Theory]
    [Trait("wamp", "RET-02"), Trait("wamp", "TST-05"), Trait("wamp", "PPT-08")]
    [MemberData(nameof(SdkPeer.Wires), MemberType = typeof(SdkPeer))]
    public async Task What_the_router_keeps_it_keeps_encrypted(string transport, SerializerKind serializer)
    {
        await using var leaver = await router.ConnectAsync(transport, serializer, Cipher);
        await using var subscriber = await router.ConnectAsync(transport, serializer, Cipher);
        var topic = SharedRouter.NewUri();
        await leaver.PublishAcknowledgedAsync(topic, ["here"], new PublishOptions { Retain = true, Passthru = Encrypted }).Soon();
        await leaver.Meta.Sessions.AddTestamentAsync(topic, new WampArguments { "gone", { "k", 1.5 } }, new PublishOptions { Passthru = Encrypted }).Soon();
        var events = Channel.CreateUnbounded<WampEvent>();
        await subscriber.SubscribeAsync(topic, published => events.Writer.WriteAsync(published), new SubscribeOptions { GetRetained = true }).Soon();
        await leaver.LeaveAsync().Soon();

        var here = await events.Reader.ReadAsync().AsTask().Soon();
        Assert.Equal(("here", true, "k1"), (here.Arguments.Get<string>(0), here.Retained, here.Passthru?.KeyId));
        var gone = await events.Reader.ReadAsync().AsTask().Soon();
        Assert.Equal(("gone", 1.5, "k1"), (gone.Arguments.Get<string>(0), gone.ArgumentsKw.Get<double>("k"), gone.Passthru?.KeyId));
    }
}
