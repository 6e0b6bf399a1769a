using System.Buffers;
using System.Text;

namespace Broker.Transports;

/// <summary>RFC 6455 section 4.2: which requests the router answers itself, and how.</summary>
public class WebSocketUpgradeTests
{
    private const string Path = "/ws";
    private const string Plain =
        "GET /ws?x=1 HTTP/1.1\r\nHost: router.example:8080\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://app.example\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Protocol: wamp.2.cbor, wamp.2.json\r\nsec-websocket-protocol:other\r\nX-Empty:\r\n\r\n";

    private static UpgradeOutcome Parse(string request, out WebSocketUpgrade? upgrade) =>
        WebSocketUpgrade.Parse(Segments.One(Encoding.Latin1.GetBytes(request)), Path, out upgrade);

    private static UpgradeOutcome Parse(string request) => Parse(request, out _);

    [Fact, Trait("wamp", "WS-01")]
    public void A_plain_upgrade_is_recognised_in_every_split()
    {
        var bytes = Encoding.ASCII.GetBytes(Plain + "frames");
        for (var split = 0; split <= bytes.Length; split++)
        {
            Assert.Equal(UpgradeOutcome.Upgrade, WebSocketUpgrade.Parse(Segments.Two(bytes, split), Path, out var upgrade));
            Assert.Equal(Plain.Length, upgrade!.HeadLength);
            Assert.Equal("dGhlIHNhbXBsZSBub25jZQ==", upgrade.Key);
            Assert.Equal(["wamp.2.cbor", "wamp.2.json", "other"], upgrade.Subprotocols);
            Assert.Equal("https://app.example", upgrade.Origin);
            Assert.Equal("router.example:8080", upgrade.Host);
            Assert.Equal("/ws?x=1", upgrade.Target);
            Assert.Equal("", upgrade.Header("x-EMPTY"));
            Assert.Null(upgrade.Header("X-Missing"));
        }

        Assert.Equal(UpgradeOutcome.Upgrade, WebSocketUpgrade.Parse(Segments.Every(bytes, 1), Path, out _));
    }

    [Fact]
    public void An_upgrade_is_incomplete_until_its_last_byte()
    {
        for (var length = 0; length < Plain.Length; length++)
        {
            Assert.Equal(UpgradeOutcome.Incomplete, Parse(Plain[..length]));
        }
    }

    [Theory]
    [InlineData("P"), InlineData("POST /ws HTTP/1.1\r\n"), InlineData("get /ws"), InlineData("GET /other")]
    [InlineData("GET /wsx"), InlineData("GET /WS ")]
    [InlineData("GET  /ws"), InlineData("GET http://host/ws HTTP/1.1"), InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("\r\nGET /ws")]
    [InlineData("GET /ws/ HTTP/1.1"), InlineData("\u0016\u0003\u0001"), InlineData("GET /ws HTTP/1.1\nHost: a\n\n")]
    public void Other_requests_are_foreign_at_once(string start) => Assert.Equal(UpgradeOutcome.Foreign, Parse(start));

    [Theory]
    [InlineData("HTTP/1.1", "HTTP/1.0"), InlineData("HTTP/1.1", "HTTP/1.1 "), InlineData("HTTP/1.1", "http/1.1")]
    [InlineData("?x=1", "?x=1#y")]
    [InlineData("?x=1", "?x= 1"), InlineData("Host: router.example:8080\r\n", ""), InlineData("Host: router.example:8080", "Host:")]
    [InlineData("Host: router.example:8080", "Host: a b"), InlineData("Host: router.example:8080", "Host: a\r\nHost: a")]
    [InlineData("Upgrade: websocket", "Upgrade: h2c"), InlineData("Upgrade: websocket\r\n", "")]
    [InlineData("Upgrade: websocket", "Upgrade: websocket/13")]
    [InlineData("keep-alive, Upgrade", "keep-alive"), InlineData("keep-alive, Upgrade", "upgraded")]
    [InlineData("Version: 13", "Version: 8")]
    [InlineData("Version: 13", "Version: 13, 8"), InlineData("Version: 13", "Version: 13\r\nSec-WebSocket-Version: 13")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", ""), InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQAA"), InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSB!b25jZQ==")]
    [InlineData("ZQ==", "ZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), InlineData("X-Empty:", "Content-Length: 0")]
    [InlineData("X-Empty:", "Transfer-Encoding: chunked"), InlineData("X-Empty:", "Expect: 100-continue")]
    [InlineData("X-Empty:", "X-Empty :")]
    [InlineData("X-Empty:", " folded: x"), InlineData("X-Empty:", "\tfolded"), InlineData("X-Empty:", ": no name")]
    [InlineData("X-Empty:", "no colon")]
    [InlineData("X-Empty:", "X: a\u0001b"), InlineData("X-Empty:", "X: a\u00E9"), InlineData("X-Empty:", "X: a\rb")]
    [InlineData("X-Empty:", "X: a\nY: b")]
    [InlineData("X-Empty:", "Origin: https://evil.example"), InlineData("wamp.2.cbor, ", "wamp 2, ")]
    public void Odd_upgrades_are_foreign(string what, string instead)
    {
        Assert.Contains(what, Plain, StringComparison.Ordinal);
        Assert.Equal(UpgradeOutcome.Foreign, Parse(Plain.Replace(what, instead, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Upgrade: websocket", "UPGRADE:\t WebSocket \t"), InlineData("Upgrade: websocket", "Upgrade: h2c, websocket")]
    [InlineData("keep-alive, Upgrade", "UPGRADE")]
    [InlineData("Connection: keep-alive, Upgrade", "Connection: keep-alive\r\nConnection: upgrade")]
    [InlineData("Origin: https://app.example\r\n", ""), InlineData("?x=1", ""), InlineData("router.example:8080", "[::1]:8080")]
    public void Plain_variations_are_upgrades(string what, string instead) =>
        Assert.Equal(UpgradeOutcome.Upgrade, Parse(Plain.Replace(what, instead, StringComparison.Ordinal)));

    [Fact]
    public void Heads_beyond_the_bounds_are_foreign()
    {
        string With(string fields) => Plain.Replace("X-Empty:\r\n", fields, StringComparison.Ordinal);
        var room = WebSocketUpgrade.MaxHeadLength - With("X: \r\n").Length;
        Assert.Equal(UpgradeOutcome.Upgrade, Parse(With($"X: {new string('x', room)}\r\n")));
        Assert.Equal(UpgradeOutcome.Foreign, Parse(With($"X: {new string('x', room + 1)}\r\n")));
        Assert.Equal(UpgradeOutcome.Foreign, Parse(With($"X: {new string('x', 9000)}\r\n")[..WebSocketUpgrade.MaxHeadLength]));

        string Many(int count) => With(string.Concat(Enumerable.Repeat("X: y\r\n", count)));
        Assert.Equal(UpgradeOutcome.Upgrade, Parse(Many(92)));
        Assert.Equal(UpgradeOutcome.Foreign, Parse(Many(93)));
    }

    [Fact]
    public void Damaged_requests_never_throw()
    {
        var random = new Random(9);
        var bytes = Encoding.ASCII.GetBytes(Plain);
        var outcomes = new HashSet<UpgradeOutcome>();
        for (var round = 0; round < 5000; round++)
        {
            byte[] damaged = bytes[..random.Next(bytes.Length + 1)];
            for (var damage = random.Next(3); damage > 0 && damaged.Length > 0; damage--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            var outcome = WebSocketUpgrade.Parse(Segments.One(damaged), Path, out var upgrade);
            Assert.Equal(outcome == UpgradeOutcome.Upgrade, upgrade is not null);
            outcomes.Add(outcome);
        }

        Assert.Superset(new HashSet<UpgradeOutcome> { UpgradeOutcome.Incomplete, UpgradeOutcome.Foreign }, outcomes);
    }

    [Fact]
    public void The_response_proves_the_key_and_names_the_subprotocol()
    {
        var accept = new byte[WebSocketAccept.Length];
        WebSocketAccept.Compute("dGhlIHNhbXBsZSBub25jZQ==", accept);
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", Encoding.ASCII.GetString(accept)); // RFC 6455 section 1.3

        var output = new ArrayBufferWriter<byte>();
        UpgradeResponse.WriteSwitchingProtocols(output, accept, "wamp.2.json");
        Assert.Equal(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: wamp.2.json\r\n\r\n",
            Encoding.ASCII.GetString(output.WrittenSpan));
    }

    [Fact, Trait("wamp", "WS-01")]
    public void A_refusal_has_a_body_and_closes()
    {
        var output = new ArrayBufferWriter<byte>();
        UpgradeResponse.WriteBadRequest(output, "Offer wamp.2.json – or another.");
        Assert.Equal(
            "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Content-Length: 33\r\n\r\nOffer wamp.2.json – or another.",
            Encoding.UTF8.GetString(output.WrittenSpan));
    }
}
