namespace Broker.Serialization;

/// <summary>
/// Writes one serialized value, token by token, to the end of a <see cref="ByteBuffer"/>. There is one writer per serializer; code that
/// works on all of them is generic over the writer and passes it by reference.
/// </summary>
/// <remarks>
/// Writers emit the shortest form of every integer, length and header, definite lengths, JSON without white space and with only the
/// escapes that RFC 8259 demands. A container whose size is known is written by <c>WriteListStart(count)</c> ... <c>WriteListEnd()</c>;
/// one whose size shows only at its end by <c>OpenList()</c> ... <c>CloseList(mark, count)</c>.
/// </remarks>
/// <typeparam name="TSelf">The writer itself.</typeparam>
public interface ITokenWriter<TSelf> where TSelf : struct, ITokenWriter<TSelf>
{
    /// <summary>The serializer whose tokens this writer writes.</summary>
    static abstract SerializerKind Kind { get; }

    /// <summary>A writer of one root value at the end of <paramref name="buffer"/>.</summary>
    static abstract TSelf Create(ByteBuffer buffer);

    /// <summary>Opens a list of exactly <paramref name="count"/> elements.</summary>
    void WriteListStart(int count);

    /// <summary>Closes a list opened by <see cref="WriteListStart"/>.</summary>
    void WriteListEnd();

    /// <summary>Opens a list of unknown size.</summary>
    /// <returns>What <see cref="CloseList"/> wants back.</returns>
    int OpenList();

    /// <summary>Closes a list opened by <see cref="OpenList"/>.</summary>
    void CloseList(int mark, int count);

    /// <summary>Opens a dict of exactly <paramref name="count"/> keys.</summary>
    void WriteDictStart(int count);

    /// <summary>Closes a dict opened by <see cref="WriteDictStart"/>.</summary>
    void WriteDictEnd();

    /// <summary>Opens a dict of unknown size.</summary>
    /// <returns>What <see cref="CloseDict"/> wants back.</returns>
    int OpenDict();

    /// <summary>Closes a dict opened by <see cref="OpenDict"/>.</summary>
    void CloseDict(int mark, int count);

    /// <summary>Writes a key of the open dict; its value must follow.</summary>
    /// <param name="utf8">The key in UTF-8.</param>
    void WriteKey(ReadOnlySpan<byte> utf8);

    /// <summary>Writes null.</summary>
    void WriteNull();

    /// <summary>Writes a boolean.</summary>
    void WriteBoolean(bool value);

    /// <summary>Writes an integer.</summary>
    void WriteInteger(long value);

    /// <summary>Writes an integer that is not negative.</summary>
    void WriteInteger(ulong value);

    /// <summary>Writes a floating point number that stays one (JSON: 1.0, not 1). NaN and infinities: see <see cref="Transcoder"/>; JSON throws <see cref="ArgumentException"/>.</summary>
    void WriteFloat(double value);

    /// <summary>Writes text.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    void WriteString(ReadOnlySpan<byte> utf8);

    /// <summary>Writes octets. JSON: U+0000 and base64 in a string.</summary>
    void WriteBinary(ReadOnlySpan<byte> octets);

    /// <summary>
    /// Splices elements that this serializer has encoded before, as a reader's slice holds them (JSON: with the commas between them), into
    /// the open list. <paramref name="encoded"/> must not be empty.
    /// </summary>
    void WriteEncoded(ReadOnlySpan<byte> encoded);
}
