using Broker.Serialization;

namespace Broker.Client.Transports;

/// <summary>Messages that go to the transport together, as they stand on the wire.</summary>
internal sealed class OutboundBatch
{
    private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The bytes of all messages.</summary>
    public ByteBuffer Bytes { get; } = new();

    /// <summary>Where each message ends, or each run of messages that leave as one.</summary>
    public List<int> Ends { get; } = [];

    /// <summary>Completes when the transport has taken all messages.</summary>
    public Task Written => _written.Task;

    /// <summary>Ends a message at the end of <see cref="Bytes"/>: it joins the run before it if that stays within <paramref name="maxRun"/> bytes.</summary>
    public void EndMessage(int maxRun)
    {
        if (Ends.Count > 0 && Bytes.Count - (Ends.Count > 1 ? Ends[^2] : 0) <= maxRun)
        {
            Ends[^1] = Bytes.Count;
        }
        else
        {
            Ends.Add(Bytes.Count);
        }
    }

    /// <summary>Ends <see cref="Written"/> and gives the memory back.</summary>
    /// <param name="exception">Why the messages were not sent; null: they were.</param>
    public void Complete(Exception? exception)
    {
        Bytes.Dispose();
        if (exception is null)
        {
            _written.TrySetResult();
            return;
        }

        _written.TrySetException(exception);
        _ = _written.Task.Exception; // observed, for nobody has to wait for it
    }
}
