using System.Text;
using Broker.Client.Codecs;
using Broker.Options;
using Broker.Serialization;

namespace Broker.Client;

/// <summary>Clients with a codec for the scheme <c>x_acme</c>, which packs by JSON, and routers that let packed payloads through.</summary>
internal static class PassthruPeers
{
    public const string Welcome =
        """[2,1,{"roles":{"broker":{"features":{"payload_passthru_mode":true}},"dealer":{"features":{"payload_passthru_mode":true,"progressive_call_results":true,"progressive_call_invocations":true,"call_canceling":true}}}}]""";

    public const string Keys = "\"ppt_scheme\":\"x_acme\",\"ppt_serializer\":\"json\"";

    public static readonly PassthruOptions Acme = new() { Scheme = "x_acme" };

    public static FakeRouter NewRouter(Wire wire = Wire.RawSocketJson)
    {
        var router = new FakeRouter(wire);
        router.Options = router.Options with { PayloadCodecs = [new PlainPayloadCodec("x_acme", SerializerKind.Json)] };
        return router;
    }

    /// <summary>The binary argument of a content, as it stands in JSON.</summary>
    public static string Packed(string content, SerializerKind serializer = SerializerKind.Json)
    {
        using var encoded = new ByteBuffer();
        Assert.True(Transcoder.TryTranscodeValue(SerializerKind.Json, Encoding.UTF8.GetBytes(content), serializer, encoded));
        return $"\"\\u0000{Convert.ToBase64String(encoded.Written)}\"";
    }

    public static async Task<WampSubscription> SubscribedAsync(Joined joined, int requestId, Action<WampEvent> handler)
    {
        var subscribing = joined.Client.SubscribeAsync("com.acme.t", handler);
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync($"[33,{requestId},77]");
        return await subscribing.Soon();
    }

    public static async Task RegisteredAsync(Joined joined, int requestId, Func<WampInvocation, CancellationToken, ValueTask<WampArguments?>> handler)
    {
        var registering = joined.Client.RegisterAsync("com.acme.p", handler);
        await joined.Peer.ReceiveAsync();
        await joined.Peer.SendAsync($"[65,{requestId},88]");
        await registering.Soon();
    }
}
