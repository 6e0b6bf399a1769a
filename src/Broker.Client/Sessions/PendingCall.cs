using Broker.Messages;

namespace Broker.Client.Sessions;

/// <summary>Makes a result of a RESULT. Called on the receive loop, before the next message is looked at.</summary>
internal delegate WampResult ResultReader(PendingCall call, scoped in WampMessage reply);

/// <summary>A call under way.</summary>
/// <param name="procedure">The procedure, for messages.</param>
/// <param name="read">Makes a result of a RESULT.</param>
/// <param name="progress">Where progressive results go; null: nobody asked for any, and they are ignored (PCR-08).</param>
internal sealed class PendingCall(string procedure, ResultReader read, ReceivedQueue<WampResult>? progress)
    : PendingRequest(MessageType.Call, procedure)
{
    private readonly TaskCompletionSource<WampResult> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<WampResult> Reply => _source.Task;

    public ReceivedQueue<WampResult>? Progress => progress;

    /// <summary>Whether CANCEL was sent: no more chunks follow. Under the session's gate.</summary>
    public bool IsCanceled { get; set; }

    /// <summary>How the chunks behind the first have to be packed; null: not at all.</summary>
    public PayloadSeal? Seal { get; set; }

    /// <summary>Goes off when the result has taken too long.</summary>
    public CancellationTokenSource? TimeLimit { get; set; }

    /// <summary>How long the next result may take.</summary>
    public TimeSpan Timeout { get; set; }

    public override void Complete(scoped in WampMessage reply)
    {
        _source.TrySetResult(read(this, reply));
        progress?.Complete();
    }

    public override void Fail(WampException exception)
    {
        _source.TrySetException(exception);
        _ = _source.Task.Exception; // observed: whoever waited may have given up
        progress?.Complete();
    }

    /// <summary>A progressive result: the time starts anew (PCR-15).</summary>
    public ValueTask ReportAsync(scoped in WampMessage reply)
    {
        if (progress is null)
        {
            return default;
        }

        try
        {
            TimeLimit?.CancelAfter(Timeout);
        }
        catch (ObjectDisposedException)
        {
            // The caller has just given up.
        }

        return progress.AddAsync(read(this, reply));
    }
}
