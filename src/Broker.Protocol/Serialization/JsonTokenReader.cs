using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace Broker.Serialization;

/// <summary>Reads JSON (RFC 8259) through <see cref="Utf8JsonReader"/>, holding it to what WAMP allows; see <see cref="ITokenReader{TSelf}"/>.</summary>
public ref struct JsonTokenReader : ITokenReader<JsonTokenReader>
{
    /// <summary>How U+0000, the mark of binary values, stands in JSON text: no other spelling exists.</summary>
    private static ReadOnlySpan<byte> BinaryMark => "\\u0000"u8;

    /// <summary>No number that another serializer can carry needs more, and some peers' decoders fail on thousands.</summary>
    private const int MaxNumberLength = 1000;

    private readonly ReadOnlySpan<byte> _source;
    private readonly int _maxDepth;
    private readonly bool _isSequence;
    private Utf8JsonReader _reader;
    private int _offset;

    private JsonTokenReader(ReadOnlySpan<byte> source, int maxDepth, bool isSequence)
    {
        _source = source;
        _maxDepth = maxDepth;
        _isSequence = isSequence;
        _reader = new Utf8JsonReader(source, new JsonReaderOptions { MaxDepth = maxDepth, AllowMultipleValues = isSequence });
    }

    /// <inheritdoc/>
    public static SerializerKind Kind => SerializerKind.Json;

    /// <inheritdoc/>
    public TokenType Type { get; private set; }

    /// <inheritdoc/>
    public readonly int ValueStart => _offset + (int)_reader.TokenStartIndex;

    /// <inheritdoc/>
    public readonly int Position => _offset + (int)_reader.BytesConsumed;

    /// <inheritdoc/>
    public static JsonTokenReader Create(ReadOnlySpan<byte> source, DecodeLimits limits)
    {
        if (!Utf8.IsValid(source))
        {
            ThrowMalformed("the message is not valid UTF-8.");
        }

        return new JsonTokenReader(source, limits.MaxDepth, isSequence: false);
    }

    /// <inheritdoc/>
    public static JsonTokenReader CreateSequence(ReadOnlySpan<byte> elements, DecodeLimits limits)
    {
        if (!Utf8.IsValid(elements))
        {
            ThrowMalformed("the elements are not valid UTF-8.");
        }

        return new JsonTokenReader(elements, limits.MaxDepth, isSequence: true);
    }

    /// <inheritdoc/>
    public bool Read()
    {
        if (_isSequence && _reader.CurrentDepth == 0 && _reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            return ReadSequenceElement();
        }

        try
        {
            if (!_reader.Read() || _reader.TokenType == JsonTokenType.EndArray)
            {
                Type = TokenType.None;
                return false;
            }

            Type = Classify();
            return true;
        }
        catch (JsonException)
        {
            ThrowNotJson();
            return false;
        }
    }

    /// <inheritdoc/>
    public bool ReadKey(out ReadOnlySpan<byte> key)
    {
        try
        {
            _reader.Read();
            if (_reader.TokenType == JsonTokenType.EndObject)
            {
                Type = TokenType.None;
                key = default;
                return false;
            }

            key = Text();
            return true;
        }
        catch (JsonException)
        {
            ThrowNotJson();
            key = default;
            return false;
        }
    }

    /// <inheritdoc/>
    public readonly void Enter()
    {
    }

    /// <inheritdoc/>
    public void Skip()
    {
        if (_reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            return;
        }

        var depth = _reader.CurrentDepth;
        try
        {
            while (_reader.Read())
            {
                switch (_reader.TokenType)
                {
                    case JsonTokenType.String or JsonTokenType.PropertyName when _reader.ValueIsEscaped:
                        Classify();
                        break;
                    case JsonTokenType.Number when _reader.ValueSpan.Length > MaxNumberLength:
                        ClassifyNumber();
                        break;
                    case JsonTokenType.EndArray or JsonTokenType.EndObject when _reader.CurrentDepth == depth:
                        return;
                }
            }
        }
        catch (JsonException)
        {
            ThrowNotJson();
        }
    }

    /// <inheritdoc/>
    public readonly bool TryGetUInt64(out ulong value)
    {
        value = 0;
        return Type == TokenType.Integer && _reader.TryGetUInt64(out value);
    }

    /// <inheritdoc/>
    public readonly bool TryGetInt64(out long value)
    {
        value = 0;
        return Type == TokenType.Integer && _reader.TryGetInt64(out value);
    }

    /// <inheritdoc/>
    public readonly double GetDouble()
    {
        if (_reader.TryGetDouble(out var value))
        {
            return value;
        }

        return _reader.ValueSpan[0] == (byte)'-' ? double.NegativeInfinity : double.PositiveInfinity;
    }

    /// <inheritdoc/>
    public readonly ReadOnlySpan<byte> GetString() => Text();

    /// <inheritdoc/>
    public readonly ReadOnlySpan<byte> GetBinary()
    {
        var base64 = _reader.ValueSpan[BinaryMark.Length..];
        if (base64.Contains((byte)'\\'))
        {
            base64 = Unescaped()[1..];
        }

        var octets = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        Base64.DecodeFromUtf8(base64, octets, out _, out var count);
        return octets.AsSpan(0, count);
    }

    /// <summary>The elements of a sequence stand side by side with commas between, which no JSON reader takes at its root: each is read by its own.</summary>
    private bool ReadSequenceElement()
    {
        var at = Position;
        var rest = _source[at..];
        var skip = rest.IndexOfAnyExcept(" \t\r\n"u8);
        if (skip < 0)
        {
            Type = TokenType.None;
            return false;
        }

        if (at > 0)
        {
            if (rest[skip] != (byte)',')
            {
                ThrowMalformed("the elements are not separated by commas.");
            }

            skip++;
        }

        _offset = at + skip;
        _reader = new Utf8JsonReader(_source[_offset..], new JsonReaderOptions { MaxDepth = _maxDepth, AllowMultipleValues = true });
        try
        {
            if (!_reader.Read())
            {
                ThrowMalformed("an element is missing.");
            }

            Type = Classify();
            return true;
        }
        catch (JsonException)
        {
            ThrowNotJson();
            return false;
        }
    }

    private readonly TokenType Classify() => _reader.TokenType switch
    {
        JsonTokenType.String or JsonTokenType.PropertyName => _reader.ValueIsEscaped ? ClassifyEscaped() : TokenType.String,
        JsonTokenType.Number => ClassifyNumber(),
        JsonTokenType.StartArray => TokenType.List,
        JsonTokenType.StartObject => TokenType.Dict,
        JsonTokenType.True => TokenType.True,
        JsonTokenType.False => TokenType.False,
        _ => TokenType.Null,
    };

    private readonly TokenType ClassifyNumber()
    {
        if (_reader.ValueSpan.Length > MaxNumberLength)
        {
            ThrowTooManyDigits();
        }

        return _reader.ValueSpan.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0 ? TokenType.Integer : TokenType.Float;
    }

    private readonly TokenType ClassifyEscaped()
    {
        var text = _reader.ValueSpan;
        CheckSurrogates(text);
        if (_reader.TokenType == JsonTokenType.PropertyName || !text.StartsWith(BinaryMark))
        {
            return TokenType.String;
        }

        var base64 = text[BinaryMark.Length..];
        if (base64.Contains((byte)'\\'))
        {
            base64 = Unescaped()[1..];
        }

        // The decoder passes over white space; the specification's base64 (RFC 4648 section 4) has none.
        if (!Base64.IsValid(base64) || base64.ContainsAny(" \t\r\n"u8))
        {
            ThrowMalformed("a string that starts with U+0000 is not base64 behind it.");
        }

        return TokenType.Binary;
    }

    private readonly ReadOnlySpan<byte> Text()
    {
        if (!_reader.ValueIsEscaped)
        {
            return _reader.ValueSpan;
        }

        CheckSurrogates(_reader.ValueSpan);
        return Unescaped();
    }

    private readonly ReadOnlySpan<byte> Unescaped()
    {
        var text = new byte[_reader.ValueSpan.Length];
        return text.AsSpan(0, _reader.CopyString(text));
    }

    /// <summary>Escaped surrogates must come in pairs: a lone one is no Unicode text and no other serializer can carry it.</summary>
    private static void CheckSurrogates(ReadOnlySpan<byte> text)
    {
        for (var at = text.IndexOf((byte)'\\'); at >= 0;)
        {
            var isUnicode = text[at + 1] == (byte)'u';
            var next = at + (isUnicode ? 6 : 2);
            if (isUnicode)
            {
                var unit = HexUnit(text.Slice(at + 2, 4));
                if (char.IsLowSurrogate(unit))
                {
                    ThrowMalformed("a string holds half of a surrogate pair.");
                }

                if (char.IsHighSurrogate(unit))
                {
                    var rest = text[next..];
                    if (rest.Length < 6 || !rest.StartsWith("\\u"u8) || !char.IsLowSurrogate(HexUnit(rest.Slice(2, 4))))
                    {
                        ThrowMalformed("a string holds half of a surrogate pair.");
                    }

                    next += 6;
                }
            }

            var found = text[next..].IndexOf((byte)'\\');
            at = found < 0 ? -1 : next + found;
        }
    }

    private static char HexUnit(ReadOnlySpan<byte> hex) =>
        Utf8Parser.TryParse(hex, out ushort unit, out var used, 'x') && used == 4 ? (char)unit : '\0';

    // Texts with numbers are put together out here: where they were, each token would pay for the room that takes.
    [DoesNotReturn]
    private readonly void ThrowNotJson() => ThrowMalformed($"the text is not well-formed JSON, or nested more than {_maxDepth} levels deep.");

    [DoesNotReturn]
    private static void ThrowTooManyDigits() => ThrowMalformed($"a number has more than {MaxNumberLength} digits.");

    [DoesNotReturn]
    private static void ThrowMalformed(string what) => throw new WampProtocolException("Malformed JSON: " + what);
}
