using System.IO.Pipelines;
using System.Text;
using Broker.Hosting;
using Broker.Options;
using Broker.PubSub;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Tracing;
using Broker.Transports;

namespace Broker.Connections;

/// <summary>
/// What waits to be sent on one connection, bounded in bytes. A small message is written into the transport's pipe at once; while the transport takes no
/// more, and for long messages, references to shared bytes wait in a backlog that is fed to the pipe piece by piece. All members are thread-safe.
/// </summary>
internal sealed partial class OutboundQueue : IMessageSink
{
    /// <summary>Longer messages are shared between their receivers, not copied to each.</summary>
    public const int MaxCopied = 4096;

    /// <summary>What may lie in the pipe between two flushes.</summary>
    private const int MaxUnflushed = 64 * 1024;

    /// <summary>
    /// After so many flushes others have their turn, also where the transport took its time for them: one that takes things as fast as they come resumes each
    /// flush on the thread that it runs on, and would keep that.
    /// </summary>
    private const int MaxRounds = 16;

    /// <summary>Flushes for different senders within this time make a receiver crowded.</summary>
    private const int CrowdedMilliseconds = 1;

    private readonly GatheringPipeWriter _output;
    private readonly FrameWriter _frames;
    private readonly SerializerKind _serializer;
    private readonly RouterContext _context;
    private readonly OutboundBudget _budget;
    private readonly Action<Ending> _end;
    private readonly long _ownId;
    private readonly int _peerLimit;
    private Backlog? _backlog; // null as long as nothing waits, and no missed event is to be told
    private int _unflushed;
    private bool _isDirty;
    private bool _isFlushing;
    private bool _isClosed;
    private TaskCompletionSource? _drained;
    private Task _pump = Task.CompletedTask;
    private long _stalledSince;
    private long _lastSender;
    private long _lastFlush;
    private TracedConnection? _trace;

    /// <param name="context">The router.</param>
    /// <param name="output">The transport's pipe; nobody else writes to it.</param>
    /// <param name="frames">How the connection frames.</param>
    /// <param name="serializer">The serializer of the connection.</param>
    /// <param name="peerLimit">The longest message that the peer takes.</param>
    /// <param name="ownId">The id of this connection.</param>
    /// <param name="end">Asks the connection to end; must not block and must not call back.</param>
    public OutboundQueue(
        RouterContext context,
        PipeWriter output,
        FrameWriter frames,
        SerializerKind serializer,
        int peerLimit,
        long ownId,
        Action<Ending> end)
    {
        _output = new GatheringPipeWriter(output);
        _frames = frames;
        _serializer = serializer;
        _context = context;
        _budget = context.OutboundBudget;
        _end = end;
        _ownId = ownId;
        _peerLimit = peerLimit;
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
                return _isFlushing || _unflushed > 0 || _backlog is { IsEmpty: false };
            }
        }
    }

    /// <summary>How long the transport has taken nothing, if it is to take something.</summary>
    public Stall? Stall
    {
        get
        {
            lock (Gate)
            {
                return _isFlushing && !_isClosed ? new Stall(_stalledSince, _backlog?.Bytes ?? 0) : null;
            }
        }
    }

    /// <summary>The trace of the connection; null, as nearly always, for none.</summary>
    public TracedConnection? Trace
    {
        get => Volatile.Read(ref _trace);
        set => Volatile.Write(ref _trace, value);
    }

    /// <inheritdoc/>
    public SendResult Send(OutboundMessage message, bool isDroppable)
    {
        var bytes = message.Bytes;
        if (bytes.Length > _peerLimit)
        {
            return SendResult.TooLong;
        }

        if (_isClosed)
        {
            return SendResult.Queued;
        }

        if (TakesDirectly(bytes.Length))
        {
            Count(message, bytes.Length);
            WriteDirectly(OutboundFrame.Message, bytes);
            return SendResult.Queued;
        }

        if (!TryMakeRoom(bytes.Length, Cost(message), isDroppable))
        {
            if (isDroppable)
            {
                return SendResult.Dropped;
            }

            Close("The peer reads too slowly.");
            return SendResult.Queued;
        }

        if (!_isClosed)
        {
            Count(message, bytes.Length);
            Waiting.Add(OutboundFrame.Message, message.Share(_budget.Held));
            AfterAdding();
        }

        return SendResult.Queued;
    }

    /// <inheritdoc/>
    public void SendEvent(OutboundMessage message, EventTerms terms, ReadOnlySpan<byte> topic)
    {
        var bytes = message.Bytes;
        if (_backlog is null && bytes.Length <= _peerLimit && TakesDirectly(bytes.Length) && !_isClosed)
        {
            Count(message, bytes.Length);
            WriteDirectly(OutboundFrame.Message, bytes);
        }
        else if (!_isClosed)
        {
            SendEventSlowly(message, terms, topic);
        }
    }

    /// <inheritdoc/>
    public void SendRetained(RetainedDelivery events)
    {
        if (!HasRoom(Backlog.CostOf(events), isOthers: true))
        {
            events.KeepNothing();
        }

        var cost = Backlog.CostOf(events);
        if (TryMakeRoom(cost, cost, isOthers: true))
        {
            if (!_isClosed)
            {
                Waiting.AddRetained(events);
                AfterAdding();
            }
        }
        else if (events.Terms.Policy == SlowConsumerPolicy.Disconnect)
        {
            Close("The peer reads too slowly.");
        }
        else
        {
            events.Abandon();
            for (var i = 0; i < events.Count && !_isClosed; i++)
            {
                Miss(events.Terms, DropReason.Newest);
            }
        }
    }

    /// <inheritdoc/>
    public void MissEvent() => Waiting.Missed++;

    /// <inheritdoc/>
    public void ForgetMissed() => _backlog?.EndSession();

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
            else if (!TryMakeRoom(payload.Length, payload.Length + SharedBytes.Overhead, isOthers: false))
            {
                Close("The peer reads too slowly.");
            }
            else if (!_isClosed)
            {
                Waiting.AddControl(frame, new SharedBytes(payload, _budget.Held));
                AfterAdding();
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

    private Backlog Waiting => _backlog ??= new Backlog(_budget.Held, _serializer, _peerLimit);

    private void Close(string text)
    {
        Close();
        _end(new Ending(DisconnectReason.SlowConsumer, text));
    }

    /// <summary>An EVENT that is too long, has to wait, or has to tell of those before it that were missed.</summary>
    private void SendEventSlowly(OutboundMessage message, EventTerms terms, ReadOnlySpan<byte> topic)
    {
        var length = message.Bytes.Length;
        if (length > _peerLimit)
        {
            Miss(terms, DropReason.TooLong);
            return;
        }

        var slot = terms.Policy == SlowConsumerPolicy.Latest ? Encoding.UTF8.GetString(topic) : null;
        var replaced = slot is null ? null : _backlog?.WaitingFor(terms, slot);
        var freed = replaced?.IsHeldOnce == true ? replaced.Count : 0;
        if (TryMakeRoom(length - (replaced?.Count ?? 0), Cost(message) - freed, isOthers: true))
        {
            if (!_isClosed)
            {
                Trace?.Sent(message); // counted when it leaves: it may be dropped before
                Waiting.AddEvent(message.Share(_budget.Held), terms, slot);
                AfterAdding();
            }
        }
        else if (terms.Policy == SlowConsumerPolicy.Disconnect)
        {
            Close("The peer reads too slowly.");
        }
        else
        {
            Miss(terms, _budget.HasRoomForOthers(Cost(message) - freed) ? DropReason.Newest : DropReason.RouterFull);
        }
    }

    private void Count(OutboundMessage message, int length)
    {
        Traffic.Sent(message.Type, length);
        Trace?.Sent(message);
    }

    private void Miss(EventTerms terms, DropReason reason)
    {
        terms.CountDrop(reason);
        MissEvent();
    }

    private bool TakesDirectly(int length) =>
        !_isFlushing && length <= MaxCopied && _unflushed < MaxUnflushed && _backlog is null or { IsEmpty: true };

    private void WriteDirectly(OutboundFrame frame, ReadOnlySpan<byte> payload)
    {
        _unflushed += _frames.Write(_output, frame, payload);
        MarkDirty();
    }

    /// <summary>More waits than before.</summary>
    private void AfterAdding()
    {
        if (!_isFlushing)
        {
            MarkDirty();
        }

        _budget.Enforce();
    }

    private void MarkDirty()
    {
        if (!_isDirty)
        {
            _isDirty = true;
            FlushBatch.Add(this);
        }
    }
}
