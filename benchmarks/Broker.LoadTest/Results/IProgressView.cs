namespace Broker.LoadTest.Results;

/// <summary>How a run goes, once a second.</summary>
/// <param name="Phase">warm-up or measuring.</param>
/// <param name="Elapsed">Since the phase began.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Count">How many there were since the run began.</param>
/// <param name="Rate">How many per second since the last progress.</param>
/// <param name="P50">The median latency so far.</param>
/// <param name="P99">The 99th percentile so far.</param>
/// <param name="Errors">Errors so far.</param>
internal sealed record Progress(string Phase, TimeSpan Elapsed, string Unit, long Count, double Rate, TimeSpan P50, TimeSpan P99, long Errors);

/// <summary>Shows the user how a run goes: a terminal, or lines in a log.</summary>
internal interface IProgressView
{
    /// <summary>One sentence.</summary>
    void Say(string sentence);

    /// <summary>How it goes.</summary>
    void Show(Progress progress);
}
