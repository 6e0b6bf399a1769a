using System.Diagnostics;

namespace Broker.LoadTest.Results;

/// <summary>What the sessions of a run report while it runs. Thread-safe.</summary>
internal sealed class Tally
{
    private long _errors;
    private string? _firstError;
    private volatile bool _isMeasuring;

    /// <summary>The latencies of the measured part.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>Whether the warm-up is over and the end has not come.</summary>
    public bool IsMeasuring
    {
        get => _isMeasuring;
        set => _isMeasuring = value;
    }

    /// <summary>How many errors there were.</summary>
    public long Errors => Volatile.Read(ref _errors);

    /// <summary>The first of them, one sentence.</summary>
    public string? FirstError => Volatile.Read(ref _firstError);

    /// <summary>Counts a latency, from a timestamp of <see cref="Stopwatch"/> until now.</summary>
    public void AddLatency(long since)
    {
        if (_isMeasuring)
        {
            Latencies.Add(Stopwatch.GetElapsedTime(since).Ticks);
        }
    }

    /// <summary>Counts an error.</summary>
    public void AddError(string sentence)
    {
        Interlocked.CompareExchange(ref _firstError, sentence, null);
        Interlocked.Increment(ref _errors);
    }
}
