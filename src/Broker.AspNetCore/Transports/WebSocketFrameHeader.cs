using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Broker.Transports;

/// <summary>
/// The header of a frame from a client, with every check that needs no other frame (RFC 6455 sections 5.1, 5.2 and 5.5):
/// <c>FIN RSV1 RSV2 RSV3 opcode(4) | MASK length(7) | extended length (0, 2 or 8 octets, big-endian) | masking key (4 octets)</c>.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct WebSocketFrameHeader
{
    /// <summary>The longest header of a client's frame, in bytes.</summary>
    public const int MaxSize = 14;

    private const int KnownOpcodes = 0b0000_0111_0000_0111;

    private WebSocketFrameHeader(byte first, int size, long length, uint key)
    {
        (Final, Opcode, Size, Length, Key) = ((first & 0x80) != 0, (byte)(first & 0x0F), size, length, key);
    }

    /// <summary>Whether the frame is the last of its message.</summary>
    public bool Final { get; }

    /// <summary>One of <see cref="WebSocketOpcode"/>.</summary>
    public byte Opcode { get; }

    /// <summary>The length of the header itself, masking key included, in bytes.</summary>
    public int Size { get; }

    /// <summary>The length of the payload in bytes.</summary>
    public long Length { get; }

    /// <summary>The masking key as <see cref="FrameMask"/> wants it; 0 while not all <see cref="Size"/> bytes of the header are
    /// there.</summary>
    public uint Key { get; }

    /// <summary>Whether this is a close, ping or pong frame.</summary>
    public bool IsControl => Opcode >= WebSocketOpcode.Close;

    /// <summary>Reads a header as soon as its length field is there, so that a frame is refused before its masking key arrives.</summary>
    /// <param name="bytes">The first bytes of the frame: all there are, or at least <see cref="MaxSize"/>.</param>
    /// <param name="header">The header, if the result is true.</param>
    /// <param name="violation">If the result is false: one sentence on what is wrong, or null when more bytes are needed.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out WebSocketFrameHeader header, out string? violation)
    {
        header = default;
        violation = null;
        if (bytes.Length < 2)
        {
            return false;
        }

        var (first, second) = (bytes[0], bytes[1]);
        violation = Check(first, second);
        if (violation is not null)
        {
            return false;
        }

        var size = 6;
        long length = second & 0x7F;
        if (length >= 126)
        {
            size = length == 126 ? 8 : 14;
            if (bytes.Length < size - sizeof(uint))
            {
                return false;
            }

            length = size == 8 ? BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) : BinaryPrimitives.ReadInt64BigEndian(bytes[2..]);
            if (length < (size == 8 ? 126 : 65536))
            {
                violation = length < 0
                    ? "A frame has a length with the most significant bit set."
                    : "A frame does not encode its length in the fewest octets.";
                return false;
            }
        }

        var key = bytes.Length >= size ? MemoryMarshal.Read<uint>(bytes[(size - sizeof(uint))..]) : 0;
        header = new WebSocketFrameHeader(first, size, length, key);
        return true;
    }

    private static string? Check(byte first, byte second)
    {
        if ((first & 0x70) != 0)
        {
            return "A frame sets a reserved bit, but no extension was negotiated.";
        }

        if (((KnownOpcodes >> (first & 0x0F)) & 1) == 0)
        {
            return "A frame has a reserved opcode.";
        }

        if ((second & 0x80) == 0)
        {
            return "A frame from the client is not masked.";
        }

        if ((first & 0x08) != 0)
        {
            return (first & 0x80) == 0 ? "A control frame is fragmented."
                : (second & 0x7F) > WebSocketFrame.MaxControlPayload ? "A control frame is longer than 125 bytes."
                : null;
        }

        return null;
    }
}
