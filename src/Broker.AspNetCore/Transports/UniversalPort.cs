using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Broker.Authentication;
using Broker.Connections;
using Broker.Hosting;
using Broker.Limits;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Broker.Transports;

/// <summary>
/// A Kestrel connection middleware that serves WAMP beside HTTP on one port. It looks at the first bytes: 0x7F opens a RawSocket; a plain upgrade of the WAMP
/// path opens a WebSocket on the transport's own pipe; all else goes untouched to the HTTP pipeline.
/// </summary>
internal sealed class UniversalPort(RouterContext context, string path, WampListener? listener, ConnectionDelegate next)
{
    private enum Opening
    {
        RawSocket,
        WebSocket,
        Foreign,
        Gone,
    }

    /// <summary>Serves one connection until it ends.</summary>
    public async Task OnConnectionAsync(ConnectionContext connection)
    {
        var peer = PeerOf(connection, upgrade: null);

        // Where UseWampLimits stands before TLS, it has let the connection in.
        var entered = connection.Features.Get<Admittance>();
        using var place = entered is null ? context.Admission.Enter(peer.CountedAddress) : null;
        if ((entered ?? place) is not { } admittance)
        {
            connection.Abort();
            return;
        }

        connection.Features.Set(admittance);
        switch (await OpenAsync(connection, peer, admittance.Refusal).ConfigureAwait(false))
        {
            case (Opening.Foreign, _):
                connection.Features.Set(listener);
                await next(connection).ConfigureAwait(false);
                break;
            case (_, { } opened):
                await opened.RunAsync().ConfigureAwait(false);
                CutIfStuck(connection);
                break;
        }
    }

    private PeerInfo PeerOf(ConnectionContext connection, WebSocketUpgrade? upgrade)
    {
        Func<string, string?>? header = upgrade is null ? null : upgrade.Header;
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var forwarded = ForwardedPeer.Of(address, header, context.Options.ProxiesAt(listener?.Name));
        return new PeerInfo(
            connection.ConnectionId,
            forwarded?.Address?.ToString() ?? connection.RemoteEndPoint?.ToString() ?? "",
            new TransportInfo(header)
            {
                RemoteAddress = forwarded?.Address ?? address,
                IsLocal = forwarded is null && OriginRules.IsLoopback(connection.RemoteEndPoint),
                IsEncrypted = forwarded?.IsEncrypted ?? connection.Features.Get<ITlsHandshakeFeature>() is not null,
                ClientCertificate = forwarded is null
                    ? connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate
                    : null, // not the proxy's own
            },
            connection.Abort,
            connection.ConnectionClosed)
        {
            CountedAddress = forwarded is null ? address : forwarded.Address,
        };
    }

    /// <summary>Reads the handshake and answers it.</summary>
    private async ValueTask<(Opening Opening, WampConnection? Connection)> OpenAsync(ConnectionContext connection, PeerInfo peer, ConnectionRefusal refusal)
    {
        var input = connection.Transport.Input;
        await using var timer = context.Time.CreateTimer(
            static state => ((PipeReader)state!).CancelPendingRead(), input, context.Options.HandshakeTimeout, Timeout.InfiniteTimeSpan).ConfigureAwait(false);

        // A server that stops waits for this connection, which may never say a word.
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        await using var stopping = closing.UnsafeRegister(static state => ((PipeReader)state!).CancelPendingRead(), input).ConfigureAwait(false);
        while (true)
        {
            ReadResult result;
            try
            {
                result = await input.ReadAsync().ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
            {
                return (Opening.Gone, null);
            }

            var buffer = result.Buffer;
            if (result.IsCanceled)
            {
                input.AdvanceTo(buffer.Start);
                var (reason, text) = closing.IsCancellationRequested
                    ? (DisconnectReason.SystemShutdown, "the router shuts down.")
                    : (DisconnectReason.HandshakeTimeout, "no handshake came in time.");
                context.Metrics.ConnectionEnded(reason);
                Log.ConnectionRefused(context.Logger, peer.ConnectionId, peer.Address, text);
                return (Opening.Gone, null);
            }

            var (outcome, upgrade) = Recognise(buffer);
            if (refusal != ConnectionRefusal.None && (upgrade is not null || outcome == Opening.Foreign || buffer.Length >= RawSocketHandshake.Length))
            {
                input.AdvanceTo(buffer.End);
                await TurnAwayAsync(connection.Transport.Output, peer, isHttp: outcome != Opening.RawSocket, refusal).ConfigureAwait(false);
                return (Opening.Gone, null);
            }

            switch (outcome)
            {
                case Opening.RawSocket when buffer.Length >= RawSocketHandshake.Length:
                    return (Opening.RawSocket, await AnswerRawSocketAsync(connection, buffer, peer).ConfigureAwait(false));
                case Opening.WebSocket when upgrade is not null:
                    return (Opening.WebSocket, await AnswerWebSocketAsync(connection, buffer, upgrade, peer).ConfigureAwait(false));
                case Opening.Foreign:
                    input.AdvanceTo(buffer.Start); // nothing examined: the HTTP pipeline reads it again
                    return (Opening.Foreign, null);
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                return (Opening.Gone, null);
            }
        }
    }

    /// <summary>Tells a peer, in the words of its transport, that there is no room.</summary>
    private async ValueTask TurnAwayAsync(PipeWriter output, PeerInfo peer, bool isHttp, ConnectionRefusal refusal)
    {
        const int RetryAfter = 10; // seconds
        Log.ConnectionRefused(context.Logger, peer.ConnectionId, peer.Address, refusal.Describe());
        if (isHttp)
        {
            UpgradeResponse.WriteRefusal(output, 503, refusal.Describe() + "\n", RetryAfter);
        }
        else
        {
            RawSocketHandshake.WriteError(output.GetSpan(RawSocketHandshake.Length), RawSocketError.MaximumConnectionCountReached);
            output.Advance(RawSocketHandshake.Length);
        }

        await output.FlushAsync().ConfigureAwait(false);
    }

    private (Opening Opening, WebSocketUpgrade? Upgrade) Recognise(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsEmpty || buffer.FirstSpan[0] == RawSocketHandshake.Magic)
        {
            return (Opening.RawSocket, null);
        }

        var outcome = WebSocketUpgrade.Parse(buffer, path, out var upgrade);
        return (outcome == UpgradeOutcome.Foreign ? Opening.Foreign : Opening.WebSocket, upgrade);
    }

    private async ValueTask<WampConnection?> AnswerRawSocketAsync(ConnectionContext connection, ReadOnlySequence<byte> buffer, PeerInfo peer)
    {
        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        var limit = context.Options.MaxMessageSize;
        var answer = RawSocketHandshake.Answer(Head(buffer), RawSocketHandshake.AnnouncedLimit(limit), output.GetSpan(RawSocketHandshake.Length));
        input.AdvanceTo(buffer.GetPosition(RawSocketHandshake.Length));
        if (answer.Outcome != RawSocketOutcome.CloseWithoutReply)
        {
            output.Advance(RawSocketHandshake.Length);
            await output.FlushAsync().ConfigureAwait(false);
        }

        if (answer.Outcome != RawSocketOutcome.Accepted)
        {
            context.Metrics.HandshakeRefused(answer.Error == RawSocketError.SerializerUnsupported ? HandshakeRefusal.Serializer : HandshakeRefusal.Malformed);
            Log.ConnectionRefused(
                context.Logger, peer.ConnectionId, peer.Address, answer.Outcome == RawSocketOutcome.Rejected ? answer.Error.Describe() : "this is no handshake of a RawSocket.");
            return null;
        }

        WatchByTcp(connection);
        return ConnectionFactory.RawSocket(context, connection.Transport, answer, limit, peer);
    }

    private static byte[] Head(in ReadOnlySequence<byte> buffer) => buffer.Slice(0, RawSocketHandshake.Length).ToArray();

    private async ValueTask<WampConnection?> AnswerWebSocketAsync(
        ConnectionContext connection, ReadOnlySequence<byte> buffer, WebSocketUpgrade upgrade, PeerInfo peer)
    {
        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        input.AdvanceTo(buffer.GetPosition(upgrade.HeadLength));
        peer = PeerOf(connection, upgrade);
        if (connection.Features.GetRequiredFeature<Admittance>().Recount(peer.CountedAddress) is not ConnectionRefusal.None and var refusal)
        {
            await TurnAwayAsync(output, peer, isHttp: true, refusal).ConfigureAwait(false);
            return null;
        }

        if (!HostRules.Allow(upgrade.Host, context.Options.HostsAt(listener)))
        {
            return await RefuseAsync(
                output, peer, 400, HandshakeRefusal.Host, $"This router is not called {upgrade.Host}: use one of its names, or add this one to the listener's hosts.\n")
                .ConfigureAwait(false);
        }

        var allowed = context.Options.OriginsAt(listener);
        if (!OriginRules.Allow(upgrade.Origin, upgrade.Host, peer.Transport.IsEncrypted, peer.Transport.IsLocal, allowed))
        {
            return await RefuseAsync(
                output, peer, 403, HandshakeRefusal.Origin, $"The origin {upgrade.Origin} may not connect: add it to the router's allowed origins.\n")
                .ConfigureAwait(false);
        }

        if (!WampSubprotocol.TrySelect(upgrade.Subprotocols, out var subprotocol))
        {
            return await RefuseAsync(
                output,
                peer,
                400,
                HandshakeRefusal.Subprotocol,
                "No subprotocol in common: offer wamp.2.json, wamp.2.msgpack or wamp.2.cbor in Sec-WebSocket-Protocol.\n")
                .ConfigureAwait(false);
        }

        // Made before the peer knows: the options of this moment are those of its handshake.
        var opened = ConnectionFactory.WebSocket(context, connection.Transport, subprotocol, peer);
        WriteAccept(output, upgrade, subprotocol.Name);
        await output.FlushAsync().ConfigureAwait(false);
        return opened;
    }

    private static void WriteAccept(PipeWriter output, WebSocketUpgrade upgrade, string name)
    {
        Span<byte> accept = stackalloc byte[WebSocketAccept.Length];
        WebSocketAccept.Compute(upgrade.Key, accept);
        UpgradeResponse.WriteSwitchingProtocols(output, accept, name);
    }

    private async ValueTask<WampConnection?> RefuseAsync(PipeWriter output, PeerInfo peer, int status, HandshakeRefusal reason, string text)
    {
        context.Metrics.HandshakeRefused(reason);
        Log.ConnectionRefused(context.Logger, peer.ConnectionId, peer.Address, Log.Printable(text.TrimEnd()));
        UpgradeResponse.WriteRefusal(output, status, text);
        await output.FlushAsync().ConfigureAwait(false);
        return null;
    }

    /// <summary>The server closes a connection when all is sent. A peer that never reads must not hold it open for that.</summary>
    private void CutIfStuck(ConnectionContext connection)
    {
        var timer = context.Time.CreateTimer(
            static state => ((ConnectionContext)state!).Abort(), connection, context.Options.CloseTimeout, Timeout.InfiniteTimeSpan);
        connection.ConnectionClosed.Register(static state => ((ITimer)state!).Dispose(), timer);
    }

    /// <summary>RawSocket peers are not pinged by default (RAW-13), so that TCP has to notice when one is gone.</summary>
    private static void WatchByTcp(ConnectionContext connection)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
        {
            return;
        }

        try
        {
            if (socket.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 20);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return; // the peer is gone already, as the next read tells
        }
    }
}
