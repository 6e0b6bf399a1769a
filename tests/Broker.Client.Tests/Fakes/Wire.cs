using Broker.Serialization;

namespace Broker.Client;

/// <summary>A transport and a serializer.</summary>
public enum Wire
{
    WebSocketJson,
    WebSocketMessagePack,
    WebSocketCbor,
    RawSocketJson,
    RawSocketMessagePack,
    RawSocketCbor,
    BatchedJson,
    BatchedMessagePack,
    BatchedCbor,
}

internal static class Wires
{
    public static TheoryData<Wire> All => [.. Enum.GetValues<Wire>()];

    public static TheoryData<Wire> OfEachTransport => [Wire.WebSocketJson, Wire.RawSocketJson];

    public static Wire[] EachSerializer { get; } = [Wire.RawSocketJson, Wire.RawSocketMessagePack, Wire.RawSocketCbor];

    public static TheoryData<Wire> OfEachSerializer => [.. EachSerializer];

    public static TheoryData<Wire> Batched => [Wire.BatchedJson, Wire.BatchedMessagePack, Wire.BatchedCbor];

    public static bool IsWebSocket(this Wire wire) => wire <= Wire.WebSocketCbor || wire.IsBatched();

    public static bool IsBatched(this Wire wire) => wire >= Wire.BatchedJson;

    public static SerializerKind Serializer(this Wire wire) => (SerializerKind)((int)wire % 3);
}
