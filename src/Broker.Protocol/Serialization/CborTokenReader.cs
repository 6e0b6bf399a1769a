using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using static Broker.Serialization.CborItems;

namespace Broker.Serialization;

/// <summary>
/// Reads CBOR (RFC 8949). Takes heads that are longer than need be, indefinite lengths, floats of any width, and undefined as null; refuses
/// tags, the other simple values and reserved heads. Allocates only to join the chunks of a string of indefinite length: of a value when
/// asked for its content, of a key when read. Not thread-safe.
/// </summary>
/// <remarks>
/// An integer below -2^63 is a <see cref="TokenType.Integer"/> that only <see cref="GetDouble"/> reads, rounded. A getter that does not fit
/// the type of the current value throws <see cref="WampProtocolException"/>; a <c>TryGet</c> returns false.
/// </remarks>
public ref struct CborTokenReader : ITokenReader<CborTokenReader>
{
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
            case CborItems.Array:
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
                case CborItems.Array:
                case Map:
                    var size = ReadContainerSize(source, initial, ref position);
                    if (depth >= _maxDepth)
                    {
                        MalformedInput.ThrowTooDeep(_maxDepth);
                    }

                    _outer[depth++] = remaining;
                    remaining = initial >> 5 == CborItems.Array ? size : ~size;
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
}
