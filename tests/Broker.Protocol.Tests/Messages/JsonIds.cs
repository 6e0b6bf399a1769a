using System.Text;
using Broker.Serialization;

namespace Broker.Messages;

/// <summary>Ids in JSON, which knows one kind of number only (WAMP specification, "IDs").</summary>
public sealed class JsonIds
{
    [Theory, Trait("wamp", "SER-21"), Trait("wamp", "ID-01")]
    [InlineData("1", 1)]
    [InlineData("9007199254740991", 9007199254740991)]
    [InlineData("9007199254740992", 9007199254740992)]
    public void An_id_is_read_exactly(string text, long id) => Assert.Equal(id, Parse(text));

    [Theory, Trait("wamp", "SER-21")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("1E0")]
    [InlineData("9007199254740992.0")]
    [InlineData("9007199254740993")]
    [InlineData("9.007199254740992e15")]
    public void What_is_written_as_a_float_or_lies_beyond_is_no_id(string text) => Assert.Throws<WampProtocolException>(() => Parse(text));

    private static long Parse(string id) =>
        MessageParser.Parse(SerializerKind.Json, Encoding.UTF8.GetBytes($"[33,{id},1]"), DecodeLimits.Default).RequestId;
}
