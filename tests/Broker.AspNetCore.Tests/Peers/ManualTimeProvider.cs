namespace Broker.Peers;

/// <summary>A clock that stands still until a test moves it. Thread-safe.</summary>
internal sealed class ManualTimeProvider : TimeProvider
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(TimeSpan Due, bool IsTask, TaskCompletionSource Found)> _awaited = [];
    private TimeSpan _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_lock)
        {
            return _now.Ticks;
        }
    }

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state), state is Task);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock; what becomes due runs on this thread, in order.</summary>
    public void Advance(TimeSpan time)
    {
        TimeSpan end;
        lock (_lock)
        {
            end = _now + time;
        }

        while (true)
        {
            ManualTimer? next;
            lock (_lock)
            {
                next = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
                if (next is null)
                {
                    _now = end;
                    return;
                }

                _now = next.Due;
                next.Due += next.Period;
                if (next.Period <= TimeSpan.Zero)
                {
                    _timers.Remove(next);
                }
            }

            next.Run();
        }
    }

    /// <summary>Waits until something waits for exactly <paramref name="time"/>, once, and lets that time pass.</summary>
    /// <param name="time">How long it waits.</param>
    /// <param name="isTask">Whether it is a task that is waited for: such a timer may outlive its purpose for a moment.</param>
    public async Task ElapseAsync(TimeSpan time, bool isTask = false)
    {
        await AwaitAsync(time, isTask);
        Advance(time);
    }

    /// <summary>Waits until something waits for exactly <paramref name="time"/>, once.</summary>
    /// <param name="time">How long it waits.</param>
    /// <param name="isTask">Whether it is a task that is waited for.</param>
    public async Task AwaitAsync(TimeSpan time, bool isTask = false)
    {
        var found = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_timers.Exists(timer => timer.IsOnce(time, isTask)))
            {
                found.SetResult();
            }
            else
            {
                _awaited.Add((time, isTask, found));
            }
        }

        await found.Task.WaitAsync(Limit, System, TestContext.Current.CancellationToken);
    }

    private void Set(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                return;
            }

            (timer.DueTime, timer.Due, timer.Period) = (dueTime, _now + dueTime, period);
            _timers.Add(timer);
            foreach (var wait in _awaited.Where(wait => timer.IsOnce(wait.Due, wait.IsTask)))
            {
                wait.Found.TrySetResult();
            }
        }
    }

    private void Remove(ManualTimer timer)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
        }
    }

    private sealed class ManualTimer(ManualTimeProvider clock, Action run, bool isTask) : ITimer
    {
        public TimeSpan DueTime { get; set; }

        public TimeSpan Due { get; set; }

        public TimeSpan Period { get; set; }

        public bool IsOnce(TimeSpan time, bool ofTask) => DueTime == time && Period <= TimeSpan.Zero && isTask == ofTask;

        public void Run() => run();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Set(this, dueTime, period);
            return true;
        }

        public void Dispose() => clock.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
