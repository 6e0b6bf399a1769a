using System.Text;
using System.Text.Json.Nodes;
using Broker.Authentication;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Attacks;

/// <summary>
/// Line breaks and control characters in every header field and every text of a message: no answer of the router gets a line that a client has
/// written, and no line of its log does.
/// </summary>
public sealed class HeaderInjectionTests
{
    private const string Mark = "Injected";

    private static readonly string[] Fields =
    [
        "Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Origin",
        "Cookie", "Authorization", "User-Agent", "X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Anything",
    ];

    private static readonly string[] Breaks = ["\r\n", "\n", "\r", "\r\n\t", "\0", "\u001B[2K", "\u0085", "%0d%0a"];

    /// <summary>Messages of a session, with @ where a text of the client stands.</summary>
    private static readonly string[] Messages =
    [
        """[32,1,{},"com.@"]""", """[32,1,{"match":"@"},"com.topic"]""", """[32,1,{"@":1},"com.topic"]""", """[32,1,{"_slow_consumer":"@"},"com.topic"]""",
        """[16,1,{"acknowledge":true},"com.@"]""", """[16,1,{"acknowledge":true,"@":"@","eligible_authid":["@"]},"com.topic",["@"],{"@":"@"}]""",
        """[16,1,{"ppt_scheme":"@"},"com.topic"]""", """[64,1,{},"com.@"]""", """[64,1,{"invoke":"@"},"com.procedure"]""",
        """[48,1,{},"com.@"]""", """[48,1,{"@":"@"},"com.nobody",["@"]]""", """[48,1,{},"wamp.session.get",["@"]]""", """[48,1,{},"wamp.@"]""",
        """[49,1,{"mode":"@"}]""", """[8,68,1,{},"com.@"]""", """[6,{"message":"@"},"@"]""", """[6,{"message":"@"},"com.bye"]""",
        """[3,{"message":"@"},"@"]""", """[3,{"message":"@"},"com.bye"]""", """["@"]""", """[32,"@",{},"com.topic"]""",
    ];

    /// <summary>What a client says of itself.</summary>
    private static readonly string[] Hellos =
    [
        """[1,"@",{"roles":{"caller":{}}}]""", """[1,"realm1@",{"roles":{"caller":{}}}]""", """[1,"realm1",{"roles":{"@":{}}}]""",
        """[1,"realm1",{"roles":{"caller":{"features":{"@":true}}},"agent":"@"}]""", """[1,"realm1",{"roles":{"caller":{}},"authmethods":["@"]}]""",
        """[1,"realm1",{"roles":{"caller":{}},"authmethods":["riddles"],"authid":"@","authrole":"@","authextra":{"@":"@"}}]""",
        """[1,"realm1",{"roles":{"caller":{}},"authmethods":["ticket"],"authid":"@"}]""",
    ];

    public static TheoryData<PeerTransport> WebSockets { get; } = new(PeerTransport.WebSocket, PeerTransport.MappedWebSocket);

    [Theory]
    [MemberData(nameof(WebSockets))]
    public async Task No_header_field_puts_a_line_into_the_answer_or_the_log(PeerTransport transport)
    {
        await using var attacked = await AttackedRouter.StartAsync(transport);
        foreach (var field in Fields)
        {
            foreach (var lineBreak in Breaks)
            {
                var request = TestPeer.UpgradeText("Sec-WebSocket-Protocol: wamp.2.json");
                var injected = $"{lineBreak}{Mark}: yes{lineBreak}Set-Cookie: {Mark}=1";
                var at = request.IndexOf($"\r\n{field}: ", StringComparison.Ordinal);
                request = at >= 0
                    ? request.Insert(request.IndexOf("\r\n", at + 2, StringComparison.Ordinal), injected)
                    : request.Insert(request.Length - 2, $"{field}: https://a.example{injected}\r\n");
                await AskAsync(attacked, transport, request);
            }
        }

        foreach (var lineBreak in Breaks)
        {
            await AskAsync(attacked, transport, TestPeer.UpgradeText("Sec-WebSocket-Protocol: wamp.2.json").Replace(
                "/ws", $"/ws?{lineBreak}{Mark}: yes", StringComparison.Ordinal));
            await AskAsync(attacked, transport, TestPeer.UpgradeText($"Sec-WebSocket-Protocol: {Mark}{lineBreak}, wamp.2.{Mark}{lineBreak}"));
            await AskAsync(attacked, transport, TestPeer.UpgradeText("Sec-WebSocket-Protocol: wamp.2.json", $"Origin: https://{lineBreak}{Mark}"));
        }

        ExpectPlainLog(attacked);
        await attacked.EndAsync();
    }

    [Theory]
    [InlineData(PeerTransport.WebSocket, SerializerKind.Json)]
    [InlineData(PeerTransport.RawSocket, SerializerKind.MessagePack)]
    [InlineData(PeerTransport.WebSocket, SerializerKind.Cbor)]
    public async Task No_text_of_a_message_puts_a_line_into_the_log_or_the_close_frame(PeerTransport transport, SerializerKind serializer)
    {
        await using var attacked = await AttackedRouter.StartAsync(transport, options => options.Authenticators[TestRouter.Realm] =
        [
            new AnonymousAuthenticator(), new Riddles(), new TicketAuthenticator(new StaticUsers([])),
        ]);
        foreach (var lineBreak in Breaks)
        {
            var text = JsonValue.Create($"x{lineBreak}{Mark}: yes")!.ToJsonString().Trim('"');
            foreach (var hello in Hellos)
            {
                await using var peer = await TestPeer.ConnectAsync(attacked.Router, transport, serializer);
                await peer.SendAsync(hello.Replace("@", text, StringComparison.Ordinal), Login.Authenticate($"x{lineBreak}{Mark}"));
                await ReadToCloseAsync(peer);
            }

            foreach (var message in Messages)
            {
                await using var peer = await TestPeer.JoinAsync(attacked.Router, transport, serializer);
                await peer.SendAsync(message.Replace("@", text, StringComparison.Ordinal), TestPeer.HelloText, "[]"); // which ends it in any case
                await ReadToCloseAsync(peer);
            }

            await attacked.PlayRoundAsync();
        }

        await attacked.AttackersAsync(0);
        ExpectPlainLog(attacked);
        await attacked.EndAsync();
    }

    private static async Task AskAsync(AttackedRouter attacked, PeerTransport transport, string request)
    {
        await using var peer = await TestPeer.DialAsync(attacked.Router, transport);
        await peer.SendBytesAsync(Encoding.Latin1.GetBytes(request));
        var head = await peer.ReceiveHttpHeadAsync();
        Assert.Matches("^HTTP/1.1 (101|400|403|426) ", head);
        var lines = head.Split('\n');
        Assert.All(lines[..^1], line => Assert.EndsWith("\r", line, StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains(Mark, StringComparison.Ordinal));
    }

    private static async Task ReadToCloseAsync(TestPeer peer)
    {
        if (!peer.IsWebSocket)
        {
            peer.CloseOutput(); // all is sent
        }

        while (true)
        {
            var (kind, payload) = await peer.ReceiveFrameAsync();
            if (kind == PeerFrame.Close)
            {
                Assert.DoesNotContain(Encoding.UTF8.GetString(payload.AsSpan(2)), char.IsControl);
                return;
            }

            if (kind == PeerFrame.End)
            {
                return;
            }
        }
    }

    /// <summary>Each entry of the router's log is one line, of printable characters.</summary>
    private static void ExpectPlainLog(AttackedRouter attacked)
    {
        Assert.NotEmpty(attacked.Router.Logs.Lines);
        Assert.All(attacked.Router.Logs.Lines, line => Assert.DoesNotContain(line, char.IsControl));
    }
}
