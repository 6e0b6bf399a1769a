using Broker.Serialization;

namespace Broker.Transports;

public class WampSubprotocolTests
{
    public static MatrixTheoryData<SerializerKind, bool> All { get; } = new(Enum.GetValues<SerializerKind>(), [false, true]);

    [Theory, Trait("wamp", "WS-01"), Trait("wamp", "BAT-01")]
    [InlineData("wamp.2.json", SerializerKind.Json, false)]
    [InlineData("wamp.2.cbor,wamp.2.json,wamp.2.msgpack", SerializerKind.Cbor, false)]
    [InlineData("wamp.2.flatbuffers.batched,wamp.2.json.batched.batched,wamp.2.msgpack,wamp.2.json.batched", SerializerKind.MessagePack, false)]
    [InlineData("wamp.2.ubjson.batched,wamp.2.json.batched,wamp.2.json", SerializerKind.Json, true)]
    [InlineData("wamp.2.cbor.batched,wamp.2.cbor,wamp.2.msgpack.batched,wamp.2.msgpack", SerializerKind.Cbor, true)]
    public void The_clients_first_known_offer_wins(string offered, SerializerKind serializer, bool isBatched)
    {
        Assert.True(WampSubprotocol.TrySelect(offered.Split(','), out var selected));
        Assert.Equal(new WampSubprotocol(serializer, isBatched), selected);
    }

    [Theory, Trait("wamp", "WS-01")]
    [InlineData(""), InlineData("WAMP.2.JSON"), InlineData("wamp.1.json"), InlineData("mqtt,stomp"), InlineData("wamp.2.json.BATCHED"), InlineData(".batched")]
    public void Without_a_known_offer_nothing_is_selected(string offered) => Assert.False(WampSubprotocol.TrySelect(offered.Split(','), out _));

    [Theory, Trait("wamp", "WS-02"), Trait("wamp", "BAT-01"), MemberData(nameof(All))]
    public void Names_and_subprotocols_belong_together(SerializerKind serializer, bool isBatched)
    {
        var subprotocol = new WampSubprotocol(serializer, isBatched);
        Assert.True(WampSubprotocol.TryParse(subprotocol.Name, out var parsed));
        Assert.Equal(subprotocol, parsed);
        Assert.Equal(WampSubprotocol.NameOf(serializer) + (isBatched ? ".batched" : ""), subprotocol.Name);
    }
}
