using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Broker.Transports;

/// <summary>The proof that a server understood the opening handshake (RFC 6455 section 4.2.2, step 5.4). Stateless and
/// thread-safe.</summary>
internal static class WebSocketAccept
{
    /// <summary>The length of the value of Sec-WebSocket-Accept in bytes.</summary>
    public const int Length = 28;

    private const int KeyLength = 24;

    private static ReadOnlySpan<byte> Guid => "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8;

    /// <summary>Computes the value of Sec-WebSocket-Accept: the SHA-1 of key and GUID, in base64.</summary>
    /// <param name="key">The value of Sec-WebSocket-Key: 24 characters of base64.</param>
    /// <param name="accept">Receives <see cref="Length"/> ASCII bytes.</param>
    public static void Compute(ReadOnlySpan<char> key, Span<byte> accept)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyLength);
        Span<byte> input = stackalloc byte[KeyLength + Guid.Length];
        Encoding.ASCII.GetBytes(key, input);
        Guid.CopyTo(input[KeyLength..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(input, hash);
        Base64.EncodeToUtf8(hash, accept[..Length], out _, out _);
    }
}
