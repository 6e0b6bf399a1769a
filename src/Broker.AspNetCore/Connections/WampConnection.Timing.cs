using Broker.Hosting;
using Broker.Sessions;
using Broker.Transports;

namespace Broker.Connections;

/// <content>What depends on the time: that of the handshake, of authentication, and keep-alive.</content>
internal sealed partial class WampConnection
{
    private int _silentTicks;
    private int _openTicks;
    private int _round;
    private int _roundTicks;
    private long? _stalledSince;

    /// <summary>
    /// Once a second: sees to the time that a peer may take for HELLO, and to its keep-alive (WS-09). Never throws: the others have their turn, too.
    /// </summary>
    public void Tick()
    {
        try
        {
            SeeToTime();
        }
        catch (Exception exception)
        {
            Log.ConnectionFailed(_context.Logger, exception, _session.Peer.ConnectionId, _session.SessionId);
            RequestEnd(new Ending(DisconnectReason.InternalError));
        }
    }

    private void SeeToTime()
    {
        var options = _context.Options;
        if (_session.Phase == SessionPhase.Challenging && TicksOfRound() > options.AuthenticationTimeout.TotalSeconds)
        {
            RequestEnd(new Ending(
                DisconnectReason.AuthenticationTimeout, $"The client was not authenticated within {options.AuthenticationTimeout.TotalSeconds} s."));
            return;
        }

        if (_session.IsExpired(_context.Time.GetUtcNow()))
        {
            RequestEnd(new Ending(DisconnectReason.AuthenticationExpired, "The time for which the session was authenticated is over: connect again."));
            return;
        }

        if (_session.IsRenewalDue(_context.Time.GetUtcNow()))
        {
            // The read loop sees to it, and whether it is still due; on another thread, as RequestEnd does.
            ThreadPool.UnsafeQueueUserWorkItem(static input => input.CancelPendingRead(), _input, preferLocal: false);
        }

        if (!_session.IsEstablished)
        {
            if (++_openTicks > options.HelloTimeout.TotalSeconds)
            {
                RequestEnd(_session switch
                {
                    { HasLeft: true } => new Ending(DisconnectReason.Left),
                    { Phase: SessionPhase.Challenging } => new Ending(
                        DisconnectReason.AuthenticationTimeout, $"The client was not authenticated within {options.HelloTimeout.TotalSeconds} s."),
                    _ => new Ending(DisconnectReason.HelloTimeout, $"No HELLO came within {options.HelloTimeout.TotalSeconds} s."),
                });
            }

            return;
        }

        _openTicks = 0;
        var isHeldUp = Volatile.Read(ref _isHeldUp); // before what is heard: who is read again is heard before
        if (_heard | HasTaken())
        {
            _heard = false;
            _silentTicks = 0;
            return;
        }

        _silentTicks++;
        var interval = (int)Math.Ceiling(options.KeepAliveInterval.TotalSeconds);
        if (interval == 0 || !(_frameWriter.IsWebSocket || options.PingRawSockets))
        {
            return;
        }

        if (_silentTicks == interval)
        {
            Outbound.SendControl(OutboundFrame.Ping, "wamp"u8);
        }
        else if (_silentTicks > interval + options.KeepAliveTimeout.TotalSeconds)
        {
            if (isHeldUp)
            {
                // Its answer may be there, unread. Where it is gone, the next ping fails, and the transport tells.
                _silentTicks = 0;
                return;
            }

            RequestEnd(new Ending(DisconnectReason.KeepAliveTimeout, "The peer did not answer a ping."));
        }
    }

    /// <summary>
    /// Whether the peer has taken some of what waits for it: it is there, however long the answer to a ping may take behind the rest.
    /// </summary>
    private bool HasTaken()
    {
        var (before, now) = (_stalledSince, Outbound.Stall?.Since);
        _stalledSince = now;
        return before is not null && before != now;
    }

    /// <summary>How many seconds the present round of authentication takes already.</summary>
    private int TicksOfRound()
    {
        if (_round != _session.Rounds)
        {
            (_round, _roundTicks) = (_session.Rounds, 0);
        }

        return ++_roundTicks;
    }
}
