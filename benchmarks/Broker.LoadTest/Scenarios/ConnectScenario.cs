using System.Diagnostics;
using Broker.LoadTest.Connections;
using Broker.LoadTest.Results;

namespace Broker.LoadTest.Scenarios;

/// <summary>connect: a join storm. Each of a number of workers connects, joins, leaves, and begins again.</summary>
internal sealed class ConnectScenario(LoadSettings settings, Tally tally) : IScenario
{
    private const int BufferSize = 4096;

    private readonly CancellationTokenSource _stop = new();
    private readonly double _interval = settings.Rate > 0 ? Stopwatch.Frequency / settings.Rate : 0;
    private Task _workers = Task.CompletedTask;
    private long _start;
    private long _turns;
    private long _begun;
    private long _joined;

    public string Unit => "joins";

    public bool HasWarmup => true;

    public Counts Counts
    {
        get
        {
            var joined = Volatile.Read(ref _joined);
            return new Counts(Volatile.Read(ref _begun), joined, OutOfOrder: 0);
        }
    }

    /// <summary>Joins once: whoever cannot be joined at all gets a sentence instead of a storm of errors.</summary>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        var session = await LoadSession.JoinAsync(settings, BufferSize, cancellation);
        await session.LeaveAsync();
    }

    public void Start()
    {
        _start = Stopwatch.GetTimestamp();
        _workers = Task.WhenAll(Enumerable.Range(0, settings.Subscribers).Select(_ => Task.Run(RunAsync)));
    }

    public void Tick()
    {
        // Nothing gets stuck: every join has a time limit.
    }

    public void Stop() => _stop.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _workers;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                await JoinAndLeaveAsync(await NextTurnAsync());
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped while it waited for its turn.
        }
    }

    /// <summary>Waits for the next join that the rate allows; gives the instant it was due.</summary>
    private async Task<long> NextTurnAsync()
    {
        var turn = Interlocked.Increment(ref _turns) - 1;
        if (_interval == 0)
        {
            return Stopwatch.GetTimestamp();
        }

        var due = _start + (long)(turn * _interval);
        var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, TimeProvider.System, _stop.Token);
        }

        return due;
    }

    private async Task JoinAndLeaveAsync(long due)
    {
        Interlocked.Increment(ref _begun);
        try
        {
            var session = await LoadSession.JoinAsync(settings, BufferSize, CancellationToken.None);
            tally.AddLatency(due);
            Interlocked.Increment(ref _joined);
            await session.LeaveAsync();
        }
        catch (Fault fault)
        {
            tally.AddError(fault.Message);
        }
    }
}
