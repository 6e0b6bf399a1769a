using Broker.Serialization;

namespace Broker.Transports;

public class RawSocketHandshakeTests
{
    private static (RawSocketAnswer Answer, string Reply) Answer(params byte[] request)
    {
        var reply = new byte[4];
        return (RawSocketHandshake.Answer(request, 1 << 20, reply), Convert.ToHexString(reply));
    }

    [Theory, Trait("wamp", "RAW-06"), InlineData(SerializerKind.Json, 1), InlineData(SerializerKind.MessagePack, 2)]
    [InlineData(SerializerKind.Cbor, 3)]
    public void A_request_is_answered_with_its_serializer_and_the_routers_limit(SerializerKind serializer, int number)
    {
        var request = new byte[4];
        RawSocketHandshake.WriteRequest(request, serializer, 1 << 24);
        Assert.Equal(new byte[] { 0x7F, (byte)(0xF0 | number), 0, 0 }, request);

        var (answer, reply) = Answer(request);
        Assert.Equal(new RawSocketAnswer(RawSocketOutcome.Accepted, serializer, 1 << 24, RawSocketError.None), answer);
        Assert.Equal($"7FB{number}0000", reply);

        var understood = RawSocketHandshake.ReadReply(Convert.FromHexString(reply), serializer);
        Assert.True(understood.Accepted);
        Assert.Equal(1 << 20, understood.PeerLimit);
    }

    [Fact]
    public void Every_length_exponent_is_understood()
    {
        for (var exponent = 0; exponent < 16; exponent++)
        {
            Assert.Equal(1 << (9 + exponent), Answer(0x7F, (byte)(exponent << 4 | 1), 0, 0).Answer.PeerLimit);
        }
    }

    [Theory, InlineData(512, 512), InlineData(1023, 512), InlineData(1024, 1024), InlineData(1_000_000, 524_288)]
    [InlineData(int.MaxValue, 1 << 24)]
    public void The_announced_limit_never_exceeds_the_configured_one(int configured, int announced) =>
        Assert.Equal(announced, RawSocketHandshake.AnnouncedLimit(configured));

    [Fact]
    public void A_limit_below_512_bytes_cannot_be_announced() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RawSocketHandshake.AnnouncedLimit(511));

    [Fact, Trait("wamp", "RAW-01"), Trait("wamp", "RAW-02")]
    public void What_is_no_request_gets_no_reply()
    {
        Assert.Equal((new RawSocketAnswer(RawSocketOutcome.CloseWithoutReply, default, 0, default), "00000000"), Answer(0x7F, 0xF0, 0, 0));
        Assert.Equal((new RawSocketAnswer(RawSocketOutcome.CloseWithoutReply, default, 0, default), "00000000"), Answer(0x7E, 0xF1, 0, 0));
    }

    [Fact, Trait("wamp", "RAW-03")]
    public void Unsupported_serializers_are_refused_with_error_1()
    {
        for (var number = 4; number < 16; number++)
        {
            var (answer, reply) = Answer(0x7F, (byte)(0xF0 | number), 0, 0);
            Assert.Equal((RawSocketOutcome.Rejected, RawSocketError.SerializerUnsupported), (answer.Outcome, answer.Error));
            Assert.Equal("7F100000", reply);
        }
    }

    [Theory, Trait("wamp", "RAW-04"), InlineData(1, 0), InlineData(0, 1), InlineData(255, 255)]
    public void Reserved_octets_are_refused_with_error_3(byte third, byte fourth)
    {
        var (answer, reply) = Answer(0x7F, 0xF1, third, fourth);
        Assert.Equal((RawSocketOutcome.Rejected, RawSocketError.UseOfReservedBits), (answer.Outcome, answer.Error));
        Assert.Equal("7F300000", reply);
    }

    [Theory, Trait("wamp", "RAW-05"), Trait("wamp", "RAW-07"), InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(15)]
    public void A_refusal_reaches_the_client_as_its_error(byte error)
    {
        var reply = new byte[4];
        RawSocketHandshake.WriteError(reply, (RawSocketError)error);
        var understood = RawSocketHandshake.ReadReply(reply, SerializerKind.Json);
        Assert.False(understood.Accepted);
        Assert.Equal((RawSocketError)error, understood.Error);
        Assert.EndsWith(".", understood.Error.Describe(), StringComparison.Ordinal);
    }

    [Theory, Trait("wamp", "RAW-07"), InlineData("7EF10000"), InlineData("7FF20000"), InlineData("7FF10100")]
    [InlineData("7FF10001"), InlineData("7F000000")]
    public void A_reply_that_answers_something_else_breaks_the_protocol(string reply) =>
        Assert.Throws<WampProtocolException>(() => RawSocketHandshake.ReadReply(Convert.FromHexString(reply), SerializerKind.Json));
}
