using Broker.Client;
using Broker.Client.Codecs;
using Broker.Serialization;

namespace Broker.EndToEnd;

/// <summary>Clients of our own SDK, over every transport and serializer.</summary>
internal static class SdkPeer
{
    public static readonly SerializerKind[] Serializers = [SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor];

    /// <summary>transport, serializer</summary>
    public static TheoryData<string, SerializerKind> Wires { get; } = new MatrixTheoryData<string, SerializerKind>(["websocket", "batched", "rawsocket"], Serializers);

    /// <summary>transport and serializer of one peer, transport and serializer of another</summary>
    public static TheoryData<string, SerializerKind, string, SerializerKind> Pairs { get; } = AllPairs();

    public static Task<WampClient> ConnectAsync(this SharedRouter router, string transport, SerializerKind serializer, params IPayloadCodec[] codecs) =>
        WampClient.ConnectAsync(new WampClientOptions
        {
            Url = new Uri(router.Url(transport)),
            Realm = RouterProcess.Realm,
            Serializer = serializer,
            Batched = transport == "batched",
            JsonOptions = SdkContracts.Default.Options,
            PayloadCodecs = codecs,
        }).Soon();

    /// <summary>Guards a test against hanging; never what it checks.</summary>
    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(60));

    /// <inheritdoc cref="Soon{T}"/>
    public static Task Soon(this Task task) => task.WaitAsync(TimeSpan.FromSeconds(60));

    private static TheoryData<string, SerializerKind, string, SerializerKind> AllPairs()
    {
        var pairs = new TheoryData<string, SerializerKind, string, SerializerKind>();
        foreach (var from in Serializers)
        {
            foreach (var to in Serializers)
            {
                pairs.Add("websocket", from, "rawsocket", to);
                pairs.Add("rawsocket", from, "websocket", to);
                pairs.Add("batched", from, "websocket", to);
                pairs.Add("rawsocket", from, "batched", to);
            }
        }

        return pairs;
    }
}
