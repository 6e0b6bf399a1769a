using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Broker.Transports;

/// <summary>The type of a RawSocket frame: the bits TTT of its first octet. 3 to 7 are reserved.</summary>
public enum RawSocketFrameType : byte
{
    /// <summary>One serialized WAMP message.</summary>
    Wamp = 0,

    /// <summary>Asks for a PONG with the same payload.</summary>
    Ping = 1,

    /// <summary>Answers a PING.</summary>
    Pong = 2,
}

/// <summary>
/// The header of a RawSocket frame, four octets before each payload (WAMP specification, "RawSocket Transport", framing):
/// <c>RRRRXTTT LLLLLLLL LLLLLLLL LLLLLLLL</c>. R is reserved, T the type, L the payload's length in bytes, big-endian;
/// X with L = 0 means a payload of exactly 2^24 bytes. Stateless and thread-safe.
/// </summary>
public static class RawSocketFrame
{
    /// <summary>The violation of a frame that is well-formed and longer than this side takes.</summary>
    public const string TooLong = "A RawSocket frame is longer than the announced maximum message length.";

    /// <summary>The length of a header in bytes.</summary>
    public const int HeaderLength = 4;

    private const int LargestPayload = 1 << 24;
    private const uint LengthExtension = 0x08 << 24;

    /// <summary>Writes a header.</summary>
    /// <param name="header4">Receives <see cref="HeaderLength"/> bytes.</param>
    /// <param name="type">The type of the frame.</param>
    /// <param name="length">The length of the payload that follows, 0 to 2^24 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The payload is longer than a frame can carry.</exception>
    public static void WriteHeader(Span<byte> header4, RawSocketFrameType type, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)LargestPayload, nameof(length));
        var lengthBits = length == LargestPayload ? LengthExtension : (uint)length;
        BinaryPrimitives.WriteUInt32BigEndian(header4, ((uint)type << 24) | lengthBits);
    }

    /// <summary>Reads a header and refuses what the specification forbids (RAW-08 to RAW-10, RAW-14, RAW-15).</summary>
    /// <param name="header4">At least <see cref="HeaderLength"/> bytes.</param>
    /// <param name="limit">The longest payload this side takes, in bytes; PING and PONG count like messages.</param>
    /// <param name="type">The type of the frame.</param>
    /// <param name="length">The length of its payload in bytes.</param>
    /// <param name="violation">One sentence on what is wrong, if the result is false: the connection must then fail.</param>
    public static bool TryReadHeader(
        ReadOnlySpan<byte> header4, int limit, out RawSocketFrameType type, out int length, [NotNullWhen(false)] out string? violation)
    {
        var word = BinaryPrimitives.ReadUInt32BigEndian(header4);
        type = (RawSocketFrameType)((word >> 24) & 0x07);
        length = (int)(word & 0x00FF_FFFF);
        violation = null;
        if ((word & LengthExtension) != 0)
        {
            violation = length != 0 ? "A RawSocket frame sets the length extension bit together with length bits." : null;
            length = LargestPayload;
        }

        if ((word & 0xF000_0000) != 0)
        {
            violation = "A RawSocket frame sets reserved bits.";
        }
        else if (type > RawSocketFrameType.Pong)
        {
            violation = "A RawSocket frame is of a reserved type.";
        }
        else if (violation is null && length > limit)
        {
            violation = TooLong;
        }
        else if (length == 0 && type == RawSocketFrameType.Wamp)
        {
            violation = "A RawSocket frame carries an empty message.";
        }

        return violation is null;
    }
}
