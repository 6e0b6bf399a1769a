using System.Net.WebSockets;
using Broker.Serialization;
using Broker.Transports;
using Broker.Uris;

namespace Broker.Client.Transports;

/// <summary>WAMP over WebSocket (WAMP specification, "WebSocket Transport"): each WebSocket message is a WAMP message, or a batch of them for
/// <see cref="BatchedTransport"/>; text for JSON and binary for the others.</summary>
internal sealed class WebSocketTransport : IClientTransport
{
    private readonly ClientWebSocket _socket;
    private readonly WebSocketMessageType _messageType;
    private readonly string _limited;
    private readonly long _limit;

    private WebSocketTransport(ClientWebSocket socket, WampClientOptions options, WampSubprotocol subprotocol)
    {
        _socket = socket;
        _messageType = options.Serializer == SerializerKind.Json ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
        (_limited, _limit) = ("message", options.MaxMessageSize);
        if (subprotocol.IsBatched)
        {
            // As long as the longest message alone makes it: then no message in a batch can be longer than that.
            (_limited, _limit) = ("batch", _limit + new BatchFraming(options.Serializer).Overhead);
        }
    }

    public int PeerLimit => 0;

    public int HeaderLength => 0;

    public static async Task<IClientTransport> ConnectAsync(WampClientOptions options, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            if (options.Batched)
            {
                socket.Options.AddSubProtocol(new WampSubprotocol(options.Serializer, IsBatched: true).Name);
            }

            socket.Options.AddSubProtocol(WampSubprotocol.NameOf(options.Serializer));
            socket.Options.KeepAliveInterval = options.KeepAliveInterval;
            socket.Options.KeepAliveTimeout = options.KeepAliveTimeout;
            options.ConfigureWebSocket?.Invoke(socket.Options);
            await socket.ConnectAsync(options.Url, cancellationToken).ConfigureAwait(false);
            if (!WampSubprotocol.TryParse(socket.SubProtocol, out var subprotocol) || subprotocol.Serializer != options.Serializer)
            {
                socket.Abort();
                throw new WampConnectException(
                    ErrorUris.ProtocolViolation,
                    $"{options.Url} takes WebSockets but does not speak {WampSubprotocol.NameOf(options.Serializer)}: check the path, or choose a serializer that the router has.");
            }

            var transport = new WebSocketTransport(socket, options, subprotocol);
            return subprotocol.IsBatched ? new BatchedTransport(transport, options.Serializer) : transport;
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
                if (message.Count > _limit)
                {
                    return new CloseReason(
                        ErrorUris.PayloadSizeExceeded,
                        $"The router sent a {_limited} of more than {_limit} bytes: raise {nameof(WampClientOptions.MaxMessageSize)}.",
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
