using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using static Broker.Serialization.MessagePackItems;

namespace Broker.Serialization;

/// <summary>Reads MessagePack (github.com/msgpack/msgpack, spec.md). Never allocates. Not thread-safe.</summary>
/// <remarks>
/// A getter that does not fit the type of the current value throws <see cref="WampProtocolException"/>; a <c>TryGet</c> returns false.
/// </remarks>
public ref struct MessagePackTokenReader : ITokenReader<MessagePackTokenReader>
{
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

    /// <inheritdoc/>
    [SkipLocalsInit]
    public static MessagePackTokenReader Create(ReadOnlySpan<byte> source, DecodeLimits limits) =>
        new(source, limits, depth: 0, remaining: 1);

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
        key = ReadKeyText(_source, ref _position);
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
        else if (code < 0xc0 || ScalarWidths[code - 0xc0] == Sized)
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
                ReadKeyText(source, ref position);
            }

            var code = ReadByte(source, ref position);
            if (code is <= 0x7f or >= 0xe0)
            {
                continue;
            }

            int width = code < 0xc0 ? Sized : ScalarWidths[code - 0xc0];
            if (width != Sized)
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
}
