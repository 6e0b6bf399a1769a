namespace Broker.Client;

/// <summary>A clock that stands still; timers go off when the test says so.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(TimeSpan DueTime, TaskCompletionSource Seen)> _awaited = [];

    private readonly List<TimeSpan> _restarted = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state, dueTime);
        lock (_lock)
        {
            _timers.Add(timer);
            foreach (var (_, seen) in _awaited.Where(awaited => awaited.DueTime == dueTime))
                seen.TrySetResult();
        }

        return timer;
    }

    /// <summary>Waits until there is a timer of that length, and has it go off.</summary>
    public async Task ElapseAsync(TimeSpan dueTime)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _awaited.Add((dueTime, seen));
            if (_timers.Exists(timer => timer.DueTime == dueTime))
                seen.TrySetResult();
        }

        await seen.Task.Soon();
        ManualTimer[] due;
        lock (_lock)
            due = [.. _timers.Where(timer => timer.DueTime == dueTime)];
        foreach (var timer in due)
            timer.Fire();
    }

    /// <summary>How often a timer has been started anew with that length.</summary>
    public int Restarts(TimeSpan dueTime)
    {
        lock (_lock)
            return _restarted.Count(restarted => restarted == dueTime);
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state, TimeSpan dueTime) : ITimer
    {
        public TimeSpan DueTime { get; private set; } = dueTime;

        public void Fire()
        {
            Dispose();
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                DueTime = dueTime;
                time._restarted.Add(dueTime);
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._lock)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
