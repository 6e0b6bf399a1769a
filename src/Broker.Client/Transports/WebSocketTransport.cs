using System.Net.WebSockets;
using Broker.Serialization;
using Broker.Transports;
using Broker.Uris;

namespace Broker.Client.Transports;

/// <summary>WAMP over WebSocket (WAMP specification, "WebSocket Transport"): one WAMP message per WebSocket message, text for JSON and binary for the others.</summary>
internal sealed class WebSocketTransport : IClientTransport
{
    private readonly ClientWebSocket _socket;
    private readonly WebSocketMessageType _messageType;
    private readonly int _maxMessageSize;

    private WebSocketTransport(ClientWebSocket socket, WampClientOptions options)
    {
        _socket = socket;
        _messageType = options.Serializer == SerializerKind.Json ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
        _maxMessageSize = options.MaxMessageSize;
    }

    public int PeerLimit => 0;

    public int HeaderLength => 0;

    public static async Task<IClientTransport> ConnectAsync(WampClientOptions options, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            var subprotocol = WampSubprotocol.NameOf(options.Serializer);
            socket.Options.AddSubProtocol(subprotocol);
            socket.Options.KeepAliveInterval = options.KeepAliveInterval;
            socket.Options.KeepAliveTimeout = options.KeepAliveTimeout;
            options.ConfigureWebSocket?.Invoke(socket.Options);
            await socket.ConnectAsync(options.Url, cancellationToken).ConfigureAwait(false);
            if (socket.SubProtocol != subprotocol)
            {
                socket.Abort();
                throw new WampConnectException(
                    ErrorUris.ProtocolViolation,
                    $"{options.Url} takes WebSockets but does not speak {subprotocol}: check the path, or choose a serializer that the router has.");
            }

            return new WebSocketTransport(socket, options);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void WriteHeader(Span<byte> header, int length)
    {
    }

    public async ValueTask SendAsync(OutboundBatch batch)
    {
        var start = 0;
        foreach (var end in batch.Ends)
        {
            await _socket.SendAsync(batch.Bytes.WrittenMemory[start..end], _messageType, endOfMessage: true, CancellationToken.None).ConfigureAwait(false);
            start = end;
        }
    }

    public async ValueTask<CloseReason?> ReceiveAsync(ByteBuffer message, OutboundQueue outbound)
    {
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(message.GetMemory(4096), CancellationToken.None).ConfigureAwait(false);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return ReasonOf(_socket.CloseStatus, _socket.CloseStatusDescription);
                }

                if (part.MessageType != _messageType)
                {
                    throw new WampProtocolException($"The subprotocol demands {_messageType} messages and a {part.MessageType} message came.");
                }

                message.Advance(part.Count);
                if (message.Count > _maxMessageSize)
                {
                    return new CloseReason(
                        ErrorUris.PayloadSizeExceeded,
                        $"The router sent a message of more than {_maxMessageSize} bytes: raise {nameof(WampClientOptions.MaxMessageSize)}.",
                        CloseOrigin.Client);
                }

                if (part.EndOfMessage)
                {
                    return null;
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            return new CloseReason(CloseReason.TransportLost, "The connection was lost: " + e.Message, CloseOrigin.Transport);
        }
    }

    public async Task CloseAsync(string reasonUri)
    {
        var status = reasonUri switch
        {
            ErrorUris.ProtocolViolation => WebSocketCloseStatus.ProtocolError,
            ErrorUris.PayloadSizeExceeded => WebSocketCloseStatus.MessageTooBig,
            _ => WebSocketCloseStatus.NormalClosure,
        };
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseAsync(status, statusDescription: null, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The router was faster.
        }
    }

    public void Abort() => _socket.Abort();

    public void Dispose() => _socket.Dispose();

    /// <summary>Some routers report a violation by the close code alone.</summary>
    private static CloseReason ReasonOf(WebSocketCloseStatus? status, string? description)
    {
        var uri = status switch
        {
            WebSocketCloseStatus.ProtocolError => ErrorUris.ProtocolViolation,
            WebSocketCloseStatus.MessageTooBig => ErrorUris.PayloadSizeExceeded,
            _ => CloseReason.TransportLost,
        };
        var text = string.IsNullOrEmpty(description) ? "" : ", " + description;
        return new CloseReason(uri, $"The router closed the WebSocket ({(int)(status ?? WebSocketCloseStatus.Empty)}{text}).", CloseOrigin.Transport);
    }
}
