using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.Client;

internal sealed class WebSocketPeer(WebSocket socket, SerializerKind serializer) : FakePeer(serializer)
{
    private readonly WebSocketMessageType _type = serializer == SerializerKind.Json ? WebSocketMessageType.Text : WebSocketMessageType.Binary;

    public WebSocket Socket => socket;

    public static async Task<FakePeer> AcceptAsync(NetworkStream stream, SerializerKind serializer)
    {
        var head = await ReadHeadAsync(stream).Soon();
        Assert.Contains($"Sec-WebSocket-Protocol: {WampSubprotocol.NameOf(serializer)}\r\n", head, StringComparison.Ordinal);
        await AnswerAsync(stream, head, $"Sec-WebSocket-Protocol: {WampSubprotocol.NameOf(serializer)}\r\n");
        return new WebSocketPeer(WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true }), serializer);
    }

    public static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var octet = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(octet);
            head.Append((char)octet[0]);
        }

        return head.ToString();
    }

    public static async Task AnswerAsync(NetworkStream stream, string head, string moreHeaders)
    {
        var key = head.Split("\r\n").Single(line => line.StartsWith("Sec-WebSocket-Key: ", StringComparison.OrdinalIgnoreCase))[19..];
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
        var answer = $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n{moreHeaders}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
    }

    public override Task SendBytesAsync(byte[] message) => SendBytesAsync(message, _type);

    public Task SendBytesAsync(byte[] message, WebSocketMessageType type) => socket.SendAsync(message, type, endOfMessage: true, CancellationToken.None);

    public override ValueTask DisposeAsync()
    {
        socket.Abort();
        socket.Dispose();
        return default;
    }

    protected override async Task<byte[]?> ReceiveBytesAsync()
    {
        using var message = new MemoryStream();
        var part = new byte[4096];
        while (true)
        {
            WebSocketReceiveResult received;
            try
            {
                received = await socket.ReceiveAsync(part, CancellationToken.None);
            }
            catch (WebSocketException)
            {
                return null;
            }

            if (received.MessageType == WebSocketMessageType.Close)
                return null;
            Assert.Equal(_type, received.MessageType);
            message.Write(part, 0, received.Count);
            if (received.EndOfMessage)
                return message.ToArray();
        }
    }
}
