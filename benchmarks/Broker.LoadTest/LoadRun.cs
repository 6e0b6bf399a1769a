using System.Diagnostics;
using Broker.LoadTest.Results;
using Broker.LoadTest.Scenarios;

namespace Broker.LoadTest;

/// <summary>Takes a scenario through its phases: prepare, warm up, measure, drain, leave.</summary>
internal sealed class LoadRun(LoadSettings settings, IProgressView view)
{
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);

    // A timer may end a little early; that is no reason for a phase of one more millisecond.
    private static readonly TimeSpan s_timerTolerance = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_drainStep = TimeSpan.FromMilliseconds(20);

    // Draining ends when nothing has come for this long, and in any case after the second.
    private static readonly TimeSpan s_drainSilence = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_drainLimit = TimeSpan.FromSeconds(30);

    // A measurement of nothing says nothing: it goes on until something has come, though not for ever.
    private static readonly TimeSpan s_firstLimit = TimeSpan.FromSeconds(30);

    private readonly Tally _tally = new();

    /// <summary>Plays the scenario and reports. A cancellation while it measures ends the measuring, and the report is of what there was until then.</summary>
    /// <exception cref="Fault">The run could not begin.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before anything was measured.</exception>
    public async Task<LoadReport> RunAsync(CancellationToken cancellation)
    {
        await using var scenario = CreateScenario();
        view.Say($"Joining {settings.Realm} at {settings.Address.Url}: {Describe()}.");
        await scenario.PrepareAsync(cancellation);
        _tally.IsMeasuring = !scenario.HasWarmup;
        scenario.Start();
        if (scenario.HasWarmup && settings.Warmup > TimeSpan.Zero)
        {
            await RunForAsync(scenario, settings.Warmup, "warm-up", cancellation);
        }

        _tally.IsMeasuring = true;
        var before = scenario.Counts;
        var start = Stopwatch.GetTimestamp();
        await RunForAsync(scenario, settings.Duration, "measuring", cancellation);
        while (Measured(scenario, before, scenario.Counts) == 0 && _tally.Errors == 0 && !cancellation.IsCancellationRequested
            && Stopwatch.GetElapsedTime(start) < settings.Duration + s_firstLimit)
        {
            await RunForAsync(scenario, s_step, "measuring", cancellation);
        }

        var after = scenario.Counts;
        var measured = Stopwatch.GetElapsedTime(start);
        _tally.IsMeasuring = false;
        scenario.Stop();
        await DrainAsync(scenario);
        return Report(scenario, Measured(scenario, before, after), after.WorkTime ?? measured);
    }

    private static long Measured(IScenario scenario, Counts before, Counts after) => scenario.HasWarmup ? after.Received - before.Received : after.Received;

    private IScenario CreateScenario() => settings.Scenario switch
    {
        ScenarioKind.Rpc => new RpcScenario(settings, _tally),
        ScenarioKind.Connect => new ConnectScenario(settings, _tally),
        ScenarioKind.Idle => new IdleScenario(settings, _tally),
        _ => new EventScenario(settings, _tally),
    };

    private string Describe() => settings.Scenario switch
    {
        ScenarioKind.Rpc => $"{settings.Publishers} callers, {settings.Subscribers} callees",
        ScenarioKind.Connect => $"{settings.Subscribers} sessions at a time",
        ScenarioKind.Idle => $"{settings.Subscribers} sessions",
        _ => $"{settings.Publishers} publishers, {settings.Subscribers} subscribers",
    };

    /// <summary>Lets time pass and shows once a second what is going on. Ends early, without an exception, on cancellation.</summary>
    private async Task RunForAsync(IScenario scenario, TimeSpan duration, string phase, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var (last, lastReceived) = (start, scenario.Counts.Received);
        while (!cancellation.IsCancellationRequested && duration - Stopwatch.GetElapsedTime(start) is var left && left > s_timerTolerance)
        {
            await Task.Delay(left < s_step + s_timerTolerance ? left : s_step, TimeProvider.System, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            scenario.Tick();
            var now = Stopwatch.GetTimestamp();
            var received = scenario.Counts.Received;
            view.Show(new Progress(
                phase,
                Stopwatch.GetElapsedTime(start, now),
                scenario.Unit,
                received,
                (received - lastReceived) / Stopwatch.GetElapsedTime(last, now).TotalSeconds,
                _tally.Latencies.Percentile(0.5),
                _tally.Latencies.Percentile(0.99),
                _tally.Errors));
            (last, lastReceived) = (now, received);
        }
    }

    /// <summary>Waits for what is on its way.</summary>
    private static async Task DrainAsync(IScenario scenario)
    {
        var start = Stopwatch.GetTimestamp();
        var (lastChange, lastReceived) = (start, -1L);
        while (scenario.Counts is var counts && counts.Received < counts.Expected && Stopwatch.GetElapsedTime(start) < s_drainLimit)
        {
            if (counts.Received != lastReceived)
            {
                (lastChange, lastReceived) = (Stopwatch.GetTimestamp(), counts.Received);
            }
            else if (Stopwatch.GetElapsedTime(lastChange) > s_drainSilence)
            {
                return;
            }

            await Task.Delay(s_drainStep, TimeProvider.System, CancellationToken.None);
        }
    }

    private LoadReport Report(IScenario scenario, long count, TimeSpan time)
    {
        var counts = scenario.Counts;
        return new LoadReport
        {
            Scenario = settings.Scenario.ToString().ToLowerInvariant(),
            Url = settings.Address.Url,
            Realm = settings.Realm,
            Serializer = Commands.SerializerNames.NameOf(settings.Serializer),
            Publishers = settings.Publishers,
            Subscribers = settings.Subscribers,
            Window = settings.Window,
            Size = settings.Size,
            Unit = scenario.Unit,
            Seconds = Math.Round(time.TotalSeconds, 3),
            Count = count,
            Rate = time > TimeSpan.Zero ? Math.Round(count / time.TotalSeconds, 1) : 0,
            P50 = _tally.Latencies.Percentile(0.5).TotalMicroseconds,
            P99 = _tally.Latencies.Percentile(0.99).TotalMicroseconds,
            P999 = _tally.Latencies.Percentile(0.999).TotalMicroseconds,
            Max = _tally.Latencies.Max.TotalMicroseconds,
            Lost = Math.Max(0, counts.Expected - counts.Received),
            OutOfOrder = counts.OutOfOrder,
            Errors = _tally.Errors,
            FirstError = _tally.FirstError,
        };
    }
}
