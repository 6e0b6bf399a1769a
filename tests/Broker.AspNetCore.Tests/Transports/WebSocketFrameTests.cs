using System.Text;

namespace Broker.Transports;

public class WebSocketFrameTests
{
    [Theory, InlineData(0, "8200"), InlineData(125, "827D"), InlineData(126, "827E007E"), InlineData(65535, "827EFFFF")]
    [InlineData(65536, "827F0000000000010000"), InlineData(int.MaxValue, "827F000000007FFFFFFF")]
    public void Headers_take_the_fewest_octets(int length, string expected)
    {
        Span<byte> header = stackalloc byte[WebSocketFrame.MaxHeaderLength];
        var written = WebSocketFrame.WriteHeader(header, WebSocketOpcode.Binary, length);
        Assert.Equal(expected, Convert.ToHexString(header[..written]));
        Assert.Equal(written, WebSocketFrame.HeaderLength(length));
    }

    [Fact]
    public void Close_payloads_carry_code_and_reason()
    {
        Span<byte> payload = stackalloc byte[WebSocketFrame.MaxControlPayload];
        Assert.Equal(7, WebSocketFrame.WriteClosePayload(payload, 1000, "dön"[..1] + "öne"));
        Assert.Equal("03E864C3B66E65", Convert.ToHexString(payload[..7]));
        Assert.Equal(2, WebSocketFrame.WriteClosePayload(payload, 1001, ""));
        Assert.Equal(0, WebSocketFrame.WriteClosePayload(payload, WebSocketCloseCode.NoStatusReceived, "ignored"));
    }

    [Theory, InlineData("é", 1, 123), InlineData("é", 0, 122), InlineData("€", 0, 123), InlineData("€", 1, 121), InlineData("😀", 0, 120)]
    public void A_long_reason_is_cut_between_characters(string character, int before, int expectedBytes)
    {
        var reason = new string('x', before) + string.Concat(Enumerable.Repeat(character, 130));
        var payload = new byte[WebSocketFrame.MaxControlPayload];
        var length = WebSocketFrame.WriteClosePayload(payload, 1008, reason);
        Assert.Equal(expectedBytes, length - 2);
        Assert.StartsWith(Encoding.UTF8.GetString(payload.AsSpan(2, length - 2)), reason, StringComparison.Ordinal);
    }
}
