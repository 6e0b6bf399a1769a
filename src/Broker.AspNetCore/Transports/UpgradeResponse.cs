using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Broker.Transports;

/// <summary>The two answers to an opening handshake: switch protocols, or refuse and close (RFC 6455 section 4.2.2). Stateless and
/// thread-safe.</summary>
internal static class UpgradeResponse
{
    /// <summary>Writes the response that opens the WebSocket.</summary>
    /// <param name="output">Receives the response.</param>
    /// <param name="accept">What <see cref="WebSocketAccept.Compute"/> made of the key.</param>
    /// <param name="subprotocol">The subprotocol chosen, one that the client offered.</param>
    public static void WriteSwitchingProtocols(IBufferWriter<byte> output, ReadOnlySpan<byte> accept, string subprotocol)
    {
        output.Write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: "u8);
        output.Write(accept);
        output.Write("\r\nSec-WebSocket-Protocol: "u8);
        Encoding.ASCII.GetBytes(subprotocol, output);
        output.Write("\r\n\r\n"u8);
    }

    /// <summary>Writes 400 Bad Request, the answer when no offered subprotocol is known (WS-01). The connection must be closed after
    /// it.</summary>
    /// <param name="output">Receives the response.</param>
    /// <param name="text">The body: what to change, for people.</param>
    public static void WriteBadRequest(IBufferWriter<byte> output, string text) => WriteRefusal(output, 400, text);

    /// <summary>Writes a refusal with a text body. The connection must be closed after it.</summary>
    /// <param name="output">Receives the response.</param>
    /// <param name="status">A status code from 400 to 599, such as 403 for a forbidden origin or 503 when full.</param>
    /// <param name="text">The body, for people.</param>
    /// <param name="retryAfter">After how many seconds to try again; 0: nothing is said of it.</param>
    public static void WriteRefusal(IBufferWriter<byte> output, int status, string text, int retryAfter = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 599);
        var head = $"HTTP/1.1 {status} {ReasonPhrases.GetReasonPhrase(status)}\r\nConnection: close\r\n"
            + (retryAfter > 0 ? $"Retry-After: {retryAfter}\r\n" : "")
            + $"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(text)}\r\n\r\n";
        Encoding.UTF8.GetBytes(head, output);
        Encoding.UTF8.GetBytes(text, output);
    }
}
