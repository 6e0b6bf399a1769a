using System.Buffers.Binary;

namespace Broker.Serialization;

/// <summary>
/// Writes CBOR (RFC 8949): definite lengths, shortest heads. Floats are always float64, so that what arrived as a double leaves as one.
/// Not thread-safe.
/// </summary>
public readonly struct CborTokenWriter : ITokenWriter<CborTokenWriter>
{
    // The major types of RFC 8949, section 3.1, where they stand in the initial byte.
    private const byte Unsigned = 0 << 5;
    private const byte Negative = 1 << 5;
    private const byte Bytes = 2 << 5;
    private const byte Text = 3 << 5;
    private const byte Array = 4 << 5;
    private const byte Map = 5 << 5;

    private readonly ByteBuffer _buffer;

    private CborTokenWriter(ByteBuffer buffer) => _buffer = buffer;

    /// <inheritdoc/>
    public static SerializerKind Kind => SerializerKind.Cbor;

    /// <inheritdoc/>
    public static CborTokenWriter Create(ByteBuffer buffer) => new(buffer);

    /// <inheritdoc/>
    public void WriteListStart(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        WriteHead(Array, (uint)count);
    }

    /// <inheritdoc/>
    public void WriteListEnd()
    {
    }

    /// <inheritdoc/>
    public int OpenList() => Open();

    /// <inheritdoc/>
    public void CloseList(int mark, int count) => Close(mark, count, Array);

    /// <inheritdoc/>
    public void WriteDictStart(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        WriteHead(Map, (uint)count);
    }

    /// <inheritdoc/>
    public void WriteDictEnd()
    {
    }

    /// <inheritdoc/>
    public int OpenDict() => Open();

    /// <inheritdoc/>
    public void CloseDict(int mark, int count) => Close(mark, count, Map);

    /// <inheritdoc/>
    public void WriteKey(ReadOnlySpan<byte> utf8) => WriteString(utf8);

    /// <inheritdoc/>
    public void WriteNull() => _buffer.Append(0xf6);

    /// <inheritdoc/>
    public void WriteBoolean(bool value) => _buffer.Append(value ? (byte)0xf5 : (byte)0xf4);

    /// <inheritdoc/>
    public void WriteInteger(long value)
    {
        // Major type 1 holds -1 - n: the complement.
        WriteHead(value < 0 ? Negative : Unsigned, (ulong)(value < 0 ? ~value : value));
    }

    /// <inheritdoc/>
    public void WriteInteger(ulong value) => WriteHead(Unsigned, value);

    /// <inheritdoc/>
    public void WriteFloat(double value)
    {
        var span = _buffer.GetSpan(9);
        span[0] = 0xfb;
        BinaryPrimitives.WriteDoubleBigEndian(span[1..], value);
        _buffer.Advance(9);
    }

    /// <inheritdoc/>
    public void WriteString(ReadOnlySpan<byte> utf8)
    {
        WriteHead(Text, (uint)utf8.Length);
        _buffer.Append(utf8);
    }

    /// <inheritdoc/>
    public void WriteBinary(ReadOnlySpan<byte> octets)
    {
        WriteHead(Bytes, (uint)octets.Length);
        _buffer.Append(octets);
    }

    /// <inheritdoc/>
    public void WriteEncoded(ReadOnlySpan<byte> encoded) => _buffer.Append(encoded);

    /// <summary>The head of a data item: major type and argument, the latter in as few bytes as hold it (RFC 8949, section 4.1).</summary>
    private void WriteHead(byte major, ulong argument)
    {
        if (argument < 24)
        {
            _buffer.Append((byte)(major | (byte)argument));
            return;
        }

        var span = _buffer.GetSpan(9);
        switch (argument)
        {
            case <= byte.MaxValue:
                span[0] = (byte)(major | 24);
                span[1] = (byte)argument;
                _buffer.Advance(2);
                break;
            case <= ushort.MaxValue:
                span[0] = (byte)(major | 25);
                BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)argument);
                _buffer.Advance(3);
                break;
            case <= uint.MaxValue:
                span[0] = (byte)(major | 26);
                BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)argument);
                _buffer.Advance(5);
                break;
            default:
                span[0] = (byte)(major | 27);
                BinaryPrimitives.WriteUInt64BigEndian(span[1..], argument);
                _buffer.Advance(9);
                break;
        }
    }

    /// <summary>Leaves room for the shortest head; most lists and dicts need no more.</summary>
    private int Open()
    {
        var mark = _buffer.Count;
        _buffer.Append(0);
        return mark;
    }

    private void Close(int mark, int count, byte major)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        switch (count)
        {
            case < 24:
                _buffer.At(mark) = (byte)(major | count);
                break;
            case <= byte.MaxValue:
                _buffer.At(mark) = (byte)(major | 24);
                _buffer.Insert(mark + 1, 1)[0] = (byte)count;
                break;
            case <= ushort.MaxValue:
                _buffer.At(mark) = (byte)(major | 25);
                BinaryPrimitives.WriteUInt16BigEndian(_buffer.Insert(mark + 1, 2), (ushort)count);
                break;
            default:
                _buffer.At(mark) = (byte)(major | 26);
                BinaryPrimitives.WriteUInt32BigEndian(_buffer.Insert(mark + 1, 4), (uint)count);
                break;
        }
    }
}
