namespace Broker.LoadTest.Scenarios;

/// <summary>What has happened so far.</summary>
/// <param name="Expected">Deliveries, results, joins or sessions that there must be.</param>
/// <param name="Received">Those that there are.</param>
/// <param name="OutOfOrder">Those that came behind a later one, or twice.</param>
/// <param name="WorkTime">How long the work took, when that is not the measured time.</param>
internal readonly record struct Counts(long Expected, long Received, long OutOfOrder, TimeSpan? WorkTime = null);

/// <summary>One way to put load on a router. <see cref="LoadRun"/> takes it through its phases; disposing leaves and closes all sessions.</summary>
internal interface IScenario : IAsyncDisposable
{
    /// <summary>What is counted: events, calls, joins, sessions.</summary>
    string Unit { get; }

    /// <summary>Whether the first seconds are run but not measured.</summary>
    bool HasWarmup { get; }

    /// <summary>What happened so far; may be called at any time.</summary>
    Counts Counts { get; }

    /// <summary>Joins, subscribes and registers.</summary>
    /// <exception cref="Fault">The router refuses.</exception>
    Task PrepareAsync(CancellationToken cancellation);

    /// <summary>Puts load on the router from now on.</summary>
    void Start();

    /// <summary>Is called about once every second between <see cref="Start"/> and <see cref="Stop"/>.</summary>
    void Tick();

    /// <summary>Sends nothing new from now on.</summary>
    void Stop();
}
