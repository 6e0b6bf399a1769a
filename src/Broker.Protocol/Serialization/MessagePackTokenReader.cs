using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Broker.Serialization;

/// <summary>Reads MessagePack (github.com/msgpack/msgpack, spec.md). Never allocates. Not thread-safe.</summary>
/// <remarks>A getter that does not fit the type of the current value throws <see cref="WampProtocolException"/>; a <c>TryGet</c> returns false.</remarks>
public ref struct MessagePackTokenReader : ITokenReader<MessagePackTokenReader>
{
    private const byte S = 255;

    private readonly ReadOnlySpan<byte> _source;
    private ulong _bits;       // an integer, two's complement when negative; or the bits of a double
    private int _position;
    private int _valueStart;
    private int _size;         // bytes of the current string or binary, which end at _position; elements or keys of the current container
    private int _remaining;    // elements to come in the open list, or the complement of the keys to come in the open dict
    private int _depth;
    private readonly int _maxDepth;
    private TokenType _type;
    private bool _negative;
    private ContainerStack _outer;

    private MessagePackTokenReader(ReadOnlySpan<byte> source, DecodeLimits limits, int depth, int remaining)
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
    public static SerializerKind Kind => SerializerKind.MessagePack;

    /// <inheritdoc/>
    public readonly TokenType Type => _type;

    /// <inheritdoc/>
    public readonly int ValueStart => _valueStart;

    /// <inheritdoc/>
    public readonly int Position => _position;

    /// <summary>What follows each of the bytes 0xc0 to 0xdf: so many bytes of a scalar, or <c>S</c>ize and content, or nothing that may be read.</summary>
    private static ReadOnlySpan<byte> ScalarWidths =>
    [
        0, S, 0, 0, S, S, S, S, S, S, 4, 8, 1, 2, 4, 8, // nil (never used) false true bin8..32 ext8..32 float32 float64 uint8..64
        1, 2, 4, 8, S, S, S, S, S, S, S, S, S, S, S, S, // int8..64 fixext1..16 str8..32 array16 array32 map16 map32
    ];

    /// <inheritdoc/>
    [SkipLocalsInit]
    public static MessagePackTokenReader Create(ReadOnlySpan<byte> source, DecodeLimits limits) => new(source, limits, depth: 0, remaining: 1);

    /// <inheritdoc/>
    [SkipLocalsInit]
    public static MessagePackTokenReader CreateSequence(ReadOnlySpan<byte> elements, DecodeLimits limits) =>
        new(elements, limits, depth: 1, ContainerStack.EndsWithInput);

    /// <inheritdoc/>
    public bool Read()
    {
        if (_remaining > 0)
        {
            if (_remaining != ContainerStack.EndsWithInput)
            {
                _remaining--;
            }
            else if (_position == _source.Length)
            {
                return Leave();
            }
        }
        else if (_remaining == 0)
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

        if (_remaining == ~0)
        {
            key = default;
            return Leave();
        }

        _remaining++;
        _type = TokenType.None;
        key = ReadKey(_source, ref _position);
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
        value = (long)_bits;
        return _type == TokenType.Integer && (_negative || value >= 0);
    }

    /// <inheritdoc/>
    public readonly double GetDouble()
    {
        if (_type == TokenType.Float)
        {
            return BitConverter.UInt64BitsToDouble(_bits);
        }

        Expect(TokenType.Integer);
        return _negative ? (long)_bits : _bits;
    }

    /// <inheritdoc/>
    public readonly ReadOnlySpan<byte> GetString()
    {
        Expect(TokenType.String);
        return _source.Slice(_position - _size, _size);
    }

    /// <inheritdoc/>
    public readonly ReadOnlySpan<byte> GetBinary()
    {
        Expect(TokenType.Binary);
        return _source.Slice(_position - _size, _size);
    }

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
        var code = ReadByte(source, ref position);
        if (code is <= 0x7f or >= 0xe0)
        {
            // positive fixint 0xxxxxxx, negative fixint 111xxxxx
            SetInteger((ulong)(sbyte)code, code >= 0xe0);
        }
        else if (code < 0xc0 || ScalarWidths[code - 0xc0] == S)
        {
            _type = ReadSized(source, code, ref position, out _size);
            if (_type is TokenType.List or TokenType.Dict && _depth >= _maxDepth)
            {
                MalformedInput.ThrowTooDeep(_maxDepth);
            }
        }
        else
        {
            ReadScalar(source, code, ref position);
        }

        _position = position;
    }

    private void ReadScalar(ReadOnlySpan<byte> source, int code, ref int position)
    {
        var width = ScalarWidths[code - 0xc0];
        if (source.Length - position < width)
        {
            MalformedInput.ThrowEndsEarly();
        }

        var bytes = source.Slice(position, width);
        position += width;
        switch (code)
        {
            case 0xc0: _type = TokenType.Null; break;
            case 0xc2: _type = TokenType.False; break;
            case 0xc3: _type = TokenType.True; break;
            case 0xca: SetFloat(BinaryPrimitives.ReadSingleBigEndian(bytes)); break;
            case 0xcb: SetFloat(BinaryPrimitives.ReadDoubleBigEndian(bytes)); break;
            case 0xcc: SetInteger(bytes[0], negative: false); break;
            case 0xcd: SetInteger(BinaryPrimitives.ReadUInt16BigEndian(bytes), negative: false); break;
            case 0xce: SetInteger(BinaryPrimitives.ReadUInt32BigEndian(bytes), negative: false); break;
            case 0xcf: SetInteger(BinaryPrimitives.ReadUInt64BigEndian(bytes), negative: false); break;
            case 0xd0: SetInteger((sbyte)bytes[0]); break;
            case 0xd1: SetInteger(BinaryPrimitives.ReadInt16BigEndian(bytes)); break;
            case 0xd2: SetInteger(BinaryPrimitives.ReadInt32BigEndian(bytes)); break;
            default: SetInteger(BinaryPrimitives.ReadInt64BigEndian(bytes)); break; // 0xd3
        }
    }

    private void SetInteger(long value) => SetInteger((ulong)value, value < 0);

    private void SetInteger(ulong bits, bool negative)
    {
        _type = TokenType.Integer;
        _bits = bits;
        _negative = negative;
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
            if (remaining is 0 or ~0)
            {
                if (--depth == _depth)
                {
                    break;
                }

                remaining = _outer[depth];
                continue;
            }

            if (remaining > 0)
            {
                remaining--;
            }
            else
            {
                remaining++;
                ReadKey(source, ref position);
            }

            var code = ReadByte(source, ref position);
            if (code is <= 0x7f or >= 0xe0)
            {
                continue;
            }

            int width = code < 0xc0 ? S : ScalarWidths[code - 0xc0];
            if (width != S)
            {
                if (source.Length - position < width)
                {
                    MalformedInput.ThrowEndsEarly();
                }

                position += width;
                continue;
            }

            var type = ReadSized(source, code, ref position, out var size);
            if (type is TokenType.List or TokenType.Dict)
            {
                if (depth >= _maxDepth)
                {
                    MalformedInput.ThrowTooDeep(_maxDepth);
                }

                _outer[depth++] = remaining;
                remaining = type == TokenType.List ? size : ~size;
            }
        }

        _position = position;
    }

    private static ReadOnlySpan<byte> ReadKey(ReadOnlySpan<byte> source, scoped ref int position)
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
    private static TokenType ReadSized(ReadOnlySpan<byte> source, int code, ref int position, out int size)
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
