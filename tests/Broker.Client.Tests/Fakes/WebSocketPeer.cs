using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.Client;

internal sealed class WebSocketPeer(WebSocket socket, WampSubprotocol subprotocol) : FakePeer(subprotocol.Serializer)
{
    private readonly WebSocketMessageType _type = subprotocol.Serializer == SerializerKind.Json ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
    private readonly BatchFraming _framing = new(subprotocol.Serializer);
    private readonly Queue<byte[]> _batch = new();

    public WebSocket Socket => socket;

    public static async Task<FakePeer> AcceptAsync(NetworkStream stream, WampSubprotocol subprotocol)
    {
        var head = await ReadHeadAsync(stream).Soon();
        var plain = WampSubprotocol.NameOf(subprotocol.Serializer);
        var offered = subprotocol.IsBatched ? $"{subprotocol.Name}, {plain}" : plain;
        Assert.Contains($"Sec-WebSocket-Protocol: {offered}\r\n", head, StringComparison.Ordinal);
        await AnswerAsync(stream, head, $"Sec-WebSocket-Protocol: {subprotocol.Name}\r\n");
        return new WebSocketPeer(WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true }), subprotocol);
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

    public override Task SendBytesAsync(byte[] message) => subprotocol.IsBatched ? SendBatchAsync(message) : SendBytesAsync(message, _type);

    /// <summary>Sends messages as one batch.</summary>
    public async Task SendBatchAsync(params byte[][] messages)
    {
        using var batch = new ByteBuffer();
        foreach (var message in messages)
        {
            batch.Advance(_framing.WriteHeader(batch.GetSpan(_framing.HeaderLength), message.Length));
            batch.Append(message);
            batch.Advance(_framing.WriteTrailer(batch.GetSpan(_framing.TrailerLength)));
        }

        await SendWholeAsync(batch.Written.ToArray());
    }

    /// <summary>Sends a WebSocket message of any content.</summary>
    public Task SendWholeAsync(byte[] content) => SendBytesAsync(content, _type);

    public Task SendBytesAsync(byte[] message, WebSocketMessageType type) => socket.SendAsync(message, type, endOfMessage: true, CancellationToken.None);

    public override ValueTask DisposeAsync()
    {
        socket.Abort();
        socket.Dispose();
        return default;
    }

    protected override async Task<byte[]?> ReceiveBytesAsync()
    {
        if (!subprotocol.IsBatched)
            return await ReceiveWholeAsync();

        if (_batch.Count == 0)
        {
            if (await ReceiveWholeAsync() is not { } batch)
                return null;
            Split(batch).ForEach(_batch.Enqueue);
        }

        return _batch.Dequeue();
    }

    /// <summary>The messages of a batch.</summary>
    public List<byte[]> Split(ReadOnlySpan<byte> batch)
    {
        var messages = new List<byte[]>();
        do
        {
            Assert.True(_framing.TryTake(ref batch, out var message, out var violation), violation);
            messages.Add(message.ToArray());
        }
        while (!batch.IsEmpty);

        return messages;
    }

    /// <summary>The next WebSocket message as it comes; null at the end of the connection.</summary>
    public async Task<byte[]?> ReceiveWholeAsync()
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
