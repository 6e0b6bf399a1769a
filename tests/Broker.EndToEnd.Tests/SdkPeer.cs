using System.Threading.Channels;
using Broker.Client;
using Broker.Client.Codecs;
using Broker.Serialization;

namespace Broker.EndToEnd;

/// <summary>Clients of our own SDK, over every transport and serializer.</summary>
internal static class SdkPeer
{
    public static readonly SerializerKind[] Serializers = [SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor];

    private static readonly Dictionary<string, SerializerKind> s_names = new()
    {
        ["json"] = SerializerKind.Json,
        ["msgpack"] = SerializerKind.MessagePack,
        ["cbor"] = SerializerKind.Cbor,
    };

    private static readonly (string From, string To)[] s_pairs =
        [("websocket", "rawsocket"), ("rawsocket", "websocket"), ("batched", "websocket"), ("rawsocket", "batched")];

    /// <summary>transport, serializer</summary>
    public static TheoryData<string, SerializerKind> Wires { get; } = new MatrixTheoryData<string, SerializerKind>(["websocket", "batched", "rawsocket"], Serializers);

    /// <summary>transport and serializer of one peer, transport and serializer of another</summary>
    public static TheoryData<string, SerializerKind, string, SerializerKind> Pairs { get; } = AllPairs();

    /// <summary>The same, each peer in one word: <c>websocket json</c>.</summary>
    public static TheoryData<string, string> PairsOfWires { get; } =
    [
        .. from one in s_names.Keys
           from other in s_names.Keys
           from transports in s_pairs
           select ($"{transports.From} {one}", $"{transports.To} {other}"),
    ];

    public static Task<WampClient> ConnectAsync(this SharedRouter router, string transport, SerializerKind serializer, params IPayloadCodec[] codecs) =>
        ConnectAsync(router.Url, transport, serializer, codecs);

    public static Task<WampClient> ConnectAsync(this HostedRouter router, string transport, SerializerKind serializer) =>
        ConnectAsync(router.Url, transport, serializer);

    public static Task<WampClient> ConnectAsync(this SharedRouter router, string wire) => ConnectAsync(router.Url, wire);

    public static Task<WampClient> ConnectAsync(this HostedRouter router, string wire) => ConnectAsync(router.Url, wire);

    /// <param name="url">The router's address for a transport.</param>
    /// <param name="wire">A transport and a serializer.</param>
    public static Task<WampClient> ConnectAsync(Func<string, string> url, string wire) =>
        ConnectAsync(url, wire[..wire.IndexOf(' ')], s_names[wire[(wire.IndexOf(' ') + 1)..]]);

    private static Task<WampClient> ConnectAsync(Func<string, string> url, string transport, SerializerKind serializer, params IPayloadCodec[] codecs) =>
        WampClient.ConnectAsync(new WampClientOptions
        {
            Url = new Uri(url(transport)),
            Realm = RouterProcess.Realm,
            Serializer = serializer,
            Batched = transport == "batched",
            JsonOptions = SdkContracts.Default.Options,
            PayloadCodecs = codecs,
            ConnectTimeout = TimeSpan.FromSeconds(60), // no test of these is about time
            HandshakeTimeout = TimeSpan.FromSeconds(60),
            CloseTimeout = TimeSpan.FromSeconds(30),
        }).Soon();

    /// <summary>Guards a test against hanging; never what it checks.</summary>
    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(60));

    /// <inheritdoc cref="Soon{T}"/>
    public static Task Soon(this Task task) => task.WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Waits for what comes next.</summary>
    public static Task<T> NextAsync<T>(this ChannelReader<T> reader) => reader.ReadAsync().AsTask().Soon();

    private static TheoryData<string, SerializerKind, string, SerializerKind> AllPairs()
    {
        var pairs = new TheoryData<string, SerializerKind, string, SerializerKind>();
        foreach (var from in Serializers)
        {
            foreach (var to in Serializers)
            {
                foreach (var transports in s_pairs)
                    pairs.Add(transports.From, from, transports.To, to);
            }
        }

        return pairs;
    }
}
