using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Broker.Serialization;

namespace Broker.Transports;

/// <summary>
/// How WAMP messages stand in a WebSocket message of a batched subprotocol (WAMP specification, "Message Batching"). JSON:
/// <c>message 0x1E message 0x1E ...</c>, a separator behind each; otherwise <c>length message length message ...</c>, lengths in four octets, big-endian.
/// A single message is a batch of one, and framed; a batch of none is illegal. One instance for each connection: it remembers how the peer separates.
/// One thread may read while others write.
/// </summary>
/// <param name="serializer">The serializer of the connection.</param>
public sealed class BatchFraming(SerializerKind serializer)
{
    /// <summary>The separator of the specification: <c>RS</c>.</summary>
    public const byte RecordSeparator = 0x1E;

    /// <summary>
    /// What Autobahn and Crossbar.io send and expect in its place: they take the specification's <c>\30</c> for octal. Neither octet can occur inside of JSON.
    /// </summary>
    public const byte OctalSeparator = 0x18;

    private const int LengthPrefix = sizeof(uint);
    private const string Empty = "A batch holds no message.";

    private readonly bool _isJson = serializer == SerializerKind.Json;
    private volatile byte _separator = RecordSeparator;

    /// <summary>How many bytes stand in front of each message.</summary>
    public int HeaderLength => _isJson ? 0 : LengthPrefix;

    /// <summary>How many bytes stand behind each message.</summary>
    public int TrailerLength => _isJson ? 1 : 0;

    /// <summary>How many bytes a message takes besides its own.</summary>
    public int Overhead => HeaderLength + TrailerLength;

    /// <summary>Writes what stands in front of a message of <paramref name="length"/> bytes; returns <see cref="HeaderLength"/>.</summary>
    public int WriteHeader(Span<byte> destination, int length)
    {
        if (!_isJson)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)length);
        }

        return HeaderLength;
    }

    /// <summary>
    /// Writes what stands behind a message; returns <see cref="TrailerLength"/>. JSON: <see cref="RecordSeparator"/>, or
    /// <see cref="OctalSeparator"/> to a peer that uses it itself.
    /// </summary>
    public int WriteTrailer(Span<byte> destination)
    {
        if (_isJson)
        {
            destination[0] = _separator;
        }

        return TrailerLength;
    }

    /// <summary>Takes the first message out of a batch.</summary>
    /// <param name="batch">A batch, or what is left of one behind its first messages; advanced past the message taken. Not copied.</param>
    /// <param name="message">The message, a slice of <paramref name="batch"/>. May be empty, which no serializer accepts.</param>
    /// <param name="violation">If the result is false: one sentence on what is wrong. The connection must then fail.</param>
    public bool TryTake(scoped ref ReadOnlySpan<byte> batch, out ReadOnlySpan<byte> message, [NotNullWhen(false)] out string? violation)
    {
        violation = _isJson ? TakeSeparated(ref batch, out message) : TakePrefixed(ref batch, out message);
        return violation is null;
    }

    private string? TakeSeparated(scoped ref ReadOnlySpan<byte> batch, out ReadOnlySpan<byte> message)
    {
        message = default;
        var end = batch.IndexOfAny(RecordSeparator, OctalSeparator);
        if (end < 0)
        {
            return batch.IsEmpty ? Empty : "The last message of a batch is not followed by the separator 0x1E.";
        }

        _separator = batch[end];
        message = batch[..end];
        batch = batch[(end + 1)..];
        return null;
    }

    private static string? TakePrefixed(scoped ref ReadOnlySpan<byte> batch, out ReadOnlySpan<byte> message)
    {
        message = default;
        if (batch.Length < LengthPrefix)
        {
            return batch.IsEmpty ? Empty : "A batch ends within the four octets of a message's length.";
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(batch);
        if (length > (uint)(batch.Length - LengthPrefix))
        {
            return "A message is longer than what is left of its batch.";
        }

        message = batch.Slice(LengthPrefix, (int)length);
        batch = batch[(LengthPrefix + (int)length)..];
        return null;
    }
}
