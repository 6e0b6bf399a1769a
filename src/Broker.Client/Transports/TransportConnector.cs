using System.Net.Sockets;
using System.Net.WebSockets;
using Broker.Uris;

namespace Broker.Client.Transports;

/// <summary>Opens the transport that a URL names.</summary>
internal static class TransportConnector
{
    /// <exception cref="ArgumentException">The URL names no transport.</exception>
    /// <exception cref="WampConnectException">The transport cannot be opened.</exception>
    public static async Task<IClientTransport> ConnectAsync(WampClientOptions options, CancellationToken cancellationToken)
    {
        using var timeLimit = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeLimit.Token);
        try
        {
            return options.Url.Scheme switch
            {
                "ws" or "wss" => await WebSocketTransport.ConnectAsync(options, either.Token).ConfigureAwait(false),
                "tcp" when options.Url.Port > 0 => await RawSocketTransport.ConnectAsync(options, either.Token).ConfigureAwait(false),
                _ => throw new ArgumentException($"{options.Url} names no transport: use ws://host/path, wss://host/path or tcp://host:port.", nameof(options)),
            };
        }
        catch (Exception e) when (timeLimit.IsCancellationRequested && !cancellationToken.IsCancellationRequested && e is not WampConnectException)
        {
            throw new WampConnectException(
                CloseReason.TransportLost,
                $"{options.Url} did not answer within {options.ConnectTimeout.TotalSeconds:0.###} s: check the address, or raise {nameof(options.ConnectTimeout)}.",
                e);
        }
        catch (WampProtocolException e)
        {
            throw new WampConnectException(ErrorUris.ProtocolViolation, $"{options.Url} is no WAMP router: {e.Message} Check the port.", e);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is SocketException or WebSocketException or IOException)
        {
            throw new WampConnectException(
                CloseReason.TransportLost, $"{options.Url} cannot be reached: {e.GetBaseException().Message.TrimEnd('.')}. Check the address, and that a router listens there.", e);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && e is not OperationCanceledException)
        {
            throw new OperationCanceledException("Connecting was cancelled.", e, cancellationToken);
        }
    }
}
