using System.Text;
using Broker.Serialization;
using Broker.Vectors;

namespace Broker.Messages;

/// <summary>What looks odd but is legal, or is common enough to be taken.</summary>
public sealed class LenientParsing
{
    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers)), Trait("wamp", "SER-13")]
    public void Empty_Arguments_and_ArgumentsKw_are_taken_and_null_stands_for_empty(SerializerKind serializer)
    {
        Assert.Equal("[[], {}]", Payload(serializer, """[16,1,{},"a.b",[],{}]"""));
        Assert.Equal("[[]]", Payload(serializer, """[16,1,{},"a.b",[]]"""));
        Assert.Equal("[]", Payload(serializer, """[16,1,{},"a.b",null]"""));
        Assert.Equal("[]", Payload(serializer, """[16,1,{},"a.b",null,null]"""));
        Assert.Equal("[[1]]", Payload(serializer, """[16,1,{},"a.b",[1],null]"""));
        Assert.Equal("[[], {\"k\": 1}]", Payload(serializer, """[16,1,{},"a.b",null,{"k":1}]"""));
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers)), Trait("wamp", "SER-14")]
    public void Unknown_keys_are_passed_over_whatever_they_hold(SerializerKind serializer)
    {
        const string Unknown = """{"x_a":null,"x_b":1.5,"x_c":[{"y":[]}],"x_d":{"match":5},"x_e":"\u0000AAEC","x_f":-1,"é":true}""";
        foreach (var text in new[] { $"[16,1,{Unknown},\"a.b\"]", $"[32,1,{Unknown},\"a.b\"]", $"[36,1,1,{Unknown}]", $"[48,1,{Unknown},\"a.b\"]", $"[64,1,{Unknown},\"a.b\"]", $"[70,1,{Unknown}]", $"[6,{Unknown},\"a.b\"]" })
        {
            var message = VectorMessage.Parse(serializer, ValueTree.Encode(serializer, ValueTree.Parse(text)), MessageDialect.Specification);
            Assert.Equal(ValueTree.Describe(ValueTree.Parse(Unknown)), ValueTree.Describe(ValueTree.Decode(serializer, message.Dict)));
        }
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers)), Trait("wamp", "PV-17")]
    public void Extension_messages_are_told_by_their_code_only(SerializerKind serializer)
    {
        foreach (var code in new[] { 256, 337, 1023 })
        {
            var bytes = ValueTree.Encode(serializer, ValueTree.Parse($"[{code},\"anything\",[1.5],null]"));
            var message = MessageParser.Parse(serializer, bytes, DecodeLimits.Default);
            Assert.True(message.IsExtension);
            Assert.Equal(code, (int)message.Type);
        }
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers))]
    public void A_dict_behind_UNSUBSCRIBE_and_UNREGISTER_is_taken_as_autobahn_sends_it(SerializerKind serializer)
    {
        foreach (var text in new[] { """[34,1,2,{"forward_for":[]}]""", """[66,1,2,{}]""" })
        {
            Assert.Equal(1, MessageParser.Parse(serializer, ValueTree.Encode(serializer, ValueTree.Parse(text)), DecodeLimits.Default).RequestId);
        }
    }

    [Fact, Trait("wamp", "SER-06")]
    public void JSON_may_have_white_space_and_escapes()
    {
        var message = MessageParser.Parse(
            SerializerKind.Json, Encoding.UTF8.GetBytes(" \t\r\n[ 16 , 1 , { \"\\u0061cknowledge\" : true } , \"com\\u002emyapp\\/x\" , [ ] ]\n"), DecodeLimits.Default);
        Assert.Equal("com.myapp/x", Encoding.UTF8.GetString(message.Uri));
        Assert.True(Options.PublishOptions.Parse(SerializerKind.Json, message.Dict).Acknowledge);
    }

    [Theory]
    [Trait("wamp", "SER-07"), Trait("wamp", "SER-08")]
    [InlineData(SerializerKind.MessagePack, "dd00000004cf0000000000000010d30000000000000001de0000db00000003612e62", "the longest headers")]
    [InlineData(SerializerKind.MessagePack, "94d010d20000000180da0003612e62", "signed integers")]
    [InlineData(SerializerKind.Cbor, "9f1001bfff63612e62ff", "indefinite lengths")]
    [InlineData(SerializerKind.Cbor, "9a000000041810190001bb00000000000000007a00000003612e62", "the longest headers")]
    public void Integers_and_lengths_need_not_be_in_the_shortest_form(SerializerKind serializer, string hex, string what)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.NotEmpty(what);
        var message = MessageParser.Parse(serializer, bytes, DecodeLimits.Default);
        Assert.Equal((MessageType.Publish, 1L, "a.b"), (message.Type, message.RequestId, Encoding.UTF8.GetString(message.Uri)));
    }

    [Fact, Trait("wamp", "SER-08")]
    public void CBOR_text_may_come_in_chunks()
    {
        var message = MessageParser.Parse(SerializerKind.Cbor, Convert.FromHexString("841001a07f61616161ff"), DecodeLimits.Default);
        Assert.Equal("aa", Encoding.UTF8.GetString(message.Uri));
    }

    private static string Payload(SerializerKind serializer, string json)
    {
        var message = MessageParser.Parse(serializer, ValueTree.Encode(serializer, ValueTree.Parse(json)), DecodeLimits.Default);
        return ValueTree.Describe(ValueTree.DecodeSequence(serializer, message.Payload.Elements));
    }
}
