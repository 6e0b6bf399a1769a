using System.Buffers.Binary;

namespace Broker.Serialization;

/// <summary>
/// Writes MessagePack (github.com/msgpack/msgpack, spec.md). Floats are always float64, so that what arrived as a double leaves as one.
/// Not thread-safe.
/// </summary>
public readonly struct MessagePackTokenWriter : ITokenWriter<MessagePackTokenWriter>
{
    private readonly ByteBuffer _buffer;

    private MessagePackTokenWriter(ByteBuffer buffer) => _buffer = buffer;

    /// <inheritdoc/>
    public static SerializerKind Kind => SerializerKind.MessagePack;

    /// <inheritdoc/>
    public static MessagePackTokenWriter Create(ByteBuffer buffer) => new(buffer);

    /// <inheritdoc/>
    public void WriteListStart(int count) => WriteContainerStart(count, fix: 0x90, code16: 0xdc);

    /// <inheritdoc/>
    public void WriteListEnd()
    {
    }

    /// <inheritdoc/>
    public int OpenList() => Open();

    /// <inheritdoc/>
    public void CloseList(int mark, int count) => Close(mark, count, fix: 0x90, code16: 0xdc);

    /// <inheritdoc/>
    public void WriteDictStart(int count) => WriteContainerStart(count, fix: 0x80, code16: 0xde);

    /// <inheritdoc/>
    public void WriteDictEnd()
    {
    }

    /// <inheritdoc/>
    public int OpenDict() => Open();

    /// <inheritdoc/>
    public void CloseDict(int mark, int count) => Close(mark, count, fix: 0x80, code16: 0xde);

    /// <inheritdoc/>
    public void WriteKey(ReadOnlySpan<byte> utf8) => WriteString(utf8);

    /// <inheritdoc/>
    public void WriteNull() => _buffer.Append(0xc0);

    /// <inheritdoc/>
    public void WriteBoolean(bool value) => _buffer.Append(value ? (byte)0xc3 : (byte)0xc2);

    /// <inheritdoc/>
    public void WriteInteger(long value)
    {
        switch (value)
        {
            case >= 0: WriteInteger((ulong)value); break;
            case >= -32: _buffer.Append((byte)value); break;                        // negative fixint 111xxxxx
            case >= sbyte.MinValue: Write8(0xd0, (byte)value); break;
            case >= short.MinValue: Write16(0xd1, (ushort)value); break;
            case >= int.MinValue: Write32(0xd2, (uint)value); break;
            default: Write64(0xd3, (ulong)value); break;
        }
    }

    /// <inheritdoc/>
    public void WriteInteger(ulong value)
    {
        switch (value)
        {
            case <= 0x7f: _buffer.Append((byte)value); break;                       // positive fixint 0xxxxxxx
            case <= byte.MaxValue: Write8(0xcc, (byte)value); break;
            case <= ushort.MaxValue: Write16(0xcd, (ushort)value); break;
            case <= uint.MaxValue: Write32(0xce, (uint)value); break;
            default: Write64(0xcf, value); break;
        }
    }

    /// <inheritdoc/>
    public void WriteFloat(double value) => Write64(0xcb, BitConverter.DoubleToUInt64Bits(value));

    /// <inheritdoc/>
    public void WriteString(ReadOnlySpan<byte> utf8)
    {
        switch (utf8.Length)
        {
            case < 32: _buffer.Append((byte)(0xa0 | utf8.Length)); break;           // fixstr 101xxxxx
            case <= byte.MaxValue: Write8(0xd9, (byte)utf8.Length); break;
            case <= ushort.MaxValue: Write16(0xda, (ushort)utf8.Length); break;
            default: Write32(0xdb, (uint)utf8.Length); break;
        }

        _buffer.Append(utf8);
    }

    /// <inheritdoc/>
    public void WriteBinary(ReadOnlySpan<byte> octets)
    {
        switch (octets.Length)
        {
            case <= byte.MaxValue: Write8(0xc4, (byte)octets.Length); break;
            case <= ushort.MaxValue: Write16(0xc5, (ushort)octets.Length); break;
            default: Write32(0xc6, (uint)octets.Length); break;
        }

        _buffer.Append(octets);
    }

    /// <inheritdoc/>
    public void WriteEncoded(ReadOnlySpan<byte> encoded) => _buffer.Append(encoded);

    /// <summary>
    /// Writes fixarray 1001xxxx, array16, array32, or fixmap 1000xxxx, map16, map32: the code of the widest follows that of the middle
    /// one.
    /// </summary>
    private void WriteContainerStart(int count, byte fix, byte code16)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        switch (count)
        {
            case < 16: _buffer.Append((byte)(fix | count)); break;
            case <= ushort.MaxValue: Write16(code16, (ushort)count); break;
            default: Write32((byte)(code16 + 1), (uint)count); break;
        }
    }

    /// <summary>Leaves room for the shortest header; most lists and dicts need no more.</summary>
    private int Open()
    {
        var mark = _buffer.Count;
        _buffer.Append(0);
        return mark;
    }

    private void Close(int mark, int count, byte fix, byte code16)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        switch (count)
        {
            case < 16:
                _buffer.At(mark) = (byte)(fix | count);
                break;
            case <= ushort.MaxValue:
                _buffer.At(mark) = code16;
                BinaryPrimitives.WriteUInt16BigEndian(_buffer.Insert(mark + 1, 2), (ushort)count);
                break;
            default:
                _buffer.At(mark) = (byte)(code16 + 1);
                BinaryPrimitives.WriteUInt32BigEndian(_buffer.Insert(mark + 1, 4), (uint)count);
                break;
        }
    }

    private void Write8(byte code, byte value)
    {
        var span = _buffer.GetSpan(2);
        span[0] = code;
        span[1] = value;
        _buffer.Advance(2);
    }

    private void Write16(byte code, ushort value)
    {
        var span = _buffer.GetSpan(3);
        span[0] = code;
        BinaryPrimitives.WriteUInt16BigEndian(span[1..], value);
        _buffer.Advance(3);
    }

    private void Write32(byte code, uint value)
    {
        var span = _buffer.GetSpan(5);
        span[0] = code;
        BinaryPrimitives.WriteUInt32BigEndian(span[1..], value);
        _buffer.Advance(5);
    }

    private void Write64(byte code, ulong value)
    {
        var span = _buffer.GetSpan(9);
        span[0] = code;
        BinaryPrimitives.WriteUInt64BigEndian(span[1..], value);
        _buffer.Advance(9);
    }
}
