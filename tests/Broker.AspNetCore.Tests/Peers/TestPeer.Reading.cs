using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.Peers;

/// <content>Reads bytes and frames.</content>
internal sealed partial class TestPeer
{
    private readonly Queue<byte[]> _batch = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>Reads one frame, or the next message of a batch.</summary>
    public async Task<(PeerFrame Kind, byte[] Payload)> ReceiveFrameAsync()
    {
        if (_batch.TryDequeue(out var message))
        {
            return Received(PeerFrame.Message, message);
        }

        var (kind, payload) = await ReceiveWholeFrameAsync();
        if (kind != PeerFrame.Message || !IsBatched)
        {
            return Received(kind, payload);
        }

        Batch.Split(Serializer, payload).ForEach(_batch.Enqueue);
        return Received(PeerFrame.Message, _batch.Dequeue());
    }

    /// <summary>Reads one frame as it comes: a batch in one piece.</summary>
    public async Task<(PeerFrame Kind, byte[] Payload)> ReceiveWholeFrameAsync()
    {
        var head = await ReadAsync(2, orEnd: true);
        if (head.Length == 0)
        {
            return (PeerFrame.End, []);
        }

        var (kind, length) = IsWebSocket ? await ReadWebSocketHeadAsync(head) : await ReadRawSocketHeadAsync(head);
        return (kind, await ReadAsync(length));
    }

    /// <summary>Reads bytes as they come.</summary>
    public Task<byte[]> ReceiveBytesAsync(int count) => ReadAsync(count);

    /// <summary>Reads an HTTP response up to the empty line.</summary>
    public Task<string> ReceiveHttpHeadAsync() => ReceiveThroughAsync("\r\n\r\n");

    /// <summary>Reads ASCII text up to and including <paramref name="mark"/>.</summary>
    public async Task<string> ReceiveThroughAsync(string mark)
    {
        var text = new StringBuilder();
        while (text.Length < mark.Length || text.ToString(text.Length - mark.Length, mark.Length) != mark)
        {
            text.Append((char)(await ReadAsync(1))[0]);
        }

        _received.Enqueue(text.ToString());
        return text.ToString();
    }

    private async Task<(PeerFrame Kind, int Length)> ReadWebSocketHeadAsync(byte[] head)
    {
        var length = head[1] & 0x7F;
        if (length == 126)
        {
            length = BinaryPrimitives.ReadUInt16BigEndian(await ReadAsync(2));
        }
        else if (length == 127)
        {
            length = (int)BinaryPrimitives.ReadUInt64BigEndian(await ReadAsync(8));
        }

        var message = 0x80 | (Serializer == SerializerKind.Json ? WebSocketOpcode.Text : WebSocketOpcode.Binary);
        if ((head[1] & 0x80) != 0)
        {
            throw Failure("The router masked a frame");
        }

        var kind = head[0] == message ? PeerFrame.Message : head[0] switch
        {
            0x88 => PeerFrame.Close,
            0x89 => PeerFrame.Ping,
            0x8A => PeerFrame.Pong,
            _ => throw Failure(string.Create(CultureInfo.InvariantCulture, $"A frame begins with {head[0]:X2}")),
        };
        return (kind, length);
    }

    private async Task<(PeerFrame Kind, int Length)> ReadRawSocketHeadAsync(byte[] head)
    {
        var rest = await ReadAsync(2);
        var length = (head[1] << 16) | (rest[0] << 8) | rest[1];
        var kind = head[0] switch
        {
            0 or 8 => PeerFrame.Message,
            1 => PeerFrame.Ping,
            2 => PeerFrame.Pong,
            _ => throw Failure(string.Create(CultureInfo.InvariantCulture, $"A frame begins with {head[0]:X2}")),
        };
        return (kind, head[0] == 8 ? 1 << 24 : length);
    }

    private async Task<byte[]> ReadAsync(int count, bool orEnd = false)
    {
        var bytes = new byte[count];
        var read = 0;
        while (read < count)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, await ReadSomeAsync());
                if (_end == 0)
                {
                    return orEnd && read == 0 ? [] : throw Failure("The connection ended inside a frame");
                }
            }

            var part = Math.Min(count - read, _end - _start);
            _buffer.AsSpan(_start, part).CopyTo(bytes.AsSpan(read));
            (_start, read) = (_start + part, read + part);
        }

        return bytes;
    }

    private async Task<int> ReadSomeAsync() => await WithinLimitAsync(
        async token =>
        {
            try
            {
                return await _stream.ReadAsync(_buffer, token);
            }
            catch (IOException)
            {
                return 0; // reset: an end as good as any, where one is expected
            }
        },
        "Nothing more came");
}
