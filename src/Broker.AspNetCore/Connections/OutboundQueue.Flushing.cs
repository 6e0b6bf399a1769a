using System.IO.Pipelines;

namespace Broker.Connections;

/// <content>What is queued goes to the transport.</content>
internal sealed partial class OutboundQueue
{
    /// <summary>Gives what is queued to the transport. Never blocks: what the transport does not take now follows when it does.</summary>
    public void Flush()
    {
        lock (Gate)
        {
            _isDirty = false;
            if (_isFlushing || _isClosed)
            {
                return;
            }

            while (true)
            {
                Refill();
                if (_unflushed == 0)
                {
                    _drained?.TrySetResult();
                    return;
                }

                var flush = StartFlush();
                if (!flush.IsCompletedSuccessfully)
                {
                    _isFlushing = true;
                    _stalledSince = _time.GetTimestamp();
                    _pump = PumpAsync(flush);
                    return;
                }

                if (IsGone(flush.Result))
                {
                    return;
                }
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

    /// <summary>Moves bytes from the backlog into the pipe, as many as may lie there.</summary>
    private void Refill()
    {
        if (_backlog is null)
        {
            return;
        }

        _unflushed += _backlog.MoveTo(_output, _frames, MaxUnflushed - _unflushed);
        if (_backlog is { IsEmpty: true, Missed: 0 })
        {
            _backlog = null;
        }
    }

    private ValueTask<FlushResult> StartFlush()
    {
        _unflushed = 0;
        _frames.EndBatch(_output);
        try
        {
            return _output.FlushAsync();
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException or ObjectDisposedException)
        {
            // The transport has completed the pipe: the read loop learns of it, too, and ends the connection.
            return ValueTask.FromResult(new FlushResult(isCanceled: false, isCompleted: true));
        }
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

    private async Task PumpAsync(ValueTask<FlushResult> flush)
    {
        while (true)
        {
            FlushResult result;
            try
            {
                result = await flush.ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is InvalidOperationException or IOException or OperationCanceledException)
            {
                result = new FlushResult(isCanceled: false, isCompleted: true);
            }

            lock (Gate)
            {
                if (_isClosed || IsGone(result))
                {
                    return;
                }

                _stalledSince = _time.GetTimestamp();
                Refill();
                if (_unflushed == 0)
                {
                    _isFlushing = false;
                    _drained?.TrySetResult();
                    return;
                }

                flush = StartFlush();
            }
        }
    }
}
