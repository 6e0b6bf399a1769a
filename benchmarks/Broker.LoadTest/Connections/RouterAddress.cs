using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;

namespace Broker.LoadTest.Connections;

/// <summary>Where a router is: <c>ws://HOST:PORT/PATH</c>, <c>wss://...</c>, <c>tcp://HOST:PORT</c> (RawSocket) or <c>tcps://...</c> (RawSocket over TLS).</summary>
/// <param name="Url">As it was written.</param>
/// <param name="Host">A name or an IP address.</param>
/// <param name="Port">The TCP port.</param>
/// <param name="Path">The path and query of the WebSocket.</param>
/// <param name="IsWebSocket">WebSocket, not RawSocket.</param>
/// <param name="IsSecure">Over TLS.</param>
internal sealed record RouterAddress(string Url, string Host, int Port, string Path, bool IsWebSocket, bool IsSecure)
{
    /// <summary>Reads an address; <paramref name="fault"/> is one sentence that says what is wrong.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RouterAddress? address, out string fault)
    {
        address = null;
        fault = $"'{text}' is no router's address: write ws://HOST:PORT/PATH for WebSocket or tcp://HOST:PORT for RawSocket.";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            return false;
        }

        var isWebSocket = uri.Scheme is "ws" or "wss";
        if (!isWebSocket && uri.Scheme is not ("tcp" or "tcps"))
        {
            return false;
        }

        var isSecure = uri.Scheme is "wss" or "tcps";
        if (uri.Port < 0)
        {
            fault = $"'{text}' has no port: write tcp://HOST:PORT.";
            return false;
        }

        address = new RouterAddress(text, uri.DnsSafeHost, uri.Port, uri.PathAndQuery, isWebSocket, isSecure);
        return true;
    }

    /// <summary>Connects a socket, which stays the caller's until this has succeeded, and starts TLS where the address wants it.</summary>
    public async Task<Stream> ConnectAsync(Socket socket, CancellationToken cancellation)
    {
        await socket.ConnectAsync(Host, Port, cancellation);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (IsSecure)
        {
            var secure = new SslStream(stream);
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = Host }, cancellation);
            stream = secure;
        }

        return stream;
    }
}
