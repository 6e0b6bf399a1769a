using System.IO.Pipelines;
using Broker.Hosting;
using Broker.Sessions;
using Broker.Transports;

namespace Broker.Connections;

/// <summary>
/// What waits to be sent on one connection, bounded in bytes. A small message is written into the transport's pipe at once; while the transport takes no
/// more, and for long messages, references to shared bytes wait in a backlog that is fed to the pipe piece by piece. All members are thread-safe.
/// </summary>
internal sealed class OutboundQueue : IMessageSink
{
    /// <summary>Longer messages are shared between their receivers, not copied to each.</summary>
    public const int MaxCopied = 4096;

    /// <summary>What may lie in the pipe between two flushes.</summary>
    private const int MaxUnflushed = 64 * 1024;

    /// <summary>Flushes for different senders within this time make a receiver crowded.</summary>
    private const int CrowdedMilliseconds = 1;

    private readonly PipeWriter _output;
    private readonly FrameWriter _frames;
    private readonly OutboundLimits _limits;
    private readonly Action<Ending> _end;
    private readonly long _ownId;
    private Backlog? _backlog;
    private int _unflushed;
    private bool _isDirty;
    private bool _isFlushing;
    private bool _isClosed;
    private TaskCompletionSource? _drained;
    private Task _pump = Task.CompletedTask;
    private long _lastSender;
    private long _lastFlush;

    /// <param name="output">The transport's pipe; nobody else writes to it.</param>
    /// <param name="frames">How the connection frames.</param>
    /// <param name="limits">How much may wait.</param>
    /// <param name="ownId">The id of this connection.</param>
    /// <param name="end">Asks the connection to end; must not block and must not call back.</param>
    public OutboundQueue(PipeWriter output, FrameWriter frames, OutboundLimits limits, long ownId, Action<Ending> end)
    {
        _output = output;
        _frames = frames;
        _limits = limits;
        _ownId = ownId;
        _end = end;
    }

    /// <inheritdoc/>
    public Lock Gate { get; } = new();

    /// <summary>Whether nothing is queued any more: the peer is gone, or read too slowly.</summary>
    public bool IsClosed
    {
        get
        {
            lock (Gate)
            {
                return _isClosed;
            }
        }
    }

    /// <summary>Whether the transport has yet to take something.</summary>
    public bool HasUnsent
    {
        get
        {
            lock (Gate)
            {
                return _isFlushing || _unflushed > 0 || _backlog is not null;
            }
        }
    }

    /// <inheritdoc/>
    public SendResult Send(OutboundMessage message, bool isDroppable)
    {
        var bytes = message.Bytes;
        if (bytes.Length > _limits.PeerMessageSize)
        {
            return SendResult.TooLong;
        }

        if (_isClosed)
        {
            return SendResult.Queued;
        }

        if (TakesDirectly(bytes.Length))
        {
            Traffic.Sent(message.Type, bytes.Length);
            WriteDirectly(OutboundFrame.Message, bytes);
            return SendResult.Queued;
        }

        // A batch can queue more than may wait before its end: what the transport takes now need not wait.
        if (!Fits(bytes.Length, isDroppable) && !_isFlushing)
        {
            Flush();
        }

        if (!Fits(bytes.Length, isDroppable))
        {
            if (isDroppable && _limits.DropsEvents)
            {
                return SendResult.Dropped;
            }

            Close(DisconnectReason.SlowConsumer);
            return SendResult.Queued;
        }

        Traffic.Sent(message.Type, bytes.Length);
        Enqueue(OutboundFrame.Message, message.Share());
        return SendResult.Queued;
    }

    /// <inheritdoc/>
    public void End(string reason, string? message) => _end(new Ending(DisconnectReason.Killed, message, Uri: reason));

    /// <summary>Queues a control frame. Takes <see cref="Gate"/> itself.</summary>
    public void SendControl(OutboundFrame frame, ReadOnlySpan<byte> payload)
    {
        lock (Gate)
        {
            if (_isClosed)
            {
                return;
            }

            if (TakesDirectly(payload.Length))
            {
                WriteDirectly(frame, payload);
            }
            else if (WaitingBytes + payload.Length > _limits.MaxBytes && WaitingBytes > 0)
            {
                Close(DisconnectReason.SlowConsumer);
            }
            else
            {
                Enqueue(frame, new SharedBytes(payload));
            }
        }
    }

    /// <summary>
    /// Whether another sender has had this connection flushed a moment ago: then more senders are likely to follow, and one flush can serve them all.
    /// </summary>
    /// <param name="sender">The id of the connection whose batch is flushed.</param>
    /// <param name="now">The milliseconds of this moment on any clock.</param>
    public bool IsCrowded(long sender, long now)
    {
        if (sender == _ownId)
        {
            return false; // replies to the peer itself say nothing of others
        }

        // Read and written without the gate: a wrong guess costs a flush, not a message.
        var isCrowded = _lastSender != sender && now - _lastFlush <= CrowdedMilliseconds;
        _lastSender = sender;
        _lastFlush = now;
        return isCrowded;
    }

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

    /// <summary>Discards what waits; nothing is queued any more.</summary>
    public void Close()
    {
        lock (Gate)
        {
            _isClosed = true;
            _backlog?.Clear();
            _backlog = null;
            _drained?.TrySetResult();
        }
    }

    /// <summary>Completes when nothing here uses the transport's pipe any more. Call after <see cref="Close()"/>.</summary>
    public Task Pumped => _pump;

    /// <summary>The bytes that wait beyond what the transport has taken.</summary>
    public int WaitingBytes => _backlog?.Bytes ?? 0;

    private void Close(DisconnectReason reason)
    {
        Close();
        _end(new Ending(reason, "The peer reads too slowly."));
    }

    /// <summary>
    /// Whether a message may join what waits. What others send to the peer may use three quarters of the room: the rest is kept for answers to its own requests,
    /// so that others cannot end its session by filling the queue.
    /// </summary>
    private bool Fits(int length, bool isDroppable)
    {
        var room = isDroppable && _limits.DropsEvents ? _limits.MaxBytes - (_limits.MaxBytes / 4) : _limits.MaxBytes;
        return WaitingBytes == 0 || WaitingBytes + length <= room;
    }

    private bool TakesDirectly(int length) =>
        !_isFlushing && length <= MaxCopied && _unflushed < MaxUnflushed && _backlog is null or { IsEmpty: true };

    private void WriteDirectly(OutboundFrame frame, ReadOnlySpan<byte> payload)
    {
        _unflushed += _frames.Write(_output, frame, payload);
        MarkDirty();
    }

    private void Enqueue(OutboundFrame frame, SharedBytes bytes)
    {
        (_backlog ??= new Backlog()).Add(frame, bytes);
        if (!_isFlushing)
        {
            MarkDirty();
        }
    }

    private void MarkDirty()
    {
        if (!_isDirty)
        {
            _isDirty = true;
            FlushBatch.Add(this);
        }
    }

    /// <summary>Moves bytes from the backlog into the pipe, as many as may lie there.</summary>
    private void Refill()
    {
        if (_backlog is null)
        {
            return;
        }

        _unflushed += _backlog.MoveTo(_output, _frames, MaxUnflushed - _unflushed);
        if (_backlog.IsEmpty)
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
