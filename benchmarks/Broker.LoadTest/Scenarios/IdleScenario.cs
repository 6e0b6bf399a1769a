using System.Diagnostics;
using Broker.LoadTest.Connections;
using Broker.LoadTest.Results;
using Broker.Messages;

namespace Broker.LoadTest.Scenarios;

/// <summary>idle: sessions join, subscribe one topic each, and stay. Latency and rate are those of joining; a session that ends is lost.</summary>
internal sealed class IdleScenario : IScenario
{
    private readonly LoadSettings _settings;
    private readonly Tally _tally;
    private readonly SessionPool _sessions;
    private readonly string _prefix = $"load.r{Guid.NewGuid():N}.topic";
    private TimeSpan _workTime;
    private long _lost;

    public IdleScenario(LoadSettings settings, Tally tally)
    {
        _settings = settings;
        _tally = tally;
        _sessions = new SessionPool(settings, tally);
    }

    public string Unit => "sessions";

    public bool HasWarmup => false;

    public Counts Counts => new(_sessions.Count, _sessions.Count - Volatile.Read(ref _lost), OutOfOrder: 0, _workTime);

    public async Task PrepareAsync(CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var interval = _settings.Rate > 0 ? Stopwatch.Frequency / _settings.Rate : 0;
        await Parallel.ForAsync(0, _settings.Subscribers, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = cancellation }, async (number, token) =>
        {
            var begin = interval > 0 ? start + (long)(number * interval) : Stopwatch.GetTimestamp();
            var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), begin);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, TimeProvider.System, token);
            }

            var session = await _sessions.JoinAsync(token);
            session.EndedEarly = Lose;
            _tally.Latencies.Add(Stopwatch.GetElapsedTime(begin).Ticks);
            await session.RequestAsync(MessageType.Subscribe, $"{_prefix}{number}", RequestOption.None, token);
        });
        _workTime = Stopwatch.GetElapsedTime(start);
    }

    public void Start()
    {
        // They are idle.
    }

    public void Tick()
    {
        // They are idle.
    }

    public void Stop()
    {
        // They are idle.
    }

    public ValueTask DisposeAsync() => _sessions.DisposeAsync();

    private void Lose(string reason)
    {
        Interlocked.Increment(ref _lost);
        _tally.AddError(reason);
    }
}
