namespace Broker.Client.Sessions;

/// <summary>Counts those who wait for something from the router, and tells when there is one. Thread-safe.</summary>
internal sealed class WaitCount
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _waiting;
    private int _count;

    /// <summary>Completes when, or as soon as, somebody waits.</summary>
    public Task Waiting
    {
        get
        {
            lock (_lock)
            {
                return _count > 0 ? Task.CompletedTask : (_waiting ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }
    }

    public void Begin()
    {
        lock (_lock)
        {
            _count++;
            _waiting?.TrySetResult();
            _waiting = null;
        }
    }

    public void End()
    {
        lock (_lock)
        {
            _count--;
        }
    }
}
