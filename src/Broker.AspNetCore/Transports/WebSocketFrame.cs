using System.Buffers.Binary;
using System.Text.Unicode;

namespace Broker.Transports;

/// <summary>Writes the frames of a WebSocket server: whole messages, unmasked (RFC 6455 sections 5.1 and 5.2). Stateless and
/// thread-safe.</summary>
internal static class WebSocketFrame
{
    /// <summary>The longest header of a server's frame, in bytes.</summary>
    public const int MaxHeaderLength = 10;

    /// <summary>The longest payload of a close, ping or pong frame, in bytes.</summary>
    public const int MaxControlPayload = 125;

    /// <summary>How many bytes the header of a payload of <paramref name="length"/> bytes takes: 2, 4 or 10.</summary>
    public static int HeaderLength(int length) => length <= 125 ? 2 : length <= ushort.MaxValue ? 4 : 10;

    /// <summary>Writes the header of an unfragmented, unmasked frame.</summary>
    /// <param name="destination">At least <see cref="HeaderLength"/> bytes.</param>
    /// <param name="opcode">One of <see cref="WebSocketOpcode"/>.</param>
    /// <param name="length">The length of the payload that follows, in bytes.</param>
    /// <returns>The length of the header.</returns>
    public static int WriteHeader(Span<byte> destination, byte opcode, int length)
    {
        destination[0] = (byte)(0x80 | opcode);
        if (length <= 125)
        {
            destination[1] = (byte)length;
            return 2;
        }

        if (length <= ushort.MaxValue)
        {
            destination[1] = 126;
            BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)length);
            return 4;
        }

        destination[1] = 127;
        BinaryPrimitives.WriteUInt64BigEndian(destination[2..], (ulong)length);
        return 10;
    }

    /// <summary>Writes the payload of a close frame: the code, and as much of the reason as fits without breaking a character.</summary>
    /// <param name="destination">At least <see cref="MaxControlPayload"/> bytes.</param>
    /// <param name="code">The close code; <see cref="WebSocketCloseCode.NoStatusReceived"/> makes an empty payload.</param>
    /// <param name="reason">The reason, for people.</param>
    /// <returns>The length of the payload.</returns>
    public static int WriteClosePayload(Span<byte> destination, ushort code, ReadOnlySpan<char> reason)
    {
        if (code == WebSocketCloseCode.NoStatusReceived)
        {
            return 0;
        }

        BinaryPrimitives.WriteUInt16BigEndian(destination, code);
        Utf8.FromUtf16(reason, destination[sizeof(ushort)..MaxControlPayload], out _, out var written);
        return sizeof(ushort) + written;
    }
}
