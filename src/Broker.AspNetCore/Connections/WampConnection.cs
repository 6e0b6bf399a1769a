using System.Buffers;
using System.IO.Pipelines;
using Broker.Hosting;
using Broker.Limits;
using Broker.Serialization;
using Broker.Sessions;
using Broker.Tracing;
using Broker.Transports;

namespace Broker.Connections;

/// <summary>
/// One connection behind its handshake, on any transport: reads frames, hands messages to the session, and ends with one reason. Everything that changes its
/// state runs on its read loop; other threads only ask, by <see cref="RequestEnd"/>.
/// </summary>
internal sealed partial class WampConnection
{
    /// <summary>How many frames are routed before the receivers are flushed and other connections get their turn.</summary>
    private const int MaxBatch = 256;

    /// <summary>
    /// How many bytes are read within <see cref="TurnTime"/>, in however many reads, before other connections get their turn. Who sends less is
    /// not held up by them.
    /// </summary>
    private const long MaxTurn = 128 * 1024;

    /// <summary>
    /// For how many milliseconds messages are routed before other connections get their turn: some, such as one that asks for a long history, take
    /// longer than others.
    /// </summary>
    private const long MaxTurnMilliseconds = 5;

    private static readonly TimeSpan TurnTime = TimeSpan.FromSeconds(1);

    private readonly RouterContext _context;
    private readonly PipeReader _input;
    private readonly IFrameReader _frames;
    private readonly FrameWriter _frameWriter;
    private readonly SessionState _session;
    private readonly SerializerKind _serializer;
    private readonly int _maxMessageSize; // what frames were promised at the handshake: options can change meanwhile
    private Ending? _requestedEnd;
    private TaskCompletionSource? _endAsked;
    private bool _isTimeUp;
    private bool _isHeldUp;
    private bool _heard;

    public WampConnection(
        RouterContext context,
        IDuplexPipe transport,
        IFrameReader frames,
        FrameWriter frameWriter,
        SerializerKind serializer,
        int maxMessageSize,
        int peerLimit,
        PeerInfo peer)
    {
        _context = context;
        _input = transport.Input;
        _frames = frames;
        _frameWriter = frameWriter;
        _maxMessageSize = maxMessageSize;
        _serializer = serializer;
        Outbound = new OutboundQueue(context, transport.Output, frameWriter, serializer, peerLimit, peer.Id, RequestEnd);
        _session = new SessionState(context, serializer, Outbound, maxMessageSize, peerLimit, peer) { IdentityChanged = () => context.Traces.LookFor(this) };
    }

    /// <summary>What waits to be sent.</summary>
    public OutboundQueue Outbound { get; }

    /// <summary>The server's name for it.</summary>
    public string ConnectionId => _session.Peer.ConnectionId;

    /// <summary>The id of its session, or 0. A moment's value for other threads.</summary>
    public long SessionId => _session.SessionId;

    /// <summary>The authid of its session, or null. A moment's value for other threads.</summary>
    public string? AuthId => _session.AuthId;

    /// <summary>Whether its messages are traced.</summary>
    public bool IsTraced => Outbound.Trace is not null;

    /// <summary>Has its messages traced from now on, or no more. For <see cref="Traces"/>, which calls this by one thread at a time.</summary>
    public void SetTrace(WireTrace? trace)
    {
        if (trace != Outbound.Trace?.Trace)
        {
            Outbound.Trace = _session.Trace = trace is null ? null : new TracedConnection(_context.Traces, trace, this, _serializer);
        }
    }

    /// <summary>Serves the connection until it ends. Completes when the transport may be closed; never throws.</summary>
    public async Task RunAsync()
    {
        _context.Connections.Add(this);
        var ending = new Ending(DisconnectReason.InternalError);
        try
        {
            ending = await ReceiveAsync().ConfigureAwait(false);
            await EndAsync(ending).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The one place where a fault of ours ends: this connection goes, nothing else does.
            Log.ConnectionFailed(_context.Logger, exception, _session.Peer.ConnectionId, _session.SessionId);
            ending = new Ending(DisconnectReason.InternalError);
            await TellFaultAsync(ending).ConfigureAwait(false);
        }
        finally
        {
            _session.Leave();
            if (Outbound.HasUnsent)
            {
                _session.Peer.Abort();
            }

            Outbound.Close();
            await Outbound.Pumped.ConfigureAwait(false);
            _frames.Dispose();
            _context.Connections.Remove(this);
            _context.Metrics.ConnectionEnded(ending.Reason);
            var text = Log.Printable(ending.Text);
            Log.ConnectionEnded(
                _context.Logger, ending.Reason.Level, _session.Peer.ConnectionId, _session.Peer.Address, ending.Reason.Tag, text);
        }
    }

    /// <summary>Asks the connection to end. The first request counts. Thread-safe; never runs any of the connection's code on the caller's stack.</summary>
    public void RequestEnd(Ending ending)
    {
        if (Interlocked.CompareExchange(ref _requestedEnd, ending, null) is null)
        {
            Volatile.Read(ref _endAsked)?.TrySetResult();

            // Whoever asks may be routing a message with the peer's gate held, and a transport may resume its reader on the stack that cancels the read.
            ThreadPool.UnsafeQueueUserWorkItem(static input => input.CancelPendingRead(), _input, preferLocal: false);
        }
    }

    /// <summary>Ends the session if its client would not be let in any more. For any thread.</summary>
    public void CheckAcceptance()
    {
        bool isAccepted;
        try
        {
            isAccepted = _session.IsStillAccepted();
        }
        catch (Exception exception)
        {
            Log.ConnectionFailed(_context.Logger, exception, _session.Peer.ConnectionId, _session.SessionId);
            isAccepted = false;
        }

        if (!isAccepted)
        {
            RequestEnd(SessionState.Revoked);
        }
    }

    /// <summary>Has the client prove once more who it is (<see cref="SessionState.Renew"/>).</summary>
    private Ending? Renew()
    {
        FlushBatch.Open(_session.Peer.Id);
        try
        {
            return _session.Renew();
        }
        finally
        {
            Flush();
        }
    }

    /// <summary>Reads and routes until there is a reason to end.</summary>
    private async ValueTask<Ending> ReceiveAsync()
    {
        var turn = 0L;
        var turnBegan = _context.Time.GetTimestamp();
        while (true)
        {
            if (_session.Throttle is { } throttle && await HoldUpAsync(throttle).ConfigureAwait(false) is { } end)
            {
                return end;
            }

            ReadResult result;
            try
            {
                result = await _input.ReadAsync().ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
            {
                return new Ending(DisconnectReason.TransportLost);
            }

            var buffer = result.Buffer;
            if (EndToObey() is { } asked)
            {
                _input.AdvanceTo(buffer.Start);
                return asked;
            }

            _heard |= !result.IsCanceled;
            var length = buffer.Length;
            var hasMore = false;
            var ending = result.IsCanceled && _session.Pending is null ? Renew() : null;
            if (ending is null && _session.Pending is null)
            {
                ending = ProcessBatch(ref buffer, out hasMore);
            }

            if (_session.Pending is not null && ending is null)
            {
                _input.AdvanceTo(buffer.Start);
                ending = await AwaitAsync().ConfigureAwait(false);
                if (ending is not null)
                {
                    return ending;
                }

                continue;
            }

            // What lies behind the last message read is read again at once: the peer's close frame may be there already.
            _input.AdvanceTo(buffer.Start, hasMore || ending is not null ? buffer.Start : buffer.End);
            if (ending is not null)
            {
                return ending;
            }

            if (!hasMore && result.IsCompleted)
            {
                return new Ending(DisconnectReason.TransportLost);
            }

            // A socket that always has more resumes this loop on its own stack, read after read, and keeps the thread from all the others that share
            // it, however little each read brings: hence the second condition.
            turn += length - buffer.Length;
            if (turn >= MaxTurn)
            {
                hasMore |= _context.Time.GetElapsedTime(turnBegan) < TurnTime;
                (turn, turnBegan) = (0, _context.Time.GetTimestamp());
            }

            if (hasMore)
            {
                await Task.Yield();
            }
        }
    }

    private Ending? ProcessBatch(ref ReadOnlySequence<byte> buffer, out bool hasMore)
    {
        FlushBatch.Open(_session.Peer.Id);
        try
        {
            hasMore = false;
            var until = _context.Milliseconds + MaxTurnMilliseconds;
            for (var i = 0; i < MaxBatch && (i == 0 || _context.Milliseconds <= until); i++)
            {
                var throttle = _session.Throttle;
                var before = throttle is null ? 0 : buffer.Length + _frames.PartBytes;
                var kind = _frames.Read(ref buffer, out var payload);
                throttle?.TakeOverhead(before - buffer.Length - _frames.PartBytes - payload.Length);
                if (kind == FrameKind.NeedMore)
                {
                    return null;
                }

                var mayGoOn = throttle?.Take(payload.Length) != false;
                switch (kind)
                {
                    case FrameKind.Message:
                        if (_session.Receive(payload) is { } ending)
                        {
                            return ending;
                        }

                        if (_session.Pending is not null)
                        {
                            return null;
                        }

                        break;
                    case FrameKind.Ping:
                        Outbound.SendControl(OutboundFrame.Pong, payload);
                        break;
                    case FrameKind.Pong:
                        break;
                    case FrameKind.Close:
                        return new Ending(DisconnectReason.PeerClosed, Text: null, _frames.CloseCode);
                    case FrameKind.BrokenMessage:
                        return new Ending(DisconnectReason.ProtocolViolation, _frames.Reason);
                    case FrameKind.Violation when _frames.CloseCode == WebSocketCloseCode.MessageTooBig:
                        return new Ending(
                            DisconnectReason.MessageTooLong, $"{_frames.Reason} This router takes {_maxMessageSize} bytes.");
                    case FrameKind.Violation:
                        return new Ending(DisconnectReason.FramingViolation, _frames.Reason, _frames.CloseCode);
                }

                if (!mayGoOn)
                {
                    break;
                }
            }

            hasMore = true;
            return null;
        }
        finally
        {
            Flush();
        }
    }
}
