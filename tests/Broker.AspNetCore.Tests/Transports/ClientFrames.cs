using System.Buffers.Binary;
using System.Text;

namespace Broker.Transports;

/// <summary>Builds the bytes that a WebSocket client sends, well-formed or not.</summary>
internal static class ClientFrames
{
    private static readonly byte[] Mask = [0x37, 0xFA, 0x21, 0x3D];

    public static byte[] Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    public static byte[] Text(ReadOnlySpan<byte> payload) => Frame(WebSocketOpcode.Text, payload);

    public static byte[] Binary(ReadOnlySpan<byte> payload) => Frame(WebSocketOpcode.Binary, payload);

    public static byte[] Ping(ReadOnlySpan<byte> payload) => Frame(WebSocketOpcode.Ping, payload);

    public static byte[] Pong(ReadOnlySpan<byte> payload) => Frame(WebSocketOpcode.Pong, payload);

    public static byte[] Close(ushort code, ReadOnlySpan<byte> reason) =>
        Frame(WebSocketOpcode.Close, [(byte)(code >> 8), (byte)code, .. reason]);

    /// <summary>A data frame that is not the last of its message.</summary>
    public static byte[] Start(byte opcode, ReadOnlySpan<byte> payload) => Frame(opcode, fin: false, rsv: 0, payload, Mask);

    public static byte[] Middle(ReadOnlySpan<byte> payload) => Frame(WebSocketOpcode.Continuation, fin: false, rsv: 0, payload, Mask);

    public static byte[] Last(ReadOnlySpan<byte> payload) => Frame(WebSocketOpcode.Continuation, payload);

    /// <summary>A complete, masked frame.</summary>
    public static byte[] Frame(byte opcode, ReadOnlySpan<byte> payload) => Frame(opcode, fin: true, rsv: 0, payload, Mask);

    /// <summary>Any frame. The length takes the fewest octets; <paramref name="mask"/> is four bytes, or null for an unmasked
    /// frame.</summary>
    public static byte[] Frame(byte opcode, bool fin, int rsv, ReadOnlySpan<byte> payload, byte[]? mask)
    {
        var frame = Header(opcode, fin, rsv, (ulong)payload.Length, mask);
        var start = frame.Length;
        Array.Resize(ref frame, start + payload.Length);
        for (var i = 0; i < payload.Length; i++)
        {
            frame[start + i] = (byte)(payload[i] ^ (mask is null ? 0 : mask[i % 4]));
        }

        return frame;
    }

    /// <summary>A header alone, which may promise any length; <paramref name="lengthOctets"/> forces the size of the extended length (0,
    /// 2, 8).</summary>
    public static byte[] Header(byte opcode, bool fin, int rsv, ulong length, byte[]? mask, int? lengthOctets = null)
    {
        var octets = lengthOctets ?? (length < 126 ? 0 : length < 65536 ? 2 : 8);
        var extended = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(extended, length);
        var length7 = octets switch { 0 => (byte)length, 2 => (byte)126, _ => (byte)127 };
        return
        [
            (byte)((fin ? 0x80 : 0) | (rsv << 4) | opcode),
            (byte)((mask is null ? 0 : 0x80) | length7),
            .. extended[(8 - octets)..],
            .. mask ?? [],
        ];
    }

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];
}
