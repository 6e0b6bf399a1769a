using System.Buffers;
using System.Runtime.CompilerServices;

namespace Broker.Serialization;

/// <content>
/// The tokens of RFC 8259. Each method takes the offset where its token starts and returns the offset behind it; what is no token of
/// that kind is refused.
/// </content>
public ref partial struct JsonTokenReader
{
    /// <summary>No number that another serializer can carry needs more, and some peers' decoders fail on thousands.</summary>
    private const int MaxNumberLength = 1000;

    /// <summary>What ends a run of plain characters in a string: its end, an escape, or what must be escaped and is not.</summary>
    private static readonly SearchValues<byte> NotPlain = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(c => (byte)c), (byte)'"', (byte)'\\']);

    /// <summary>Behind the end of the input: 0, which outside of strings is nothing that JSON has.</summary>
    private readonly byte At(int position) => (uint)position < (uint)_source.Length ? _source[position] : (byte)0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int PassWhiteSpace(int position) => At(position) > (byte)' ' ? position : PassMoreWhiteSpace(position);

    private readonly int PassMoreWhiteSpace(int position)
    {
        while (At(position) is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            position++;
        }

        return position;
    }

    /// <summary>Section 2: a comma or colon, and white space behind it.</summary>
    private readonly int PassMark(byte mark, int position)
    {
        if (At(position) != mark)
        {
            ThrowNotJson();
        }

        return PassWhiteSpace(position + 1);
    }

    /// <summary>Section 4: a key that nobody reads, the colon, and white space around it.</summary>
    private readonly int PassKey(int position)
    {
        var end = PassString(position, out var hasEscapes);
        var value = PassMark((byte)':', PassWhiteSpace(end));
        if (hasEscapes)
        {
            JsonEscapes.CheckSurrogates(_source[(position + 1)..(end - 1)]);
        }

        return value;
    }

    /// <summary>Section 3: sets the type of a value. Of a list or a dict only the bracket is read.</summary>
    private int ReadValue(int position) => ReadValue(position, _depth);

    private int ReadValue(int position, int depth)
    {
        var start = At(position);
        switch (start)
        {
            case (byte)'"':
                var end = PassString(position, out _hasEscapes);
                _type = _hasEscapes ? JsonEscapes.Classify(_source[position..end]) : TokenType.String;
                return end;
            case (byte)'[' or (byte)'{':
                if (depth >= _maxDepth)
                {
                    MalformedInput.ThrowTooDeep(_maxDepth);
                }

                _type = start == (byte)'[' ? TokenType.List : TokenType.Dict;
                return position + 1;
            case (byte)'t':
                return ReadLiteral("true"u8, TokenType.True, position);
            case (byte)'f':
                return ReadLiteral("false"u8, TokenType.False, position);
            case (byte)'n':
                return ReadLiteral("null"u8, TokenType.Null, position);
            default:
                return ReadNumber(position, depth);
        }
    }

    private int ReadLiteral(ReadOnlySpan<byte> literal, TokenType type, int position)
    {
        if (!_source[position..].StartsWith(literal))
        {
            ThrowNotJson();
        }

        _type = type;
        return position + literal.Length;
    }

    /// <summary>Section 6: <c>-</c>, digits without leading zeros, and for a float a fraction, an exponent or both.</summary>
    private int ReadNumber(int start, int depth)
    {
        var isNegative = At(start) == (byte)'-';
        var first = isNegative ? start + 1 : start;
        var position = first;
        var value = 0L;
        for (int digit = At(position) - '0'; (uint)digit <= 9; digit = At(position) - '0')
        {
            value = (value * 10) + digit; // of no use when it overflows: see IsShort
            position++;
        }

        if (position == first || (At(first) == (byte)'0' && position > first + 1))
        {
            ThrowNotJson();
        }

        _type = TokenType.Integer;
        _integer = isNegative ? -value : value;
        if (At(position) is (byte)'.' or (byte)'e' or (byte)'E')
        {
            _type = TokenType.Float;
            position = PassFraction(position);
        }

        // What holds a number must go on behind it.
        var isDelimited = At(position) is (byte)',' or (byte)']' or (byte)'}' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
        if (!isDelimited && !(depth == 0 && position == _source.Length))
        {
            ThrowNotJson();
        }

        if (position - start > MaxNumberLength)
        {
            ThrowTooManyDigits();
        }

        return position;
    }

    private readonly int PassFraction(int position)
    {
        if (At(position) == (byte)'.')
        {
            position = PassDigits(position + 1);
        }

        if (At(position) is (byte)'e' or (byte)'E')
        {
            position = PassDigits(At(position + 1) is (byte)'+' or (byte)'-' ? position + 2 : position + 1);
        }

        return position;
    }

    private readonly int PassDigits(int start)
    {
        var position = start;
        while (char.IsAsciiDigit((char)At(position)))
        {
            position++;
        }

        if (position == start)
        {
            ThrowNotJson();
        }

        return position;
    }

    /// <summary>Section 7: a string with its quotes. That all is valid UTF-8 is known already.</summary>
    private readonly int PassString(int start, out bool hasEscapes)
    {
        if (At(start) != (byte)'"')
        {
            ThrowNotJson();
        }

        var position = start + 1;
        var length = _source[position..].IndexOfAny(NotPlain);
        position += length;
        hasEscapes = length >= 0 && _source[position] == (byte)'\\';
        if (hasEscapes)
        {
            return PassEscapes(position);
        }

        if (length < 0 || _source[position] != (byte)'"')
        {
            ThrowNotJson();
        }

        return position + 1;
    }

    /// <summary>The rest of a string from its first escape on.</summary>
    private readonly int PassEscapes(int position)
    {
        while (At(position) == (byte)'\\')
        {
            position = PassEscape(position);
            var length = _source[position..].IndexOfAny(NotPlain);
            position = length < 0 ? _source.Length : position + length;
        }

        if (At(position) != (byte)'"')
        {
            ThrowNotJson();
        }

        return position + 1;
    }

    private readonly int PassEscape(int position)
    {
        var kind = At(position + 1);
        if (kind == (byte)'u')
        {
            for (var digit = position + 2; digit < position + 6; digit++)
            {
                if (!char.IsAsciiHexDigit((char)At(digit)))
                {
                    ThrowNotJson();
                }
            }

            return position + 6;
        }

        if (kind is not ((byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t'))
        {
            ThrowNotJson();
        }

        return position + 2;
    }
}
