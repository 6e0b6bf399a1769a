using System.Text;
using System.Text.Json;
using Broker.Peers;
using Broker.Serialization;

namespace Broker.Attacks;

/// <summary>Attacks with what a message says: too deep, too many keys, lengths that are not there, ids that no session can have come to.</summary>
[Collection(nameof(Alone))]
public sealed class MessageAttackTests
{
    private const string Violation = "wamp.error.protocol_violation";
    private const int Keys = 50_000; // nearly the longest message

    public static MatrixTheoryData<PeerTransport, SerializerKind> Peers { get; } =
        new([PeerTransport.WebSocket, PeerTransport.RawSocket], Enum.GetValues<SerializerKind>());

    [Theory]
    [MemberData(nameof(Peers))]
    public async Task Values_that_are_nested_64_levels_deep_end_the_session(PeerTransport transport, SerializerKind serializer)
    {
        await using var attacked = await AttackedRouter.StartAsync(transport);
        foreach (var message in (string[])
            [
                """[16,1,{},"com.example.topic",["@"]]""", """[16,1,{},"com.example.topic",[],{"a":"@"}]""", """[16,1,{"a":"@"},"com.example.topic"]""",
                """[48,1,{},"com.example.procedure",["@"]]""", """[32,1,{"a":"@"},"com.example.topic"]""", """[6,{"a":"@"},"wamp.close.close_realm"]""",
                """[70,1,{},["@"]]""", """[300,"@"]""",
            ])
        {
            foreach (var (levels, isDict) in ((int, bool)[])[(64, false), (64, true), (100_000, false)])
            {
                await using var peer = await TestPeer.JoinAsync(attacked.Router, transport, serializer);
                await peer.SendBytesAsync(peer.FrameBytes(Nest(peer, message, levels, isDict)));
                Assert.Contains("nested deeper than 32 levels", await peer.ExpectAbortAsync(Violation), StringComparison.Ordinal);
                await peer.ExpectCloseAsync(1002);
            }

            await attacked.PlayRoundAsync();
        }

        await TestRouter.WaitUntilAsync(
            () => attacked.Router.Logs.Endings.Count(ending => ending.Contains("nested_too_deep", StringComparison.Ordinal)) == 24,
            () => string.Join('\n', attacked.Router.Logs.Endings));
        await using (var peer = await TestPeer.JoinAsync(attacked.Router, transport, serializer))
        {
            await peer.SendBytesAsync(peer.FrameBytes(Nest(peer, """[16,1,{"acknowledge":true},"com.example.topic",["@"]]""", levels: 30, isDict: false)));
            await peer.ExpectAsync("[17,1,*]");
        }

        await attacked.EndAsync();
    }

    [Theory]
    [MemberData(nameof(Peers))]
    public async Task Dicts_of_ten_thousands_of_keys_are_carried_or_refused_and_nothing_of_them_stays(PeerTransport transport, SerializerKind serializer)
    {
        await using var attacked = await AttackedRouter.StartAsync(transport);
        await using (var peer = await TestPeer.JoinAsync(attacked.Router, transport, serializer))
        await using (var other = await TestPeer.JoinAsync(attacked.Router, transport, (SerializerKind)(((int)serializer + 1) % 3)))
        {
            await other.SendAsync("""[32,1,{},"com.example.topic"]""");
            await other.ExpectAsync("[33,1,*]");
            var keys = string.Join(',', Enumerable.Range(0, Keys).Select(i => $"\"key{i:D6}\":{i % 7}"));
            await attacked.DuringAsync(PublishAllAsync());

            await peer.SendBytesAsync(peer.FrameBytes(Repeat(peer, $"[16,21,{{{keys},\"yek000000\":1}},\"com.example.topic\"]")));
            await peer.ExpectAbortAsync(Violation); // a key is there twice
            await peer.ExpectCloseAsync(1002);

            async Task PublishAllAsync()
            {
                for (var i = 1; i < 20; i += 2)
                {
                    await PublishAsync(i);
                    Assert.Equal(0, attacked.Router.Context.OutboundBudget.Held.Value);
                }
            }

            async Task PublishAsync(int request)
            {
                await peer.SendAsync($"[16,{request},{{\"acknowledge\":true}},\"com.example.topic\",[],{{{keys}}}]");
                await peer.ExpectAsync($"[17,{request},*]");
                var (kind, received) = await other.ReceiveWholeFrameAsync();
                Assert.Equal(PeerFrame.Message, kind);
                using var message = JsonDocument.Parse(other.Decode(received));
                Assert.Equal(Keys, message.RootElement[5].EnumerateObject().Count());
                await peer.SendAsync($"[16,{request + 1},{{\"acknowledge\":true,{keys}}},\"com.example.topic\"]");
                await peer.ExpectAsync($"[17,{request + 1},*]");
                await other.ExpectAsync("[36,*]");
            }
        }

        await attacked.EndAsync();
    }

    [Theory]
    [InlineData(SerializerKind.MessagePack, "DDFFFFFFFF")]
    [InlineData(SerializerKind.MessagePack, "DFFFFFFFFF")]
    [InlineData(SerializerKind.MessagePack, "DBFFFFFFFF")]
    [InlineData(SerializerKind.MessagePack, "C6FFFFFFFF")]
    [InlineData(SerializerKind.Cbor, "9BFFFFFFFFFFFFFFFF")]
    [InlineData(SerializerKind.Cbor, "BB7FFFFFFFFFFFFFFF")]
    [InlineData(SerializerKind.Cbor, "7BFFFFFFFFFFFFFFFF")]
    [InlineData(SerializerKind.Cbor, "5A7FFFFFFF")]
    [InlineData(SerializerKind.Cbor, "BF")]
    [InlineData(SerializerKind.Cbor, "7F")]
    public async Task Sizes_that_are_not_there_end_the_session_and_take_no_memory(SerializerKind serializer, string head)
    {
        await using var attacked = await AttackedRouter.StartAsync();
        foreach (var message in (string[])
            ["""[16,1,{},"com.example.topic",["@"]]""", """[16,1,{},"com.example.topic",[],{"a":"@"}]""", """[16,1,{"a":"@"},"com.example.topic"]""", """[32,1,{},"@"]"""])
        {
            foreach (var transport in (PeerTransport[])[PeerTransport.WebSocket, PeerTransport.RawSocket])
            {
                await using var peer = await TestPeer.JoinAsync(attacked.Router, transport, serializer);
                await attacked.HoldsAsync(512 * 1024, async () =>
                {
                    await peer.SendBytesAsync(peer.FrameBytes(Put(peer, message, Convert.FromHexString(head))));
                    await peer.ExpectAbortAsync(Violation);
                });
                await peer.ExpectCloseAsync(1002);
            }
        }

        await attacked.EndAsync();
    }

    [Theory]
    [MemberData(nameof(Peers))]
    public async Task Request_ids_that_jump_repeat_or_are_used_up_end_the_session(PeerTransport transport, SerializerKind serializer)
    {
        string[] requests =
        [
            """[16,@,{"acknowledge":true},"com.example.topic"]""", """[32,@,{},"com.example.topic"]""", "[34,@,1]",
            """[64,@,{},"com.example.procedure"]""", "[66,@,1]", """[48,@,{},"com.example.procedure"]""",
        ];
        string[] ids = ["0", "1", "3", "9007199254740991", "9007199254740992", "9223372036854775808", "18446744073709551615", "-1", "2.0"];
        await using var attacked = await AttackedRouter.StartAsync(transport);
        foreach (var request in requests)
        {
            foreach (var id in ids)
            {
                await using var peer = await TestPeer.JoinAsync(attacked.Router, transport, serializer);
                await peer.SendAsync("""[32,1,{},"com.example.first"]""", request.Replace("@", id, StringComparison.Ordinal));
                await peer.ExpectAsync("[33,1,*]");
                await peer.ExpectAbortAsync(Violation);
                await peer.ExpectCloseAsync(1002);
            }

            await attacked.PlayRoundAsync();
        }

        Assert.All(attacked.Endings, line => Assert.Contains("ended: protocol_violation.", line, StringComparison.Ordinal));
        await attacked.EndAsync();
    }

    /// <summary>The message with lists, or dicts of one key, inside each other in the place of "@".</summary>
    private static byte[] Nest(TestPeer peer, string message, int levels, bool isDict)
    {
        var (list, dict, end, close) = peer.Serializer switch
        {
            SerializerKind.Json => ("["u8.ToArray(), "{\"a\":"u8.ToArray(), "]"u8.ToArray(), "}"u8.ToArray()),
            SerializerKind.MessagePack => ([0x91], [0x81, 0xA1, (byte)'a'], [], []),
            _ => ((byte[])[0x81], (byte[])[0xA1, 0x61, (byte)'a'], (byte[])[], (byte[])[]),
        };
        var open = isDict ? dict : list;
        var shut = isDict ? close : end;
        return Put(peer, message, [.. Enumerable.Repeat(open, levels).SelectMany(one => one), .. peer.Encode("1"), .. Enumerable.Repeat(shut, levels).SelectMany(one => one)]);
    }

    private static byte[] Put(TestPeer peer, string message, byte[] value)
    {
        var mark = peer.Encode("\"@\"");
        var encoded = peer.Encode(message);
        var at = encoded.AsSpan().IndexOf(mark);
        return [.. encoded[..at], .. value, .. encoded[(at + mark.Length)..]];
    }

    /// <summary>The message with its key yek000000 made a second key000000, which no encoder would write.</summary>
    private static byte[] Repeat(TestPeer peer, string message)
    {
        var encoded = peer.Encode(message);
        var at = encoded.AsSpan().IndexOf("yek000000"u8);
        Encoding.ASCII.GetBytes("key000000").CopyTo(encoded, at);
        return encoded;
    }
}
