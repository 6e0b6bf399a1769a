using Broker.LoadTest.Connections;
using Broker.LoadTest.Results;

namespace Broker.LoadTest.Scenarios;

/// <summary>The sessions of a run: joined a few at a time, ended together.</summary>
internal sealed class SessionPool(LoadSettings settings, Tally tally) : IAsyncDisposable
{
    private const int AtOnce = 32;
    private const int MemoryForReading = 32 * 1024 * 1024;

    private readonly List<LoadSession> _sessions = [];
    private readonly Lock _lock = new();

    /// <summary>How many sessions have joined.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _sessions.Count;
            }
        }
    }

    /// <summary>Joins <paramref name="count"/> sessions and prepares each; numbers count from 0.</summary>
    /// <exception cref="Fault">One of them could not join or be prepared.</exception>
    public async Task JoinAsync(int count, Func<LoadSession, int, CancellationToken, Task> prepare, CancellationToken cancellation)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        await Parallel.ForAsync(0, count, parallel, async (number, token) => await prepare(await JoinAsync(token), number, token));
    }

    /// <summary>Joins one session.</summary>
    public async Task<LoadSession> JoinAsync(CancellationToken cancellation)
    {
        var all = settings.Publishers + settings.Subscribers;
        var session = await LoadSession.JoinAsync(settings, Math.Clamp(MemoryForReading / all, 1024, 64 * 1024), cancellation);
        session.EndedEarly = tally.AddError;
        lock (_lock)
        {
            _sessions.Add(session);
        }

        return session;
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_sessions.Select(session => session.LeaveAsync()));
}
