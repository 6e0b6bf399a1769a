namespace Broker.Operations;

/// <summary>Whether the router should be sent new clients. Thread-safe.</summary>
/// <param name="lifetime">Where the program is.</param>
internal sealed class Readiness(IHostApplicationLifetime lifetime)
{
    /// <summary>The share of the memory available beyond which no more clients should come, in percent.</summary>
    private const int MemoryWatermark = 90;

    /// <summary>Why not; empty when it should.</summary>
    public IReadOnlyList<HealthReason> Reasons()
    {
        var reasons = new List<HealthReason>();
        if (!lifetime.ApplicationStarted.IsCancellationRequested)
        {
            reasons.Add(new HealthReason("starting", "The router has not opened its listeners yet."));
        }

        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            reasons.Add(new HealthReason("draining", "The router says goodbye to its clients and ends."));
        }

        var memory = GC.GetGCMemoryInfo();
        if (memory.TotalAvailableMemoryBytes > 0 && Environment.WorkingSet * 100.0 / memory.TotalAvailableMemoryBytes > MemoryWatermark)
        {
            reasons.Add(new HealthReason("memory", $"The router uses more than {MemoryWatermark} % of the memory that it may have."));
        }

        return reasons;
    }
}
