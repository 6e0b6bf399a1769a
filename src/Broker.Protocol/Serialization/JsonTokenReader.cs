using System.Diagnostics.CodeAnalysis;
using System.Text.Unicode;

namespace Broker.Serialization;

/// <summary>Reads JSON (RFC 8259), held to what WAMP allows. Allocates for escapes and binary only. Not thread-safe.</summary>
/// <remarks>
/// A getter that does not fit the type of the current value throws <see cref="WampProtocolException"/>; a <c>TryGet</c> returns false. This
/// file knows how tokens follow each other, JsonTokenReader.Tokens.cs what they look like, JsonTokenReader.Values.cs what they mean.
/// </remarks>
public ref partial struct JsonTokenReader : ITokenReader<JsonTokenReader>
{
    private readonly ReadOnlySpan<byte> _source;
    private UInt128 _dicts;     // a bit for each open container, the innermost lowest: whether it is a dict
    private long _integer;      // the current integer, if it is short enough to be exact
    private int _position;
    private int _valueStart;
    private int _depth;
    private readonly int _maxDepth;
    private TokenType _type;
    private Expected _expected;
    private bool _hasEscapes;   // in the current string
    private readonly bool _isSequence;

    private JsonTokenReader(ReadOnlySpan<byte> source, DecodeLimits limits, bool isSequence)
    {
        _source = source;
        _maxDepth = Math.Min(limits.MaxDepth, DecodeLimits.DepthCeiling);
        _isSequence = isSequence;
        _expected = isSequence ? Expected.FirstOrEnd : Expected.Value;
    }

    private enum Expected : byte
    {
        /// <summary>The root value, or the value behind a key.</summary>
        Value,

        /// <summary>The first element or key of the container that was just opened, or its end.</summary>
        FirstOrEnd,

        /// <summary>A comma and what follows it, or the end of the container.</summary>
        CommaOrEnd,
    }

    /// <inheritdoc/>
    public static SerializerKind Kind => SerializerKind.Json;

    /// <inheritdoc/>
    public readonly TokenType Type => _type;

    /// <inheritdoc/>
    public readonly int ValueStart => _valueStart;

    /// <inheritdoc/>
    public readonly int Position => _position;

    /// <inheritdoc/>
    public static JsonTokenReader Create(ReadOnlySpan<byte> source, DecodeLimits limits)
    {
        if (!Utf8.IsValid(source))
        {
            ThrowMalformed("the message is not valid UTF-8.");
        }

        return new JsonTokenReader(source, limits, isSequence: false);
    }

    /// <inheritdoc/>
    public static JsonTokenReader CreateSequence(ReadOnlySpan<byte> elements, DecodeLimits limits)
    {
        if (!Utf8.IsValid(elements))
        {
            ThrowMalformed("the elements are not valid UTF-8.");
        }

        return new JsonTokenReader(elements, limits, isSequence: true);
    }

    /// <inheritdoc/>
    public bool Read()
    {
        var position = PassWhiteSpace(_position);
        if (_expected != Expected.Value)
        {
            if (_depth == 0)
            {
                if (!TryFindElement(ref position))
                {
                    _type = TokenType.None;
                    return false;
                }
            }
            else if (At(position) == (byte)']')
            {
                return Leave(position);
            }
            else if (_expected == Expected.CommaOrEnd)
            {
                position = PassMark((byte)',', position);
            }
        }

        _expected = Expected.CommaOrEnd;
        _valueStart = position;
        _position = ReadValue(position);
        return true;
    }

    /// <inheritdoc/>
    public bool ReadKey(out ReadOnlySpan<byte> key)
    {
        if (!IsDict(_dicts))
        {
            MalformedInput.ThrowNotInDict();
        }

        var position = PassWhiteSpace(_position);
        if (At(position) == (byte)'}')
        {
            key = default;
            return Leave(position);
        }

        if (_expected == Expected.CommaOrEnd)
        {
            position = PassMark((byte)',', position);
        }

        var end = PassString(position, out var hasEscapes);
        _position = PassMark((byte)':', PassWhiteSpace(end));
        _expected = Expected.Value;
        _type = TokenType.None;
        key = _source[(position + 1)..(end - 1)];
        if (hasEscapes)
        {
            JsonEscapes.CheckSurrogates(key);
            key = JsonEscapes.Resolve(_source[position..end]);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Enter()
    {
        if (_type is not (TokenType.List or TokenType.Dict))
        {
            MalformedInput.ThrowNotAContainer();
        }

        _dicts = Inside(_dicts, _type);
        _depth++;
        _expected = Expected.FirstOrEnd;
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

    private static bool IsDict(UInt128 dicts) => ((ulong)dicts & 1) != 0;

    private static UInt128 Inside(UInt128 dicts, TokenType type) => (dicts << 1) | (type == TokenType.Dict ? 1u : 0u);

    private bool Leave(int position)
    {
        _position = position + 1;
        _dicts >>= 1;
        _depth--;
        _expected = Expected.CommaOrEnd;
        _type = TokenType.None;
        return false;
    }

    /// <summary>
    /// Finds the next value outside of all containers: there is none behind the root value, and the elements of a sequence are separated by
    /// commas. False at the end of the input.
    /// </summary>
    private readonly bool TryFindElement(ref int position)
    {
        if (position == _source.Length)
        {
            return false;
        }

        if (!_isSequence)
        {
            ThrowNotJson();
        }

        if (_expected == Expected.CommaOrEnd)
        {
            if (At(position) != (byte)',')
            {
                ThrowMalformed("the elements are not separated by commas.");
            }

            position = PassWhiteSpace(position + 1);
            if (position == _source.Length)
            {
                ThrowMalformed("an element is missing.");
            }
        }

        return true;
    }

    /// <summary>Passes over the current container in one loop.</summary>
    private void SkipContainer()
    {
        var type = _type; // scalars on the way leave theirs
        var position = _position;
        var dicts = Inside(_dicts, type);
        var depth = _depth + 1;
        var isFirst = true;
        while (depth > _depth)
        {
            position = PassWhiteSpace(position);
            var isDict = IsDict(dicts);
            if (At(position) == (isDict ? (byte)'}' : (byte)']'))
            {
                position++;
                dicts >>= 1;
                depth--;
                isFirst = false;
                continue;
            }

            if (!isFirst)
            {
                position = PassMark((byte)',', position);
            }

            if (isDict)
            {
                position = PassKey(position);
            }

            position = ReadValue(position, depth);
            isFirst = _type is TokenType.List or TokenType.Dict;
            if (isFirst)
            {
                dicts = Inside(dicts, _type);
                depth++;
            }
        }

        _type = type;
        _position = position;
    }

    [DoesNotReturn]
    private static void ThrowNotJson() => ThrowMalformed("the text is not well-formed JSON.");

    // Texts with numbers are put together out here: where they were, each token would pay for the room that takes.
    [DoesNotReturn]
    private static void ThrowTooManyDigits() => ThrowMalformed($"a number has more than {MaxNumberLength} digits.");

    [DoesNotReturn]
    internal static void ThrowMalformed(string what) => throw new WampProtocolException("Malformed JSON: " + what);
}
