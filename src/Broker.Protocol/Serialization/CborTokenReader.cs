using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Broker.Serialization;

/// <summary>
/// Reads CBOR (RFC 8949). Takes heads that are longer than need be, indefinite lengths, floats of any width, and undefined as null; refuses
/// tags, the other simple values and reserved heads. Allocates only to join the chunks of a string of indefinite length, and only when asked
/// for its content. Not thread-safe.
/// </summary>
/// <remarks>
/// An integer below -2^63 is a <see cref="TokenType.Integer"/> that only <see cref="GetDouble"/> reads, rounded. A getter that does not fit
/// the type of the current value throws <see cref="WampProtocolException"/>; a <c>TryGet</c> returns false.
/// </remarks>
public ref struct CborTokenReader : ITokenReader<CborTokenReader>
{
    // The major types of RFC 8949, section 3.1: the upper three bits of the initial byte.
    private const int Unsigned = 0;
    private const int Negative = 1;
    private const int Bytes = 2;
    private const int Text = 3;
    private const int Array = 4;
    private const int Map = 5;
    private const int Tag = 6;

    /// <summary>The additional information that announces an indefinite length, or is a break (sections 3.2.1 to 3.2.3).</summary>
    private const int Indefinite = 31;
    private const int Break = 0xff;

    private readonly ReadOnlySpan<byte> _source;
    private ulong _bits;       // the argument of an integer: n, or -1 - n when negative; or the bits of a double
    private int _position;
    private int _valueStart;
    private int _size;         // bytes of the current string or binary; elements or keys of the current container
    private int _remaining;    // elements to come in the open list, or the complement of the keys to come in the open dict
    private int _depth;
    private readonly int _maxDepth;
    private TokenType _type;
    private bool _negative;
    private bool _chunked;     // the current string or binary is of indefinite length; if not, it ends at _position
    private ContainerStack _outer;

    private CborTokenReader(ReadOnlySpan<byte> source, DecodeLimits limits, int depth, int remaining)
    {
        // Each level of the stack is written before it is read: clearing it would cost more than reading a small message.
        Unsafe.SkipInit(out _outer);
        _source = source;
        _remaining = remaining;
        _depth = depth;
        _maxDepth = Math.Min(limits.MaxDepth, DecodeLimits.DepthCeiling);
        _outer[0] = 0;
    }

    /// <inheritdoc/>
    public static SerializerKind Kind => SerializerKind.Cbor;

    /// <inheritdoc/>
    public readonly TokenType Type => _type;

    /// <inheritdoc/>
    public readonly int ValueStart => _valueStart;

    /// <inheritdoc/>
    public readonly int Position => _position;

    /// <inheritdoc/>
    [SkipLocalsInit]
    public static CborTokenReader Create(ReadOnlySpan<byte> source, DecodeLimits limits) => new(source, limits, depth: 0, remaining: 1);

    /// <inheritdoc/>
    [SkipLocalsInit]
    public static CborTokenReader CreateSequence(ReadOnlySpan<byte> elements, DecodeLimits limits) =>
        new(elements, limits, depth: 1, ContainerStack.EndsWithInput);

    /// <inheritdoc/>
    public bool Read()
    {
        // A dict's remainder is negative: the value behind the key just read follows.
        if (_remaining >= 0 && !TakeNext(_source, ref _position, ref _remaining))
        {
            return Leave();
        }

        ReadValue();
        return true;
    }

    /// <inheritdoc/>
    public bool ReadKey(out ReadOnlySpan<byte> key)
    {
        if (_remaining >= 0)
        {
            MalformedInput.ThrowNotInDict();
        }

        if (!TakeNext(_source, ref _position, ref _remaining))
        {
            key = default;
            return Leave();
        }

        _type = TokenType.None;
        var start = _position;
        var size = SkipKey(_source, ref _position);
        key = _source[start] == (Text << 5 | Indefinite) ? JoinChunks(_source, start, size) : _source.Slice(_position - size, size);
        return true;
    }

    /// <inheritdoc/>
    public void Enter()
    {
        if (_type is not (TokenType.List or TokenType.Dict))
        {
            MalformedInput.ThrowNotAContainer();
        }

        _outer[_depth++] = _remaining;
        _remaining = _type == TokenType.List ? _size : ~_size;
        _type = TokenType.None;
    }

    /// <inheritdoc/>
    public void Skip()
    {
        if (_type is TokenType.List or TokenType.Dict)
        {
            SkipContainer();
        }
    }

    /// <inheritdoc/>
    public readonly bool TryGetUInt64(out ulong value)
    {
        value = _bits;
        return _type == TokenType.Integer && !_negative;
    }

    /// <inheritdoc/>
    public readonly bool TryGetInt64(out long value)
    {
        value = _negative ? ~(long)_bits : (long)_bits;
        return _type == TokenType.Integer && _bits <= long.MaxValue;
    }

    /// <inheritdoc/>
    public readonly double GetDouble()
    {
        if (_type == TokenType.Float)
        {
            return BitConverter.UInt64BitsToDouble(_bits);
        }

        Expect(TokenType.Integer);
        if (!_negative)
        {
            return _bits;
        }

        // -1 - n; n + 1 overflows for the lowest integer only, -2^64, which n rounds to as well.
        return _bits == ulong.MaxValue ? -(double)_bits : -(double)(_bits + 1);
    }

    /// <inheritdoc/>
    public readonly ReadOnlySpan<byte> GetString()
    {
        Expect(TokenType.String);
        return GetContent();
    }

    /// <inheritdoc/>
    public readonly ReadOnlySpan<byte> GetBinary()
    {
        Expect(TokenType.Binary);
        return GetContent();
    }

    private readonly ReadOnlySpan<byte> GetContent() =>
        _chunked ? JoinChunks(_source, _valueStart, _size) : _source.Slice(_position - _size, _size);

    private readonly void Expect(TokenType type)
    {
        if (_type != type)
        {
            MalformedInput.ThrowUnexpectedType(type, _type);
        }
    }

    private bool Leave()
    {
        _type = TokenType.None;
        if (_depth > 0)
        {
            _remaining = _outer[--_depth];
        }
        else if (_position != _source.Length)
        {
            MalformedInput.ThrowTrailingBytes(_position);
        }

        return false;
    }

    private void ReadValue()
    {
        var source = _source;
        var position = _position;
        _valueStart = position;
        int initial = ReadByte(source, ref position);
        var info = initial & 0x1f;
        switch (initial >> 5)
        {
            case Unsigned:
            case Negative:
                _type = TokenType.Integer;
                _negative = initial >> 5 == Negative;
                _bits = ReadArgument(source, info, ref position);
                break;
            case Bytes:
            case Text:
                _type = initial >> 5 == Text ? TokenType.String : TokenType.Binary;
                _chunked = info == Indefinite;
                _size = SkipContent(source, initial, ref position);
                break;
            case Array:
            case Map:
                _type = initial >> 5 == Map ? TokenType.Dict : TokenType.List;
                _size = ReadContainerSize(source, initial, ref position);
                if (_depth >= _maxDepth)
                {
                    MalformedInput.ThrowTooDeep(_maxDepth);
                }

                break;
            case Tag:
                MalformedInput.ThrowUnsupported("A CBOR tag", _valueStart);
                break;
            default:
                ReadSimpleOrFloat(source, initial, ref position);
                break;
        }

        _position = position;
    }

    /// <summary>Major type 7 (section 3.3).</summary>
    private void ReadSimpleOrFloat(ReadOnlySpan<byte> source, int initial, ref int position)
    {
        var start = position;
        position += SimpleWidth(source, initial, position);
        switch (initial)
        {
            case 0xf4: _type = TokenType.False; break;
            case 0xf5: _type = TokenType.True; break;
            case 0xf6 or 0xf7: _type = TokenType.Null; break;
            case 0xf9: SetFloat((double)BinaryPrimitives.ReadHalfBigEndian(source[start..])); break;
            case 0xfa: SetFloat(BinaryPrimitives.ReadSingleBigEndian(source[start..])); break;
            default: SetFloat(BinaryPrimitives.ReadDoubleBigEndian(source[start..])); break; // 0xfb
        }
    }

    private void SetFloat(double value)
    {
        _type = TokenType.Float;
        _bits = BitConverter.DoubleToUInt64Bits(value);
    }

    /// <summary>Passes over the current container in one loop; the levels inside of it use the free part of the stack.</summary>
    private void SkipContainer()
    {
        var source = _source;
        var position = _position;
        var depth = _depth + 1;
        var remaining = _type == TokenType.List ? _size : ~_size;
        while (true)
        {
            if (!TakeNext(source, ref position, ref remaining))
            {
                if (--depth == _depth)
                {
                    break;
                }

                remaining = _outer[depth];
                continue;
            }

            if (remaining < 0)
            {
                SkipKey(source, ref position);
            }

            int initial = ReadByte(source, ref position);
            switch (initial >> 5)
            {
                case Unsigned:
                case Negative:
                    position += ArgumentWidth(source, initial & 0x1f, position);
                    break;
                case Bytes:
                case Text:
                    SkipContent(source, initial, ref position);
                    break;
                case Array:
                case Map:
                    var size = ReadContainerSize(source, initial, ref position);
                    if (depth >= _maxDepth)
                    {
                        MalformedInput.ThrowTooDeep(_maxDepth);
                    }

                    _outer[depth++] = remaining;
                    remaining = initial >> 5 == Array ? size : ~size;
                    break;
                case Tag:
                    MalformedInput.ThrowUnsupported("A CBOR tag", position - 1);
                    break;
                default:
                    position += SimpleWidth(source, initial, position);
                    break;
            }
        }

        _position = position;
    }

    /// <summary>
    /// Counts one element or key off the open container. False at its end, with the break that ends it consumed.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TakeNext(ReadOnlySpan<byte> source, ref int position, ref int remaining)
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
    private static int SkipKey(ReadOnlySpan<byte> source, ref int position)
    {
        int initial = ReadByte(source, ref position);
        if (initial >> 5 != Text)
        {
            MalformedInput.ThrowKeyIsNoString(position - 1);
        }

        return SkipContent(source, initial, ref position);
    }

    /// <summary>Passes over the content of a byte or text string, checks it, and returns how many bytes it holds.</summary>
    private static int SkipContent(ReadOnlySpan<byte> source, int initial, ref int position)
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
    private static byte[] JoinChunks(ReadOnlySpan<byte> source, int start, int size)
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
    /// How many elements or keys follow. The number is held against the bytes that are there, so that no input makes anybody loop or reserve
    /// for more.
    /// </summary>
    private static int ReadContainerSize(ReadOnlySpan<byte> source, int initial, ref int position)
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

    private static ulong ReadArgument(ReadOnlySpan<byte> source, int info, ref int position)
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
    private static int ArgumentWidth(ReadOnlySpan<byte> source, int info, int position)
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
    private static int SimpleWidth(ReadOnlySpan<byte> source, int initial, int position)
    {
        switch (initial)
        {
            case >= 0xf4 and <= 0xf7:
                return 0;
            case >= 0xf9 and <= 0xfb:
                return ArgumentWidth(source, initial & 0x1f, position);
            default:
                MalformedInput.ThrowUnsupported(initial == Break ? "A break outside of an indefinite length" : "A CBOR simple value", position - 1);
                return 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadByte(ReadOnlySpan<byte> source, ref int position)
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
