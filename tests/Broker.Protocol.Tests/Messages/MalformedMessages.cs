using System.Text;
using Broker.Serialization;
using Broker.Vectors;

namespace Broker.Messages;

/// <summary>What is no message is refused by the one exception that ends a session, in every serializer (PV-11, PV-12).</summary>
public sealed class MalformedMessages
{
    private static readonly SerializerKind[] Kinds = [SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor];

    private static readonly (string Text, string Statement)[] Trees =
    [
        ("[]", "PV-11"),
        ("{}", "PV-11"),
        ("1", "PV-11"),
        ("null", "PV-11"),
        ("\"text\"", "PV-11"),
        ("[16]", "SER-01"),
        ("[300]", "SER-01"),
        ("[0,1]", "PV-11"),
        ("[7,1]", "PV-11"),
        ("[71,1]", "PV-17"),
        ("[255,1]", "PV-17"),
        ("[1024,1]", "PV-17"),
        ("[-1,1]", "PV-11"),
        ("[18446744073709551615,1]", "PV-11"),
        ("[\"16\",1]", "SER-01"),
        ("[16.0,1,{},\"a.b\"]", "SER-01"),
        ("[null,1]", "SER-01"),
        ("[33,1.0,1]", "ID-01"),
        ("[33,1.5,1]", "ID-01"),
        ("[33,0,1]", "ID-01"),
        ("[33,1,0]", "ID-01"),
        ("[33,-1,1]", "ID-01"),
        ("[33,9007199254740993,1]", "ID-01"),
        ("[33,1,9007199254740993]", "ID-01"),
        ("[33,18446744073709551615,1]", "ID-01"),
        ("[33,\"1\",1]", "ID-01"),
        ("[33,true,1]", "SER-03"),
        ("[33,null,1]", "SER-02"),
        ("[35,0]", "ID-01"),
        ("[67,0]", "ID-01"),
        ("[34,0,1]", "ID-01"),
        ("[66,0,1,{}]", "ID-01"),
        ("[32,0,{},\"a.b\"]", "ID-01"),
        ("[2,0,{}]", "ID-01"),
        ("[17,1,0]", "ID-01"),
        ("[36,0,1,{}]", "ID-01"),
        ("[36,1,0,{}]", "ID-01"),
        ("[68,1,0,{}]", "ID-01"),
        ("[32,1,[],\"a.b\"]", "SER-18"),
        ("[32,1,null,\"a.b\"]", "SER-02"),
        ("[32,1,{},5]", "URI-01"),
        ("[32,1,{},null]", "URI-01"),
        ("[32,1,{},[\"a.b\"]]", "URI-01"),
        ("[32,1,{},\"\\u0000AAEC\"]", "SER-11"),
        ("[1,{},{}]", "URI-01"),
        ("[5,7,{}]", "SER-18"),
        ("[32,1,{}]", "SER-18"),
        ("[32,1,{},\"a.b\",[]]", "SER-18"),
        ("[33,1]", "SER-18"),
        ("[33,1,1,1]", "SER-18"),
        ("[34,1,1,5]", "SER-18"),
        ("[34,1,1,{},{}]", "SER-18"),
        ("[6,{},\"a.b\",[]]", "SER-18"),
        ("[16,1,{},\"a.b\",{}]", "SER-18"),
        ("[16,1,{},\"a.b\",5]", "SER-18"),
        ("[16,1,{},\"a.b\",\"text\"]", "SER-18"),
        ("[16,1,{},\"a.b\",\"\\u0000AAEC\"]", "SER-18"),
        ("[16,1,{},\"a.b\",[],[]]", "SER-18"),
        ("[16,1,{},\"a.b\",[],5]", "SER-18"),
        ("[16,1,{},\"a.b\",[],{},[]]", "SER-18"),
        ("[16,1,{},\"a.b\",[],{},{}]", "SER-18"),
        ("[16,1,{},\"a.b\",null,null,null]", "SER-18"),
        ("[8,\"48\",1,{},\"a.b\"]", "PV-08"),
        ("[8,-1,1,{},\"a.b\"]", "PV-08"),
        ("[8,99999,1,{},\"a.b\"]", "PV-08"),
        ("[16,1,{\"a\":1,\"a\":2},\"a.b\"]", "SER-04"),
        ("[16,1,{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"j\":2},\"a.b\"]", "SER-04"),
        ("[16,1,{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"a\":2},\"a.b\"]", "SER-04"),
    ];

    public static IEnumerable<ITheoryDataRow> RefusedTrees =>
        from tree in Trees
        from serializer in Kinds
        select new TheoryDataRow<string, SerializerKind>(tree.Text, serializer).WithTrait("wamp", tree.Statement);

    [Theory, MemberData(nameof(RefusedTrees))]
    public void A_message_of_the_wrong_shape_is_refused(string json, SerializerKind serializer)
    {
        var bytes = ValueTree.Encode(serializer, ValueTree.Parse(json));
        Assert.Throws<WampProtocolException>(() => { MessageParser.Parse(serializer, bytes, DecodeLimits.Default); });
    }

    [Theory, Trait("wamp", "PV-12")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("[")]
    [InlineData("[16,1,{},\"a.b\"")]
    [InlineData("[16,1,{},\"a.b]")]
    [InlineData("[16,1,{,\"a.b\"]")]
    [InlineData("[16,1,{},\"a.b\"] 1")]
    [InlineData("[16,1,{},\"a.b\"][]")]
    [InlineData("[16,1,{},\"a.b\",]")]
    [InlineData("[16 1 {} \"a.b\"]")]
    [InlineData("[016,1,{},\"a.b\"]")]
    [InlineData("[16,1e0,{},\"a.b\"]")]
    [InlineData("[16,1,{},\"a.b\",[NaN]]")]
    [InlineData("[16,1,{},\"a.b\",['x']]")]
    [InlineData("[16,1,{},\"a.b\",[\"\t\"]]")]
    [InlineData("[16,1,{},\"a.b\",[\"\\x41\"]]")]
    [InlineData("[16,1,{},\"a.b\",[\"\\ud800\"]]")]
    [InlineData("[16,1,{},\"a.b\",[\"\\udc00\\ud800\"]]")]
    [InlineData("[16,1,{},\"a.b\",[\"\\u0000not base64\"]]")]
    [InlineData("[16,1,{},\"a.b\",[\"\\u0000AAE\"]]")]
    [InlineData("[16,1,{},\"a.b\"] // comment")]
    [InlineData("[16,1,{a:1},\"a.b\"]")]
    public void What_is_not_JSON_is_refused(string text) => AssertRefused(SerializerKind.Json, Encoding.UTF8.GetBytes(text));

    [Theory, Trait("wamp", "PV-12")]
    [InlineData(SerializerKind.Json, "5b31362c312c7b7d2c22612eff225d", "invalid UTF-8")]
    [InlineData(SerializerKind.Json, "5b31362c312c7b7d2c22612ec080225d", "an overlong character")]
    [InlineData(SerializerKind.MessagePack, "", "nothing")]
    [InlineData(SerializerKind.MessagePack, "c1", "the byte that is never used")]
    [InlineData(SerializerKind.MessagePack, "941001", "too short")]
    [InlineData(SerializerKind.MessagePack, "94100180a3612e", "a string cut off")]
    [InlineData(SerializerKind.MessagePack, "94100180a3612e62c0", "a byte behind the message")]
    [InlineData(SerializerKind.MessagePack, "94100180a3612eff", "invalid UTF-8")]
    [InlineData(SerializerKind.MessagePack, "94100180c403612e62", "octets in the place of text")]
    [InlineData(SerializerKind.MessagePack, "9410018101a161a3612e62", "a key that is an integer")]
    [InlineData(SerializerKind.MessagePack, "94100181c0a161a3612e62", "a key that is nil")]
    [InlineData(SerializerKind.MessagePack, "95100180a3612e6291d40000", "an extension type")]
    [InlineData(SerializerKind.MessagePack, "95100180a3612e62918101c0", "a key that is an integer inside of Arguments")]
    [InlineData(SerializerKind.MessagePack, "ddffffffff", "four billion elements announced")]
    [InlineData(SerializerKind.MessagePack, "95100180a3612e62ddffffffff", "four billion arguments announced")]
    [InlineData(SerializerKind.MessagePack, "95100180a3612e62dfffffffff", "four billion keys announced")]
    [InlineData(SerializerKind.MessagePack, "95100180a3612e6291dbffffffff", "a string of four gigabytes announced")]
    [InlineData(SerializerKind.MessagePack, "95100180a3612e6291c6ffffffff", "octets of four gigabytes announced")]
    [InlineData(SerializerKind.Cbor, "", "nothing")]
    [InlineData(SerializerKind.Cbor, "ff", "a break")]
    [InlineData(SerializerKind.Cbor, "841001a0", "too short")]
    [InlineData(SerializerKind.Cbor, "841001a063612e", "a string cut off")]
    [InlineData(SerializerKind.Cbor, "841001a063612e6200", "a byte behind the message")]
    [InlineData(SerializerKind.Cbor, "841001a063612eff", "invalid UTF-8")]
    [InlineData(SerializerKind.Cbor, "841001a043612e62", "octets in the place of text")]
    [InlineData(SerializerKind.Cbor, "841001a101616163612e62", "a key that is an integer")]
    [InlineData(SerializerKind.Cbor, "851001a063612e6281c16161", "a tag")]
    [InlineData(SerializerKind.Cbor, "851001a063612e62811c", "a reserved length")]
    [InlineData(SerializerKind.Cbor, "851001a063612e6281f800", "a reserved simple value")]
    [InlineData(SerializerKind.Cbor, "9bffffffffffffffff", "2^64-1 elements announced")]
    [InlineData(SerializerKind.Cbor, "851001a063612e629bffffffffffffffff", "2^64-1 arguments announced")]
    [InlineData(SerializerKind.Cbor, "851001a063612e62817bffffffffffffffff", "a string of 2^64-1 bytes announced")]
    [InlineData(SerializerKind.Cbor, "9f1001a063612e62", "an indefinite list without its end")]
    public void Bytes_that_are_damaged_are_refused(SerializerKind serializer, string hex, string because)
    {
        Assert.NotEmpty(because);
        AssertRefused(serializer, Convert.FromHexString(hex));
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers)), Trait("wamp", "PV-12")]
    public void A_message_cut_off_anywhere_is_refused(SerializerKind serializer)
    {
        foreach (var text in OwnMessages.Texts.Where(text => text.Length < 300))
        {
            var bytes = ValueTree.Encode(serializer, ValueTree.Parse(text));
            for (var length = 0; length < bytes.Length; length++)
            {
                AssertRefused(serializer, bytes[..length]);
            }
        }
    }

    [Theory, MemberData(nameof(Serializers.All), MemberType = typeof(Serializers)), Trait("wamp", "PV-12")]
    public void Lists_nested_deeper_than_the_limit_are_refused(SerializerKind serializer)
    {
        byte open = serializer switch { SerializerKind.Json => (byte)'[', SerializerKind.MessagePack => 0x91, _ => 0x81 };
        var bomb = new byte[1_000_000];
        bomb.AsSpan().Fill(open);
        AssertRefused(serializer, bomb);

        var nested = "[16,1,{},\"a.b\"," + new string('[', 40) + new string(']', 40) + "]";
        Assert.True(AssertRefused(serializer, ValueTree.Encode(serializer, ValueTree.Parse(nested))).IsTooDeep);
        Assert.False(AssertRefused(serializer, [open, 0xFF]).IsTooDeep);
    }

    private static WampProtocolException AssertRefused(SerializerKind serializer, byte[] bytes) =>
        Assert.Throws<WampProtocolException>(() => { MessageParser.Parse(serializer, bytes, DecodeLimits.Default); });
}
