using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace Broker.Serialization;

/// <summary>Writes JSON (RFC 8259): compact, in UTF-8, with only the escapes that the format demands; see <see cref="ITokenWriter{TSelf}"/>.</summary>
/// <remarks>
/// Not on top of <see cref="System.Text.Json.Utf8JsonWriter"/>: that one escapes more than RFC 8259 asks for, is an object to allocate or
/// pool, and cannot continue behind spliced elements.
/// </remarks>
public struct JsonTokenWriter : ITokenWriter<JsonTokenWriter>
{
    private static readonly SearchValues<byte> MustEscape = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(c => (byte)c), (byte)'"', (byte)'\\']);

    private readonly ByteBuffer _buffer;
    private bool _needsComma;

    private JsonTokenWriter(ByteBuffer buffer) => _buffer = buffer;

    /// <inheritdoc/>
    public static SerializerKind Kind => SerializerKind.Json;

    /// <inheritdoc/>
    public static JsonTokenWriter Create(ByteBuffer buffer) => new(buffer);

    /// <inheritdoc/>
    public void WriteListStart(int count) => Open((byte)'[');

    /// <inheritdoc/>
    public void WriteListEnd() => Close((byte)']');

    /// <inheritdoc/>
    public int OpenList()
    {
        Open((byte)'[');
        return 0;
    }

    /// <inheritdoc/>
    public void CloseList(int mark, int count) => Close((byte)']');

    /// <inheritdoc/>
    public void WriteDictStart(int count) => Open((byte)'{');

    /// <inheritdoc/>
    public void WriteDictEnd() => Close((byte)'}');

    /// <inheritdoc/>
    public int OpenDict()
    {
        Open((byte)'{');
        return 0;
    }

    /// <inheritdoc/>
    public void CloseDict(int mark, int count) => Close((byte)'}');

    /// <inheritdoc/>
    public void WriteKey(ReadOnlySpan<byte> utf8)
    {
        Separate();
        Quote(utf8);
        _buffer.Append((byte)':');
        _needsComma = false;
    }

    /// <inheritdoc/>
    public void WriteNull() => Literal("null"u8);

    /// <inheritdoc/>
    public void WriteBoolean(bool value) => Literal(value ? "true"u8 : "false"u8);

    /// <inheritdoc/>
    public void WriteInteger(long value)
    {
        Separate();
        Utf8Formatter.TryFormat(value, _buffer.GetSpan(20), out var length);
        _buffer.Advance(length);
        _needsComma = true;
    }

    /// <inheritdoc/>
    public void WriteInteger(ulong value)
    {
        Separate();
        Utf8Formatter.TryFormat(value, _buffer.GetSpan(20), out var length);
        _buffer.Advance(length);
        _needsComma = true;
    }

    /// <inheritdoc/>
    public void WriteFloat(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentException("JSON has no NaN and no infinity.", nameof(value));
        }

        Separate();
        var target = _buffer.GetSpan(32);
        value.TryFormat(target, out var length, "R", CultureInfo.InvariantCulture);
        var isIntegral = target[..length].IndexOfAny((byte)'.', (byte)'E') < 0;
        _buffer.Advance(length);
        if (isIntegral)
        {
            _buffer.Append(".0"u8); // or the reader would take it for an integer
        }

        _needsComma = true;
    }

    /// <inheritdoc/>
    public void WriteString(ReadOnlySpan<byte> utf8)
    {
        Separate();
        Quote(utf8);
        _needsComma = true;
    }

    /// <inheritdoc/>
    public void WriteBinary(ReadOnlySpan<byte> octets)
    {
        Separate();
        _buffer.Append("\"\\u0000"u8);
        Base64.EncodeToUtf8(octets, _buffer.GetSpan(Base64.GetMaxEncodedToUtf8Length(octets.Length)), out _, out var length);
        _buffer.Advance(length);
        _buffer.Append((byte)'"');
        _needsComma = true;
    }

    /// <inheritdoc/>
    public void WriteEncoded(ReadOnlySpan<byte> encoded) => Literal(encoded);

    private void Literal(ReadOnlySpan<byte> text)
    {
        Separate();
        _buffer.Append(text);
        _needsComma = true;
    }

    private void Open(byte bracket)
    {
        Separate();
        _buffer.Append(bracket);
        _needsComma = false;
    }

    private void Close(byte bracket)
    {
        _buffer.Append(bracket);
        _needsComma = true;
    }

    private readonly void Separate()
    {
        if (_needsComma)
        {
            _buffer.Append((byte)',');
        }
    }

    private readonly void Quote(ReadOnlySpan<byte> utf8)
    {
        _buffer.Append((byte)'"');
        for (var at = utf8.IndexOfAny(MustEscape); at >= 0; at = utf8.IndexOfAny(MustEscape))
        {
            _buffer.Append(utf8[..at]);
            Escape(utf8[at]);
            utf8 = utf8[(at + 1)..];
        }

        _buffer.Append(utf8);
        _buffer.Append((byte)'"');
    }

    private readonly void Escape(byte character)
    {
        _buffer.Append((byte)'\\');
        switch (character)
        {
            case (byte)'"' or (byte)'\\':
                _buffer.Append(character);
                break;
            case (byte)'\n':
                _buffer.Append((byte)'n');
                break;
            case (byte)'\r':
                _buffer.Append((byte)'r');
                break;
            case (byte)'\t':
                _buffer.Append((byte)'t');
                break;
            default:
                _buffer.Append("u00"u8);
                Utf8Formatter.TryFormat(character, _buffer.GetSpan(2), out _, new StandardFormat('x', 2));
                _buffer.Advance(2);
                break;
        }
    }
}
