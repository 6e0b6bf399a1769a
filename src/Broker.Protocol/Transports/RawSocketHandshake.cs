using System.Numerics;
using Broker.Serialization;

namespace Broker.Transports;

/// <summary>
/// The four octets with which each side of a RawSocket opens (WAMP specification, "RawSocket Transport", handshake):
/// <c>0x7F, LLLLSSSS, 0, 0</c> where S is the serializer and L stands for a maximum message length of 2^(9+L) bytes.
/// A refusal is <c>0x7F, EEEE0000, 0, 0</c>. Stateless and thread-safe.
/// </summary>
public static class RawSocketHandshake
{
    /// <summary>The length of a request and of a reply, in bytes.</summary>
    public const int Length = 4;

    /// <summary>The first octet of both sides. No HTTP request and no TLS record starts with it.</summary>
    public const byte Magic = 0x7F;

    /// <summary>The smallest limit that can be announced, in bytes.</summary>
    public const int SmallestLimit = 1 << 9;

    /// <summary>The largest limit that can be announced, in bytes.</summary>
    public const int LargestLimit = 1 << 24;

    /// <summary>
    /// The limit that goes over the wire for a configured one: the largest power of two that does not exceed it, so that a
    /// peer which keeps to the announcement is never refused.
    /// </summary>
    /// <param name="maxMessageSize">The configured limit in bytes, at least <see cref="SmallestLimit"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is below 512 bytes, which RawSocket cannot express.</exception>
    public static int AnnouncedLimit(int maxMessageSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessageSize, SmallestLimit);
        return 1 << Math.Min(24, BitOperations.Log2((uint)maxMessageSize));
    }

    /// <summary>Writes the client's request.</summary>
    /// <param name="request4">Receives <see cref="Length"/> bytes.</param>
    /// <param name="serializer">The serializer the client wants.</param>
    /// <param name="maxMessageSize">The longest message the client takes, in bytes; see <see cref="AnnouncedLimit"/>.</param>
    public static void WriteRequest(Span<byte> request4, SerializerKind serializer, int maxMessageSize) =>
        Write(request4, LengthBits(maxMessageSize) | NumberOf(serializer));

    /// <summary>Judges a client's request and writes the reply, if there is one to send (RAW-01 to RAW-06).</summary>
    /// <param name="request4">The first <see cref="Length"/> bytes of the connection.</param>
    /// <param name="maxMessageSize">The longest message this router takes, in bytes; see <see cref="AnnouncedLimit"/>.</param>
    /// <param name="reply4">Receives <see cref="Length"/> bytes unless the outcome is <see
    /// cref="RawSocketOutcome.CloseWithoutReply"/>.</param>
    public static RawSocketAnswer Answer(ReadOnlySpan<byte> request4, int maxMessageSize, Span<byte> reply4)
    {
        var number = request4[1] & 0x0F;
        if (request4[0] != Magic || number == 0)
        {
            return new RawSocketAnswer(RawSocketOutcome.CloseWithoutReply, default, 0, RawSocketError.None);
        }

        if (number > NumberOf(SerializerKind.Cbor))
        {
            return Reject(reply4, RawSocketError.SerializerUnsupported);
        }

        if (request4[2] != 0 || request4[3] != 0)
        {
            return Reject(reply4, RawSocketError.UseOfReservedBits);
        }

        Write(reply4, LengthBits(maxMessageSize) | number);
        return new RawSocketAnswer(RawSocketOutcome.Accepted, (SerializerKind)(number - 1), LimitOf(request4[1]), RawSocketError.None);
    }

    /// <summary>Writes a refusal, for reasons that the request does not show (RAW-05).</summary>
    /// <param name="reply4">Receives <see cref="Length"/> bytes.</param>
    /// <param name="error">Any but <see cref="RawSocketError.None"/>.</param>
    public static void WriteError(Span<byte> reply4, RawSocketError error)
    {
        ArgumentOutOfRangeException.ThrowIfZero((int)error, nameof(error));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((int)error, 15, nameof(error));
        Write(reply4, (int)error << 4);
    }

    /// <summary>Reads a router's reply (RAW-07).</summary>
    /// <param name="reply4">The first <see cref="Length"/> bytes the router sent.</param>
    /// <param name="requested">The serializer of the request.</param>
    /// <exception cref="WampProtocolException">The reply is neither an acceptance of what was requested nor a refusal.</exception>
    public static RawSocketReply ReadReply(ReadOnlySpan<byte> reply4, SerializerKind requested)
    {
        if (reply4[0] != Magic)
        {
            throw new WampProtocolException("The RawSocket handshake reply does not start with 0x7F.");
        }

        if (reply4[2] != 0 || reply4[3] != 0)
        {
            throw new WampProtocolException("The RawSocket handshake reply uses reserved octets.");
        }

        var number = reply4[1] & 0x0F;
        if (number == 0)
        {
            var error = (RawSocketError)(reply4[1] >> 4);
            return error != RawSocketError.None
                ? new RawSocketReply(error, 0)
                : throw new WampProtocolException("The RawSocket handshake reply carries neither a serializer nor an error.");
        }

        return number == NumberOf(requested)
            ? new RawSocketReply(RawSocketError.None, LimitOf(reply4[1]))
            : throw new WampProtocolException("The RawSocket handshake reply names another serializer than was requested.");
    }

    private static RawSocketAnswer Reject(Span<byte> reply4, RawSocketError error)
    {
        WriteError(reply4, error);
        return new RawSocketAnswer(RawSocketOutcome.Rejected, default, 0, error);
    }

    private static void Write(Span<byte> octets, int second)
    {
        octets[0] = Magic;
        octets[1] = (byte)second;
        octets[2] = 0;
        octets[3] = 0;
    }

    private static int NumberOf(SerializerKind serializer) => (int)serializer + 1;

    private static int LimitOf(byte second) => 1 << (9 + (second >> 4));

    private static int LengthBits(int maxMessageSize) => (BitOperations.Log2((uint)AnnouncedLimit(maxMessageSize)) - 9) << 4;
}
