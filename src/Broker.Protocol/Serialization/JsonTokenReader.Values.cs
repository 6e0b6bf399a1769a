using System.Buffers.Text;

namespace Broker.Serialization;

/// <content>The values of scalars.</content>
public ref partial struct JsonTokenReader
{
    /// <summary>A scalar as it stands in the source, strings with their quotes.</summary>
    private readonly ReadOnlySpan<byte> ValueText => _source[_valueStart.._position];

    /// <summary>Whether the current integer cannot but fit 64 bits: then it was computed where it was checked.</summary>
    private readonly bool IsShort => _position - _valueStart <= 18;

    /// <inheritdoc/>
    public readonly bool TryGetUInt64(out ulong value)
    {
        value = (ulong)_integer;
        if (_type != TokenType.Integer)
        {
            return false;
        }

        return IsShort
            ? _source[_valueStart] != (byte)'-'
            : Utf8Parser.TryParse(ValueText, out value, out var used) && used == ValueText.Length;
    }

    /// <inheritdoc/>
    public readonly bool TryGetInt64(out long value)
    {
        value = _integer;
        if (_type != TokenType.Integer)
        {
            return false;
        }

        return IsShort || (Utf8Parser.TryParse(ValueText, out value, out var used) && used == ValueText.Length);
    }

    /// <inheritdoc/>
    public readonly double GetDouble()
    {
        if (_type != TokenType.Float)
        {
            Expect(TokenType.Integer);
        }

        if (Utf8Parser.TryParse(ValueText, out double value, out var used) && used == ValueText.Length)
        {
            return value;
        }

        return _source[_valueStart] == (byte)'-' ? double.NegativeInfinity : double.PositiveInfinity;
    }

    /// <inheritdoc/>
    public readonly ReadOnlySpan<byte> GetString()
    {
        Expect(TokenType.String);
        return _hasEscapes ? JsonEscapes.Resolve(ValueText) : ValueText[1..^1];
    }

    /// <inheritdoc/>
    public readonly ReadOnlySpan<byte> GetBinary()
    {
        Expect(TokenType.Binary);
        return JsonEscapes.Octets(ValueText);
    }

    private readonly void Expect(TokenType type)
    {
        if (_type != type)
        {
            MalformedInput.ThrowUnexpectedType(type, _type);
        }
    }
}
