namespace Broker.Serialization;

/// <summary>
/// Reads one serialized value, token by token, over bytes that the caller owns and keeps unchanged while the reader is in use.
/// There is one reader per serializer; code that works on all of them is generic over the reader, so that no call is virtual.
/// </summary>
/// <remarks>
/// A reader accepts exactly what may travel on to any peer in any serializer: well-formed input, valid UTF-8, dict keys that are
/// strings, no MessagePack extension types, no CBOR tags, no JSON string that starts with U+0000 and is not base64 behind it, no lone
/// surrogates. Anything else throws <see cref="WampProtocolException"/>, and so does input that ends early; no other exception leaves a
/// reader whatever the bytes are. Memory use does not depend on lengths that the input merely declares.
/// <para>
/// Use: <c>Read()</c> moves to the next value of the container that is open (at first: to the root value). On a
/// <see cref="TokenType.List"/> or <see cref="TokenType.Dict"/>, call <c>Enter()</c> to open it or <c>Skip()</c> to pass over it
/// whole; one of the two is required before the next <c>Read</c>. Inside a dict each <c>Read</c> is preceded by a <c>ReadKey</c>.
/// </para>
/// </remarks>
/// <typeparam name="TSelf">The reader itself.</typeparam>
public interface ITokenReader<TSelf> where TSelf : struct, ITokenReader<TSelf>, allows ref struct
{
    /// <summary>The serializer whose tokens this reader reads.</summary>
    static abstract SerializerKind Kind { get; }

    /// <summary>A reader before the root value of <paramref name="source"/>.</summary>
    static abstract TSelf Create(ReadOnlySpan<byte> source, DecodeLimits limits);

    /// <summary>
    /// A reader inside a list whose elements are <paramref name="elements"/>, as a slice of a message holds them (JSON: with the commas between
    /// them). Its <see cref="Read"/> returns false at the end of the input.
    /// </summary>
    static abstract TSelf CreateSequence(ReadOnlySpan<byte> elements, DecodeLimits limits);

    /// <summary>The type of the current value.</summary>
    TokenType Type { get; }

    /// <summary>The offset of the first byte of the current value.</summary>
    int ValueStart { get; }

    /// <summary>The offset behind the last byte consumed: behind a scalar after <see cref="Read"/>, behind a container after <see cref="Skip"/>.</summary>
    int Position { get; }

    /// <summary>
    /// Moves to the next value of the open list, to the value behind the key just read in the open dict, or to the root value.
    /// Returns false, and leaves the container, at the end of a list; at the root, returns false when the input ends behind the root
    /// value and throws when anything follows it.
    /// </summary>
    bool Read();

    /// <summary>Moves to the next key of the open dict. Returns false, and leaves the dict, at its end.</summary>
    /// <param name="key">The key in UTF-8, without escapes; valid as long as the source is.</param>
    bool ReadKey(out ReadOnlySpan<byte> key);

    /// <summary>Opens the current list or dict.</summary>
    void Enter();

    /// <summary>Passes over the current value, checking all of it. Nothing to do on a scalar.</summary>
    void Skip();

    /// <summary>The current <see cref="TokenType.Integer"/>. False when it is below zero or above 2^64-1.</summary>
    bool TryGetUInt64(out ulong value);

    /// <summary>The current <see cref="TokenType.Integer"/>. False when it does not fit 64 bits with sign.</summary>
    bool TryGetInt64(out long value);

    /// <summary>The current <see cref="TokenType.Integer"/> or <see cref="TokenType.Float"/> as the nearest double; infinite when it is beyond the range.</summary>
    double GetDouble();

    /// <summary>The current <see cref="TokenType.String"/> in UTF-8, without escapes; valid as long as the source is.</summary>
    ReadOnlySpan<byte> GetString();

    /// <summary>The octets of the current <see cref="TokenType.Binary"/>; valid as long as the source is.</summary>
    ReadOnlySpan<byte> GetBinary();
}
