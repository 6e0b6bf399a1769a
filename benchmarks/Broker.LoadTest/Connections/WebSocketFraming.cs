using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Broker.Serialization;
using Broker.Transports;

namespace Broker.LoadTest.Connections;

/// <summary>The client's side of WebSocket (RFC 6455), so that many messages leave in one write and none allocates.</summary>
internal sealed class WebSocketFraming(RouterAddress address, SerializerKind serializer) : IFraming
{
    private const int Final = 0x80;
    private const int Masked = 0x80;
    private const int Text = 1;
    private const int Binary = 2;
    private const int Close = 8;
    private const int Ping = 9;
    private const int Pong = 10;
    private const int LargestMessage = 16 * 1024 * 1024;
    private const int LargestAnswer = 16 * 1024;

    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
    private uint _mask = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
    private ByteBuffer? _fragments;
    private bool _isInsideMessage;

    public void WriteOpening(ByteBuffer target)
    {
        var host = address.Host.Contains(':', StringComparison.Ordinal) ? $"[{address.Host}]" : address.Host;
        target.Append(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"GET {address.Path} HTTP/1.1\r\nHost: {host}:{address.Port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {_key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {WampSubprotocol.NameOf(serializer)}\r\n\r\n")));
    }

    public int ReadOpening(ReadOnlySpan<byte> received)
    {
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return received.Length <= LargestAnswer ? 0 : throw new Fault("The router answers the WebSocket handshake with more than 16 KiB of headers.");
        }

        var lines = Encoding.Latin1.GetString(received[..end]).Split("\r\n");
        var status = lines[0].Split(' ', 3);
        if (status.Length < 2 || status[1] != "101")
        {
            throw new Fault($"The router refuses the WebSocket with '{lines[0]}': check the path in --url.");
        }

        Require(lines, "Sec-WebSocket-Accept", ExpectedAccept());
        Require(lines, "Sec-WebSocket-Protocol", WampSubprotocol.NameOf(serializer));
        return end + 4;
    }

    public void WriteMessage(ByteBuffer target, ReadOnlySpan<byte> message) =>
        Write(target, serializer == SerializerKind.Json ? Text : Binary, message);

    public void WritePong(ByteBuffer target, ReadOnlySpan<byte> payload) => Write(target, Pong, payload);

    public int ReadFrame(ReadOnlySpan<byte> received, out FrameKind kind, out ReadOnlySpan<byte> payload)
    {
        kind = FrameKind.Incomplete;
        payload = default;
        if (!TryReadHeader(received, out var header, out var length) || received.Length < header + length)
        {
            return 0;
        }

        payload = received.Slice(header, length);
        var opcode = received[0] & 0x0F;
        kind = opcode switch
        {
            Close => FrameKind.Close,
            Ping => FrameKind.Ping,
            Pong => FrameKind.Pong,
            _ => ReadData(opcode, (received[0] & Final) != 0, ref payload),
        };
        return header + length;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> received, out int header, out int length)
    {
        (header, length) = (2, 0);
        if (received.Length < 2)
        {
            return false;
        }

        if ((received[1] & Masked) != 0 || (received[0] & 0x70) != 0)
        {
            throw new WampProtocolException("The router masks a WebSocket frame or sets reserved bits.");
        }

        long announced = received[1];
        header = announced switch { 126 => 4, 127 => 10, _ => 2 };
        if (received.Length < header)
        {
            return false;
        }

        announced = announced switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(received[2..]),
            127 => BinaryPrimitives.ReadInt64BigEndian(received[2..]),
            _ => announced,
        };
        if (announced is < 0 or > LargestMessage)
        {
            throw new WampProtocolException("The router sends a WebSocket frame of more than 16 MiB.");
        }

        length = (int)announced;
        return true;
    }

    /// <summary>Most messages are one frame; the others are put together.</summary>
    private FrameKind ReadData(int opcode, bool isFinal, ref ReadOnlySpan<byte> payload)
    {
        if (opcode > Binary || (opcode == 0) != _isInsideMessage)
        {
            throw new WampProtocolException("The router sends a WebSocket frame that must not come here.");
        }

        _isInsideMessage = !isFinal;
        if (isFinal && opcode != 0)
        {
            return FrameKind.Message;
        }

        _fragments ??= new ByteBuffer();
        if (opcode != 0)
        {
            _fragments.Clear();
        }

        _fragments.Append(payload);
        if (_fragments.Count > LargestMessage)
        {
            throw new WampProtocolException("The router sends a message of more than 16 MiB.");
        }

        payload = _fragments.Written;
        return isFinal ? FrameKind.Message : FrameKind.Incomplete;
    }

    private void Write(ByteBuffer target, int opcode, ReadOnlySpan<byte> payload)
    {
        // RFC 6455 wants masks that no script in a browser can foresee. There is none here: a cheap sequence does.
        _mask = (_mask * 1664525) + 1013904223;
        var header = payload.Length switch { < 126 => 6, <= ushort.MaxValue => 8, _ => 14 };
        var frame = target.GetSpan(header + payload.Length);
        frame[0] = (byte)(Final | opcode);
        switch (header)
        {
            case 6:
                frame[1] = (byte)(Masked | payload.Length);
                break;
            case 8:
                frame[1] = Masked | 126;
                BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)payload.Length);
                break;
            default:
                frame[1] = Masked | 127;
                BinaryPrimitives.WriteInt64BigEndian(frame[2..], payload.Length);
                break;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(frame[(header - 4)..], _mask);
        Mask(payload, frame[header..], _mask);
        target.Advance(header + payload.Length);
    }

    private static void Mask(ReadOnlySpan<byte> payload, Span<byte> target, uint mask)
    {
        var mask64 = ((ulong)mask << 32) | mask;
        var i = 0;
        for (; i <= payload.Length - sizeof(ulong); i += sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(target[i..], BinaryPrimitives.ReadUInt64LittleEndian(payload[i..]) ^ mask64);
        }

        for (; i < payload.Length; i++)
        {
            target[i] = (byte)(payload[i] ^ (mask >> (8 * (i & 3))));
        }
    }

    private string ExpectedAccept() => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(_key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));

    private static void Require(string[] lines, string name, string expected)
    {
        foreach (var line in lines)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line.AsSpan(0, colon).Equals(name, StringComparison.OrdinalIgnoreCase) && line.AsSpan(colon + 1).Trim().SequenceEqual(expected))
            {
                return;
            }
        }

        throw new Fault($"The router's answer to the WebSocket handshake has no '{name}: {expected}': it is no WAMP router, or does not speak this --serializer.");
    }
}
