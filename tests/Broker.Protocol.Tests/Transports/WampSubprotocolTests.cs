using Broker.Serialization;

namespace Broker.Transports;

public class WampSubprotocolTests
{
    [Theory, Trait("wamp", "WS-01")]
    [InlineData("wamp.2.json", SerializerKind.Json, "wamp.2.json")]
    [InlineData("wamp.2.cbor,wamp.2.json,wamp.2.msgpack", SerializerKind.Cbor, "wamp.2.cbor")]
    [InlineData("wamp.2.flatbuffers,wamp.2.json.batched,wamp.2.msgpack,wamp.2.json", SerializerKind.MessagePack, "wamp.2.msgpack")]
    public void The_clients_first_known_offer_wins(string offered, SerializerKind serializer, string name)
    {
        Assert.True(WampSubprotocol.TrySelect(offered.Split(','), out var selected, out var selectedName));
        Assert.Equal((serializer, name), (selected, selectedName));
    }

    [Theory, Trait("wamp", "WS-01"), InlineData(""), InlineData("WAMP.2.JSON"), InlineData("wamp.1.json"), InlineData("mqtt,stomp")]
    public void Without_a_known_offer_nothing_is_selected(string offered)
    {
        Assert.False(WampSubprotocol.TrySelect(offered.Split(','), out _, out var name));
        Assert.Null(name);
    }

    [Theory, Trait("wamp", "WS-02"), InlineData(SerializerKind.Json), InlineData(SerializerKind.MessagePack)]
    [InlineData(SerializerKind.Cbor)]
    public void Names_and_serializers_belong_together(SerializerKind serializer)
    {
        Assert.True(WampSubprotocol.TryParse(WampSubprotocol.NameOf(serializer), out var parsed));
        Assert.Equal(serializer, parsed);
    }
}
