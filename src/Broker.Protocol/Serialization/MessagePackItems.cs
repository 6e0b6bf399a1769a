using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Broker.Serialization;

/// <summary>
/// The values of MessagePack as its spec.md lays them out: each method takes a position and moves it, and keeps no state.
/// </summary>
internal static class MessagePackItems
{
    /// <summary>In <see cref="ScalarWidths"/>: no scalar; <see cref="ReadSized"/> takes or refuses it.</summary>
    public const byte Sized = S;

    private const byte S = 255;

    /// <summary>
    /// What follows each of the bytes 0xc0 to 0xdf: so many bytes of a scalar, or a size and content, or nothing that may be read.
    /// </summary>
    public static ReadOnlySpan<byte> ScalarWidths =>
    [
        0, S, 0, 0, S, S, S, S, S, S, 4, 8, 1, 2, 4, 8, // nil (never used) false true bin8..32 ext8..32 float32 float64 uint8..64
        1, 2, 4, 8, S, S, S, S, S, S, S, S, S, S, S, S, // int8..64 fixext1..16 str8..32 array16 array32 map16 map32
    ];

    public static ReadOnlySpan<byte> ReadKeyText(ReadOnlySpan<byte> source, scoped ref int position)
    {
        var start = position;
        var code = ReadByte(source, ref position);
        if (code is not ((>= 0xa0 and <= 0xbf) or (>= 0xd9 and <= 0xdb)))
        {
            MalformedInput.ThrowKeyIsNoString(start);
        }

        ReadSized(source, code, ref position, out var size);
        return source.Slice(position - size, size);
    }

    /// <summary>
    /// Reads what starts with a size. Behind it, <paramref name="position"/> is behind the content of a string or binary, and behind the
    /// header of a container. The size is held against the bytes that are there, so that no input makes anybody loop or reserve for more.
    /// </summary>
    public static TokenType ReadSized(ReadOnlySpan<byte> source, int code, ref int position, out int size)
    {
        long declared;
        TokenType type;
        switch (code)
        {
            case < 0x90: type = TokenType.Dict; declared = code & 0x0f; break;                 // fixmap 1000xxxx
            case < 0xa0: type = TokenType.List; declared = code & 0x0f; break;                 // fixarray 1001xxxx
            case < 0xc0: type = TokenType.String; declared = code & 0x1f; break;               // fixstr 101xxxxx
            case 0xc4: type = TokenType.Binary; declared = ReadByte(source, ref position); break;
            case 0xc5: type = TokenType.Binary; declared = ReadUInt16(source, ref position); break;
            case 0xc6: type = TokenType.Binary; declared = ReadUInt32(source, ref position); break;
            case 0xd9: type = TokenType.String; declared = ReadByte(source, ref position); break;
            case 0xda: type = TokenType.String; declared = ReadUInt16(source, ref position); break;
            case 0xdb: type = TokenType.String; declared = ReadUInt32(source, ref position); break;
            case 0xdc: type = TokenType.List; declared = ReadUInt16(source, ref position); break;
            case 0xdd: type = TokenType.List; declared = ReadUInt32(source, ref position); break;
            case 0xde: type = TokenType.Dict; declared = ReadUInt16(source, ref position); break;
            case 0xdf: type = TokenType.Dict; declared = ReadUInt32(source, ref position); break;
            default:
                // 0xc1 is never used; 0xc7..0xc9 and 0xd4..0xd8 are extension types, which no other serializer can carry
                MalformedInput.ThrowUnsupported(code == 0xc1 ? "The reserved byte 0xc1" : "A MessagePack extension type", position - 1);
                goto case 0xc4;
        }

        // A dict needs two bytes per key at least, everything else one per unit of its size.
        if ((type == TokenType.Dict ? declared * 2 : declared) > source.Length - position)
        {
            MalformedInput.ThrowTooLong(position);
        }

        size = (int)declared;
        if (type == TokenType.String)
        {
            if (!Utf8.IsValid(source.Slice(position, size)))
            {
                MalformedInput.ThrowInvalidUtf8(position);
            }

            position += size;
        }
        else if (type == TokenType.Binary)
        {
            position += size;
        }

        return type;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ReadByte(ReadOnlySpan<byte> source, ref int position)
    {
        var at = position;
        if ((uint)at >= (uint)source.Length)
        {
            MalformedInput.ThrowEndsEarly();
        }

        position = at + 1;
        return source[at];
    }

    private static int ReadUInt16(ReadOnlySpan<byte> source, ref int position)
    {
        if (source.Length - position < 2)
        {
            MalformedInput.ThrowEndsEarly();
        }

        position += 2;
        return BinaryPrimitives.ReadUInt16BigEndian(source[(position - 2)..]);
    }

    private static uint ReadUInt32(ReadOnlySpan<byte> source, ref int position)
    {
        if (source.Length - position < 4)
        {
            MalformedInput.ThrowEndsEarly();
        }

        position += 4;
        return BinaryPrimitives.ReadUInt32BigEndian(source[(position - 4)..]);
    }
}
