using Broker.Serialization;
using Broker.Vectors;

namespace Broker.Messages;

/// <summary>Every type of message, parsed and encoded, within one serializer and from each to each.</summary>
public sealed class MessageRoundTrip
{
    private static readonly SerializerKind[] Kinds = [SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor];

    public static IEnumerable<TheoryDataRow<string, SerializerKind, SerializerKind>> Rows =>
        from text in OwnMessages.Texts
        from one in Kinds
        from other in Kinds
        select new TheoryDataRow<string, SerializerKind, SerializerKind>(text, one, other);

    [Theory, MemberData(nameof(Rows)), Trait("wamp", "SER-20"), Trait("wamp", "SER-09"), Trait("wamp", "SER-12")]
    public void A_message_parsed_and_encoded_is_the_same_message(string json, SerializerKind from, SerializerKind to)
    {
        var tree = ValueTree.Parse(json);
        var message = VectorMessage.Parse(from, ValueTree.Encode(from, tree), MessageDialect.Specification);
        Assert.Equal(ValueTree.Encode(to, tree), VectorMessage.Encode(from, message, to));
    }

    [Fact]
    public void The_messages_of_these_tests_are_of_every_type()
    {
        var types = OwnMessages.Texts.Select(text => (MessageType)int.Parse(text[1..text.IndexOf(',', StringComparison.Ordinal)])).ToHashSet();
        Assert.Empty(Enum.GetValues<MessageType>().Except([MessageType.None]).Except(types));
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers)), Trait("wamp", "SER-12")]
    public void An_absent_dict_is_written_as_an_empty_one_and_an_absent_payload_not_at_all(SerializerKind serializer)
    {
        using var buffer = new ByteBuffer();
        MessageEncoder.Encode(serializer, buffer, new WampMessage { Type = MessageType.Result, RequestId = 7 });
        Assert.Equal(ValueTree.Encode(serializer, ValueTree.Parse("[50,7,{}]")), buffer.Written.ToArray());
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers))]
    public void Parsing_a_PUBLISH_allocates_nothing(SerializerKind serializer)
    {
        var bytes = ValueTree.Encode(serializer, ValueTree.Parse("""[16,239714735,{"acknowledge":true},"com.myapp.topic",["Hello",{"a":[1,2,3]}],{"k":1.5}]"""));
        var sum = Parse(serializer, bytes, times: 100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        sum += Parse(serializer, bytes, times: 10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(10_100 * 2, sum);
    }

    private static long Parse(SerializerKind serializer, byte[] bytes, int times)
    {
        var sum = 0L;
        for (var i = 0; i < times; i++)
        {
            sum += MessageParser.Parse(serializer, bytes, DecodeLimits.Default).Payload.Count;
        }

        return sum;
    }
}
