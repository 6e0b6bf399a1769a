using System.IO.Pipelines;
using Broker.Hosting;

namespace Broker.Connections;

/// <content>What is queued goes to the transport.</content>
internal sealed partial class OutboundQueue
{
    /// <summary>
    /// Gives what is queued to the transport. Never blocks: what the transport does not take now follows when it does. Never throws: whoever
    /// flushes works for others, too, and a fault ends this connection only.
    /// </summary>
    public void Flush()
    {
        lock (Gate)
        {
            _isDirty = false;
            if (_isFlushing || _isClosed)
            {
                return;
            }

            try
            {
                FlushAll();
            }
            catch (Exception exception)
            {
                Fail(exception);
            }
        }
    }

    /// <summary>Completes when all that is queued has been given to the transport, or never will be.</summary>
    public Task DrainAsync()
    {
        TaskCompletionSource drained;
        lock (Gate)
        {
            if (_isClosed)
            {
                return Task.CompletedTask;
            }

            if (_drained is null or { Task.IsCompleted: true })
            {
                _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            drained = _drained;
        }

        Flush();
        return drained.Task;
    }

    private void FlushAll()
    {
        for (var round = 0; ; round++)
        {
            if (round == MaxRounds || !TryRefill())
            {
                Rest();
                return;
            }

            var flush = StartFlush();
            if (!flush.IsCompletedSuccessfully)
            {
                _isFlushing = true;
                _stalledSince = _context.Time.GetTimestamp();
                _pump = PumpAsync(flush);
                return;
            }

            if (IsGone(flush.Result))
            {
                return;
            }
        }
    }

    /// <summary>Moves bytes from the backlog into the pipe, as many as may lie there. False when there is nothing to flush.</summary>
    private bool TryRefill()
    {
        if (_backlog is not null)
        {
            _unflushed += _backlog.MoveTo(_output, _frames, MaxUnflushed - _unflushed, Trace);
            if (_backlog is { IsEmpty: true, Missed: 0 })
            {
                _backlog = null;
            }
        }

        return _unflushed > 0;
    }

    /// <summary>Nothing is to be flushed any more, or others have their turn before the rest.</summary>
    private void Rest()
    {
        if (_unflushed == 0 && _backlog is null or { IsEmpty: true })
        {
            _drained?.TrySetResult();
        }
        else if (!_isDirty)
        {
            _isDirty = true;
            FlushLater.Add(this);
        }
    }

    private ValueTask<FlushResult> StartFlush()
    {
        _unflushed = 0;
        _frames.EndBatch(_output);
        return _output.FlushAsync();
    }

    private bool IsGone(FlushResult result)
    {
        if (!result.IsCompleted && !result.IsCanceled)
        {
            return false;
        }

        Close();
        return true;
    }

    /// <summary>Sends nothing any more. If the transport is gone, the read loop learns of it, too, and ends the connection.</summary>
    private void Fail(Exception exception)
    {
        Close();
        if (exception is not (InvalidOperationException or IOException or OperationCanceledException))
        {
            Log.FlushFailed(_context.Logger, exception, _ownId);
            _end(new Ending(DisconnectReason.InternalError));
        }
    }

    private async Task PumpAsync(ValueTask<FlushResult> flush)
    {
        try
        {
            for (var round = 0; ; round++)
            {
                var result = await flush.ConfigureAwait(false);
                lock (Gate)
                {
                    if (_isClosed || IsGone(result))
                    {
                        return;
                    }

                    _stalledSince = _context.Time.GetTimestamp();
                    if (round == MaxRounds || !TryRefill())
                    {
                        _isFlushing = false;
                        Rest();
                        return;
                    }

                    flush = StartFlush();
                }
            }
        }
        catch (Exception exception)
        {
            lock (Gate)
            {
                Fail(exception);
            }
        }
    }
}
