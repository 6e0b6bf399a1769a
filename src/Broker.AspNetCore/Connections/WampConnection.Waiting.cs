using Broker.Limits;
using Broker.Sessions;

namespace Broker.Connections;

/// <content>Times in which nothing is read, though the peer may have sent something.</content>
internal sealed partial class WampConnection
{
    /// <summary>
    /// Waits for what the session has asked of others, without reading on: so the order of the peer's messages is kept (ORD-07). A request to end is obeyed
    /// meanwhile. Who closes the connection before it has joined is not waited for, either; what a session has sent before it closes is still routed. A
    /// WebSocket's Close frame, which would have to be read, is not known of meanwhile.
    /// </summary>
    private async ValueTask<Ending?> AwaitAsync()
    {
        while (_session.Pending is { } pending)
        {
            if (await AwaitAsync(pending).ConfigureAwait(false) is { } ending)
            {
                return ending;
            }
        }

        return null;
    }

    private async ValueTask<Ending?> AwaitAsync(Task pending)
    {
        var endAsked = EndAsked();
        var closed = _session.IsEstablished ? CancellationToken.None : _session.Peer.Closed;
        await using (Watch(endAsked, closed).ConfigureAwait(false))
        {
            await Task.WhenAny(pending, endAsked.Task).ConfigureAwait(false);
        }

        ReadAgain();
        if (EndToObey(closed) is { } ending)
        {
            return ending;
        }

        FlushBatch.Open(_session.Peer.Id);
        try
        {
            return _session.Resume();
        }
        finally
        {
            Flush();
        }
    }

    /// <summary>
    /// Reads nothing for as long as it takes, so that the transport holds up a peer that sends more than its role may. A request to end is
    /// obeyed meanwhile. If the peer closes the connection, it ends, too, without what has not been read: else who is gone would stay until
    /// all of that had its turn.
    /// </summary>
    private async ValueTask<Ending?> HoldUpAsync(Throttle throttle)
    {
        var pause = throttle.Pause();
        if (pause == TimeSpan.Zero)
        {
            return null;
        }

        _context.Metrics.Throttled(throttle.Tags);
        var since = _context.Time.GetTimestamp();
        var endAsked = EndAsked();
        var closed = _session.Peer.Closed;
        await using var watch = Watch(endAsked, closed).ConfigureAwait(false);
        Volatile.Write(ref _isHeldUp, true);
        while (pause > TimeSpan.Zero && !endAsked.Task.IsCompleted)
        {
            await endAsked.Task.WaitAsync(pause, _context.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = _session.Throttle?.Pause() ?? TimeSpan.Zero;
        }

        ReadAgain();
        _context.Metrics.Throttled(throttle.Tags, _context.Time.GetElapsedTime(since));
        return EndToObey(closed);
    }

    /// <summary>Flushes what was routed. If nothing is read from now on, that is known before who is asked can know of it: no answer to a ping is missed.</summary>
    private void Flush()
    {
        if (_session.Pending is not null)
        {
            Volatile.Write(ref _isHeldUp, true);
        }

        FlushBatch.Flush();
    }

    /// <summary>The answer to a ping may have come meanwhile.</summary>
    private void ReadAgain()
    {
        _heard = true;
        Volatile.Write(ref _isHeldUp, false);
    }

    /// <summary>Completes when there is a request to end to be obeyed.</summary>
    private TaskCompletionSource EndAsked()
    {
        var endAsked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _endAsked, endAsked);
        if (EndToObey() is not null)
        {
            endAsked.TrySetResult();
        }

        return endAsked;
    }

    private static CancellationTokenRegistration Watch(TaskCompletionSource endAsked, CancellationToken closed) =>
        closed.UnsafeRegister(static asked => ((TaskCompletionSource)asked!).TrySetResult(), endAsked);

    private Ending? EndToObey(CancellationToken closed) =>
        EndToObey() ?? (closed.IsCancellationRequested ? new Ending(DisconnectReason.TransportLost) : null);

    /// <summary>Another thread's request to end or, once the router has sent GOODBYE, the end of the wait for the peer's.</summary>
    private Ending? EndToObey()
    {
        if (_session.Phase == SessionPhase.ShuttingDown)
        {
            return Volatile.Read(ref _isTimeUp) ? new Ending(DisconnectReason.Left) : null;
        }

        return Volatile.Read(ref _requestedEnd);
    }
}
