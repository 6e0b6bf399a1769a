using Broker.Hosting;
using Broker.Transports;

namespace Broker.Connections;

/// <content>How a connection ends.</content>
internal sealed partial class WampConnection
{
    /// <summary>Says goodbye as far as the peer will listen, for a bounded time.</summary>
    private async Task EndAsync(Ending ending)
    {
        var hadSession = _session.IsEstablished;
        _session.Leave();
        if (ending.Reason == DisconnectReason.TransportLost || Outbound.IsClosed)
        {
            return;
        }

        var peerHasClosed = ending.Reason == DisconnectReason.PeerClosed;
        if (hadSession && ending.Reason.IsGoodbye)
        {
            _session.SendGoodbye(ending);
            if (!await TryDrainAsync().ConfigureAwait(false))
            {
                return;
            }

            await using var timer = CancelReadAfter(_context.Options.CloseTimeout).ConfigureAwait(false);
            var answer = await ReceiveAsync().ConfigureAwait(false);
            if (answer.Reason == DisconnectReason.TransportLost)
            {
                return;
            }

            peerHasClosed = answer.Reason == DisconnectReason.PeerClosed;
        }
        else if (ending.Reason.Uri is not null && !(ending.Reason == DisconnectReason.FramingViolation && _frameWriter.IsWebSocket))
        {
            _session.SendAbort(ending);
        }

        await CloseTransportAsync(ending, peerHasClosed).ConfigureAwait(false);
    }

    private async Task CloseTransportAsync(Ending ending, bool peerHasClosed)
    {
        if (_frameWriter.IsWebSocket)
        {
            SendClose(ending);
        }

        if (await TryDrainAsync().ConfigureAwait(false) && !peerHasClosed)
        {
            await LingerAsync(ending.Reason == DisconnectReason.FramingViolation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Waits until the transport has taken all; false when the peer does not read, so that there is no point in waiting for its answer.
    /// </summary>
    private async ValueTask<bool> TryDrainAsync()
    {
        var drained = Outbound.DrainAsync();
        await drained.WaitAsync(_context.Options.CloseTimeout, _context.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return drained.IsCompleted;
    }

    private void SendClose(Ending ending)
    {
        Span<byte> payload = stackalloc byte[WebSocketFrame.MaxControlPayload];
        var code = ending.CloseCode != 0 ? ending.CloseCode : ending.Reason.CloseCode;
        var length = WebSocketFrame.WriteClosePayload(payload, code, ending.Text);
        Outbound.SendControl(OutboundFrame.Close, payload[..length]);
    }

    /// <summary>
    /// Waits for the peer to close, discarding what it sends: closing a socket with unread input resets it, and the peer might never read
    /// why (RACE-24).
    /// </summary>
    private async Task LingerAsync(bool isFramingLost)
    {
        const int MaxDiscarded = 1024 * 1024;
        var time = _context.Options.CloseTimeout;
        if (isFramingLost)
        {
            time = TimeSpan.FromMilliseconds(Math.Min(250, time.TotalMilliseconds));
        }

        await using var timer = CancelReadAfter(time).ConfigureAwait(false);
        var discarded = 0L;
        try
        {
            while (discarded < MaxDiscarded && !Volatile.Read(ref _isTimeUp))
            {
                var result = await _input.ReadAsync().ConfigureAwait(false);
                var buffer = result.Buffer;
                discarded += buffer.Length;
                var kind = FrameKind.Message;
                while (kind is not (FrameKind.NeedMore or FrameKind.Close or FrameKind.Violation or FrameKind.BrokenMessage))
                {
                    kind = _frames.Read(ref buffer, out _);
                }

                _input.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted || kind == FrameKind.Close)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer is gone: what this waited for.
            Log.LingerEnded(_context.Logger, exception, _session.Peer.ConnectionId);
        }
    }

    private async Task TellFaultAsync(Ending ending)
    {
        try
        {
            await EndAsync(ending).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.ConnectionFailed(_context.Logger, exception, _session.Peer.ConnectionId, _session.SessionId);
        }
    }

    /// <summary>
    /// Says by <see cref="_isTimeUp"/> when the time is up: a canceled read alone may be meant for another wait, and be lost to a peer that
    /// keeps sending.
    /// </summary>
    private ITimer CancelReadAfter(TimeSpan time)
    {
        Volatile.Write(ref _isTimeUp, false);
        return _context.Time.CreateTimer(
            static state =>
            {
                var connection = (WampConnection)state!;
                Volatile.Write(ref connection._isTimeUp, true);
                connection._input.CancelPendingRead();
            },
            this,
            time,
            Timeout.InfiniteTimeSpan);
    }
}
