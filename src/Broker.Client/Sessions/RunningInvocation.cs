using Broker.Client.Transports;
using Broker.Messages;
using Broker.Options;
using Broker.Serialization;

namespace Broker.Client.Sessions;

/// <summary>An invocation that its procedure is answering.</summary>
internal sealed class RunningInvocation : IDisposable
{
    private readonly ClientSession _session;
    private readonly CalleeRole _callee;
    private readonly CancellationTokenSource _cancellation;
    private readonly CancellationTokenSource? _timeLimit;
    private readonly TaskCompletionSource _timedOut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile PayloadSeal? _answerSeal;
    private bool _isAnswered; // under the session's gate

    /// <param name="session">The session.</param>
    /// <param name="callee">Told of the end.</param>
    /// <param name="requestId">The id of the INVOCATION.</param>
    /// <param name="timeout">How long the next result may take; null: the router keeps the time.</param>
    /// <param name="hasChunks">Whether more of the arguments follow.</param>
    public RunningInvocation(ClientSession session, CalleeRole callee, long requestId, TimeSpan? timeout, bool hasChunks)
    {
        _session = session;
        _callee = callee;
        RequestId = requestId;
        Chunks = hasChunks ? new ReceivedQueue<WampInvocation>(session) : null;
        IsInputOpen = hasChunks;
        Timeout = timeout;
        if (timeout is { } limit)
        {
            _timeLimit = new CancellationTokenSource(limit, session.Options.TimeProvider);
            _timeLimit.Token.UnsafeRegister(static timedOut => ((TaskCompletionSource)timedOut!).TrySetResult(), _timedOut);
        }

        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(session.Ended, _timeLimit?.Token ?? CancellationToken.None);
        Token = _cancellation.Token;
    }

    public long RequestId { get; }

    /// <summary>How long the next result may take; null: the router keeps the time, or there is no limit.</summary>
    public TimeSpan? Timeout { get; }

    /// <summary>The chunks behind the first; null when there are none to come.</summary>
    public ReceivedQueue<WampInvocation>? Chunks { get; }

    /// <summary>Whether more chunks follow. Under the session's gate.</summary>
    public bool IsInputOpen { get; set; }

    /// <summary>Canceled when nobody waits for the result any more.</summary>
    public CancellationToken Token { get; }

    /// <summary>How results and errors are packed; null: not at all.</summary>
    public PayloadSeal? AnswerSeal => _answerSeal;

    /// <summary>Completes when the time that the caller allows is over.</summary>
    public Task TimedOut => _timedOut.Task;

    /// <summary>Whether that time is over, and that is why the token is canceled.</summary>
    public bool IsOutOfTime => _timeLimit?.IsCancellationRequested == true;

    public Task Task { get; set; } = Task.CompletedTask;

    /// <summary>Sends a progressive YIELD; completes when the transport has taken it (PCR-16).</summary>
    public async Task ReportAsync(WampArguments? result)
    {
        var payload = _session.Encode(result, AnswerSeal);
        OutboundBatch batch;
        lock (_session.Gate)
        {
            Token.ThrowIfCancellationRequested();
            if (_isAnswered)
            {
                throw new InvalidOperationException("The invocation has been answered: report progress before the procedure returns.");
            }

            batch = _session.QueueFollowing(new WampMessage
            {
                Type = MessageType.Yield,
                RequestId = RequestId,
                Dict = ValueEncoder.Encode(_session.Serializer, new CallDict { Progress = true, Passthru = payload.Passthru }),
                Payload = new Payload(payload.Elements, payload.Count),
            });
        }

        _timeLimit?.CancelAfter(Timeout!.Value);
        await _session.FlushAsync(batch, Token).ConfigureAwait(false);
    }

    /// <summary>Has results and errors packed so from here on.</summary>
    /// <exception cref="WampException">That cannot be.</exception>
    public void AnswerWith(string procedure, PassthruOptions? passthru) =>
        _answerSeal = PayloadSeal.ToSend(_session, procedure, passthru, _session.Facts.Router.Dealer);

    /// <summary>Takes the right to answer, which there is once. Under the session's gate.</summary>
    public bool TryEnd()
    {
        if (_isAnswered)
        {
            return false;
        }

        _isAnswered = true;
        _callee.Ended(this);
        return true;
    }

    /// <summary>INTERRUPT.</summary>
    public async Task CancelAsync()
    {
        try
        {
            await _cancellation.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is AggregateException or ObjectDisposedException)
        {
            // Callbacks that the handler has registered on its token are the handler's own; or the invocation has just ended.
        }
    }

    public void Dispose()
    {
        Chunks?.Stop();
        _cancellation.Dispose();
        _timeLimit?.Dispose();
    }
}
