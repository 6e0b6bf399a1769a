using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Broker.Serialization;

/// <summary>The data items of CBOR as RFC 8949 lays them out: each method takes a position and moves it, and keeps no state.</summary>
internal static class CborItems
{
    // The major types of RFC 8949, section 3.1: the upper three bits of the initial byte.
    public const int Unsigned = 0;
    public const int Negative = 1;
    public const int Bytes = 2;
    public const int Text = 3;
    public const int Array = 4;
    public const int Map = 5;
    public const int Tag = 6;

    /// <summary>The additional information that announces an indefinite length, or is a break (sections 3.2.1 to 3.2.3).</summary>
    public const int Indefinite = 31;
    public const int Break = 0xff;

    /// <summary>
    /// Counts one element or key off the open container. False at its end, with the break that ends it consumed.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TakeNext(ReadOnlySpan<byte> source, ref int position, ref int remaining)
    {
        var left = remaining ^ (remaining >> 31); // a dict's complement undone
        if (left >= ContainerStack.EndsWithBreak)
        {
            return !EndsHere(source, ref position, left);
        }

        if (left == 0)
        {
            return false;
        }

        remaining += remaining < 0 ? 1 : -1;
        return true;
    }

    private static bool EndsHere(ReadOnlySpan<byte> source, ref int position, int left)
    {
        if (left == ContainerStack.EndsWithInput)
        {
            return position == source.Length;
        }

        var next = position;
        if (ReadByte(source, ref next) != Break)
        {
            return false;
        }

        position = next;
        return true;
    }

    /// <summary>Passes over a key and returns how many bytes of text it holds.</summary>
    public static int SkipKey(ReadOnlySpan<byte> source, ref int position)
    {
        int initial = ReadByte(source, ref position);
        if (initial >> 5 != Text)
        {
            MalformedInput.ThrowKeyIsNoString(position - 1);
        }

        return SkipContent(source, initial, ref position);
    }

    /// <summary>Passes over the content of a byte or text string, checks it, and returns how many bytes it holds.</summary>
    public static int SkipContent(ReadOnlySpan<byte> source, int initial, ref int position)
    {
        if ((initial & 0x1f) != Indefinite)
        {
            return SkipDefinite(source, initial, ref position);
        }

        // Chunks are definite strings of the same major type; those of text are each valid on their own (section 3.2.3).
        var size = 0;
        int chunk;
        while ((chunk = ReadByte(source, ref position)) != Break)
        {
            if (chunk >> 5 != initial >> 5)
            {
                MalformedInput.ThrowUnsupported("A chunk of another type than its string", position - 1);
            }

            size += SkipDefinite(source, chunk, ref position);
        }

        return size;
    }

    private static int SkipDefinite(ReadOnlySpan<byte> source, int initial, ref int position)
    {
        var size = ReadArgument(source, initial & 0x1f, ref position);
        if (size > (uint)(source.Length - position))
        {
            MalformedInput.ThrowTooLong(position);
        }

        if (initial >> 5 == Text && !Utf8.IsValid(source.Slice(position, (int)size)))
        {
            MalformedInput.ThrowInvalidUtf8(position);
        }

        position += (int)size;
        return (int)size;
    }

    /// <summary>The content of a string of indefinite length that has been checked and holds <paramref name="size"/> bytes.</summary>
    public static byte[] JoinChunks(ReadOnlySpan<byte> source, int start, int size)
    {
        var joined = new byte[size];
        var written = 0;
        var position = start + 1;
        int chunk;
        while ((chunk = ReadByte(source, ref position)) != Break)
        {
            var length = (int)ReadArgument(source, chunk & 0x1f, ref position);
            source.Slice(position, length).CopyTo(joined.AsSpan(written));
            position += length;
            written += length;
        }

        return joined;
    }

    /// <summary>
    /// How many elements or keys follow. The number is held against the bytes that are there, so that no input makes anybody loop or
    /// reserve for more.
    /// </summary>
    public static int ReadContainerSize(ReadOnlySpan<byte> source, int initial, ref int position)
    {
        if ((initial & 0x1f) == Indefinite)
        {
            return ContainerStack.EndsWithBreak;
        }

        var size = ReadArgument(source, initial & 0x1f, ref position);
        var room = (uint)(source.Length - position);
        if (size > (initial >> 5 == Map ? room / 2 : room))
        {
            MalformedInput.ThrowTooLong(position);
        }

        return (int)size;
    }

    public static ulong ReadArgument(ReadOnlySpan<byte> source, int info, ref int position)
    {
        var start = position;
        position += ArgumentWidth(source, info, position);
        return info switch
        {
            < 24 => (ulong)info,
            24 => source[start],
            25 => BinaryPrimitives.ReadUInt16BigEndian(source[start..]),
            26 => BinaryPrimitives.ReadUInt32BigEndian(source[start..]),
            _ => BinaryPrimitives.ReadUInt64BigEndian(source[start..]),
        };
    }

    /// <summary>How many bytes the argument takes behind the initial byte; they are there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ArgumentWidth(ReadOnlySpan<byte> source, int info, int position)
    {
        if (info < 24)
        {
            return 0;
        }

        if (info > 27)
        {
            MalformedInput.ThrowUnsupported("Reserved additional information", position - 1);
        }

        var width = 1 << (info - 24);
        if (source.Length - position < width)
        {
            MalformedInput.ThrowEndsEarly();
        }

        return width;
    }

    /// <summary>How many bytes follow the initial byte of a float, false, true, null or undefined; they are there.</summary>
    public static int SimpleWidth(ReadOnlySpan<byte> source, int initial, int position)
    {
        switch (initial)
        {
            case >= 0xf4 and <= 0xf7:
                return 0;
            case >= 0xf9 and <= 0xfb:
                return ArgumentWidth(source, initial & 0x1f, position);
            default:
                MalformedInput.ThrowUnsupported(initial == Break ? "A break that ends nothing" : "A CBOR simple value", position - 1);
                return 0;
        }
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
}
